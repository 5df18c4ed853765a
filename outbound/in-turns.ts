/** An invocation has six connections; some are left to whoever else works for the request. */
const AT_A_TIME = 4;

/** Maps, a few at a time, keeping order. Rejects with the first error, after the others ended. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const waiting = items.entries();
  const worker = async () => {
    for (const [n, item] of waiting) results[n] = await work(item);
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(AT_A_TIME, items.length) }, worker));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return results;
}
