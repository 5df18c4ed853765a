/**
 * The one range that is asked for (RFC 9110 14.2) as [start, end); null when the whole is to be sent: several ranges,
 * other units, or no sense in it.
 */
export function parseRange(header: string, size: number): [number, number] | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (match === null) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : [size - length, size];
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return null;
  return start >= size ? 'unsatisfiable' : [start, end];
}

/** Bytes [start, end) of a stream, which is let go of when they have come. */
export function sliceStream(
  stream: ReadableStream<Uint8Array>,
  start: number,
  end: number,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const { done, value } = at < end ? await reader.read() : { done: true, value: undefined };
        if (done || value === undefined) {
          controller.close();
          await reader.cancel().catch(() => undefined);
          return;
        }
        const from = Math.max(0, start - at);
        const to = Math.min(value.length, end - at);
        at += value.length;
        if (from < to) return controller.enqueue(value.slice(from, to));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
