import { ConflictError } from '../../core/errors.ts';
import type { BlobStore, RawEnvelope, StoredRaw } from '../../core/ports/blobs.ts';
import { gather, sha256Of } from '../blobs/pump.ts';
import { compareText } from '../text.ts';

/** Raw messages in memory. `now` gives the time of upload. */
export function createMemoryBlobStore(now: () => number = Date.now): BlobStore {
  const objects = new Map<string, { bytes: Uint8Array; uploadedAt: number; envelope: RawEnvelope }>();
  const stored = (key: string): StoredRaw | null => {
    const object = objects.get(key);
    if (object === undefined) return null;
    const { bytes, uploadedAt, envelope } = object;
    return { key, size: bytes.length, uploadedAt, envelope: { ...envelope } };
  };
  const slice = (key: string, start: number, end: number) =>
    objects.get(key)?.bytes.slice(start, end) ?? null;
  return {
    async putRaw(key, raw, envelope) {
      if (objects.has(key)) {
        if (!(raw instanceof Uint8Array)) await raw.cancel();
        throw new ConflictError('there is an object under this key');
      }
      const bytes = (await gather(raw, envelope.rawSize)).slice();
      // Somebody else may have been quicker while the stream ran.
      if (objects.has(key)) throw new ConflictError('there is an object under this key');
      objects.set(key, { bytes, uploadedAt: now(), envelope: { ...envelope } });
      return { sha256: sha256Of(bytes) };
    },
    async open(key) {
      const object = objects.get(key);
      if (object === undefined) return null;
      const { bytes, envelope } = object;
      return { stream: streamOf(bytes), size: bytes.length, envelope: { ...envelope } };
    },
    async openRange(key, start, end) {
      const bytes = slice(key, start, end);
      return bytes === null ? null : streamOf(bytes);
    },
    readRange: async (key, start, end) => slice(key, start, end),
    head: async (key) => stored(key),
    async list(prefix, cursor, limit, after = '') {
      const behind = cursor ?? after;
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && (behind === '' || compareText(key, behind) > 0))
        .sort(compareText);
      const page = keys.slice(0, limit);
      return {
        objects: page.flatMap((key) => stored(key) ?? []),
        cursor: keys.length > limit ? (page.at(-1) ?? null) : null,
      };
    },
    async delete(...keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes.slice());
      controller.close();
    },
  });
}
