/** A policy key nobody can guess: an unsigned 32-bit number (MS-ASPROV 2.2.2.42), not 0, which means "none". */
export function newPolicyKey(other: number | null): number {
  for (;;) {
    const [key = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (key !== 0 && key !== other) return key;
  }
}

/**
 * The key of a request's header or query: null when there is none, 0 when the device says it has none, and NaN, which
 * equals no key, for anything that is no key.
 */
export function parsePolicyKey(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const key = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return key <= 4_294_967_295 ? key : Number.NaN;
}
