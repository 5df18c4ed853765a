/**
 * A session that cannot go on. Until the final dot is out nothing has been taken, so that every fault means: try
 * again. `status` is an enhanced status code (RFC 3463) of class 4.
 */
export class RelayFault extends Error {
  readonly status: string;
  constructor(status: string, message: string) {
    super(message);
    this.name = 'RelayFault';
    this.status = status;
  }
}

/** Rejects with a RelayFault when the work takes longer. */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RelayFault('4.4.2', `${what}: no answer in ${ms} ms`)), ms);
  });
  // Whichever loses may still fail later, which nobody waits for.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Words of the other side on one line, at most 500 characters. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
