/** `Promise.all` over a list with at most `width` calls under way; results keep the order. */
export async function mapBounded<T, R>(
  list: readonly T[],
  width: number,
  act: (value: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(list.length);
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < list.length; at = next++) results[at] = await act(list[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, worker));
  return results;
}
