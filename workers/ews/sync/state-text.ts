import { EwsError } from '../errors.ts';

/** Longest state that is looked at: that of the largest tree of folders is well below. */
const MAX_STATE = 400_000;
const MAX_PLAIN = 4_000_000;

export function invalidState(): EwsError {
  return new EwsError(
    'ErrorInvalidSyncStateData',
    'The synchronization state data is invalid. Synchronize again from the beginning.',
  );
}

/** A state as clients keep it: JSON, packed. It grants nothing: it only says what the client knows already. */
export async function packState(state: unknown): Promise<string> {
  const packed = await through(
    new TextEncoder().encode(JSON.stringify(state)),
    new CompressionStream('deflate-raw'),
    MAX_PLAIN,
  );
  let text = '';
  for (let at = 0; at < packed.length; at += 8192) {
    text += String.fromCharCode(...packed.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** null for an empty state: the client begins. @throws EwsError ErrorInvalidSyncStateData for what is no state */
export async function unpackState(text: string | null): Promise<unknown> {
  const given = text?.trim() ?? '';
  if (given === '') return null;
  if (given.length > MAX_STATE) throw invalidState();
  try {
    const packed = Uint8Array.from(atob(given), (c) => c.charCodeAt(0));
    const plain = await through(packed, new DecompressionStream('deflate-raw'), MAX_PLAIN);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    throw invalidState();
  }
}

/** Rejects beyond `most` bytes: a small state may unpack to a very large one (A02). */
async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error('the state is too long');
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
