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
  const reader = raw.getReader();
  let seen = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.byteLength;
      if (seen > size) throw new Error(`blobs: more than the ${size} bytes announced`);
      sha256.update(value);
      md5.update(value);
      await write(value);
    }
    if (seen !== size) throw new Error(`blobs: ${seen} of the ${size} bytes announced`);
  } catch (error) {
    await reader.cancel(error).catch(() => undefined);
    throw error;
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}
