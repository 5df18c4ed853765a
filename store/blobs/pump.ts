import { createHash } from 'node:crypto';

export interface Digests {
  /** Lower-case hex. */
  sha256: string;
  md5: string;
}

/** Takes exactly `size` bytes from the stream and hands each chunk on; rejects when there are more or fewer. */
export async function pump(
  raw: ReadableStream<Uint8Array>,
  size: number,
  write: (chunk: Uint8Array) => unknown,
): Promise<Digests> {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  await take(raw, size, (chunk) => {
    sha256.update(chunk);
    md5.update(chunk);
    return write(chunk);
  });
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** Exactly `size` bytes, in memory; rejects when there are more or fewer. */
export async function gather(
  raw: ReadableStream<Uint8Array> | Uint8Array,
  size: number,
): Promise<Uint8Array> {
  if (raw instanceof Uint8Array) {
    if (raw.length !== size) throw wrongSize(raw.length, size);
    return raw;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  await take(raw, size, (chunk) => {
    bytes.set(chunk, at);
    at += chunk.length;
  });
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function take(
  raw: ReadableStream<Uint8Array>,
  size: number,
  write: (chunk: Uint8Array) => unknown,
): Promise<void> {
  const reader = raw.getReader();
  let seen = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.byteLength;
      if (seen > size) throw new Error(`blobs: more than the ${size} bytes announced`);
      await write(value);
    }
    if (seen !== size) throw wrongSize(seen, size);
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

function wrongSize(seen: number, size: number): Error {
  return new Error(`blobs: ${seen} of the ${size} bytes announced`);
}
