/** Worlds that are at work beside each other: they have nothing in common, and each waits for its databases. */
const LANES = 6;

/** Does it for each number from 1 to `total`, a few at a time. Results in the order of the numbers. */
export async function eachStep<T>(total: number, play: (step: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 1;
  const lane = async () => {
    for (let step = next++; step <= total; step = next++) results[step - 1] = await play(step);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}
