import type { R2Bucket } from '@cloudflare/workers-types/experimental';
import type { ObjectStore } from '../../core/ports/objects.ts';

const ONLY_NEW = { etagDoesNotMatch: '*' };
/** Keys of one delete call. */
const MAX_DELETE = 1000;

/** Plain objects in the bucket of the raw messages. */
export function createR2ObjectStore(bucket: R2Bucket): ObjectStore {
  return {
    create: async (key, text) => (await bucket.put(key, text, { onlyIf: ONLY_NEW })) !== null,
    createBytes: async (key, bytes) => (await bucket.put(key, bytes, { onlyIf: ONLY_NEW })) !== null,
    async openBytes(key, start, end) {
      // R2 refuses a range of nothing.
      if (end <= start) return (await bucket.head(key)) === null ? null : emptyStream();
      const object = await bucket.get(key, { range: { offset: start, length: end - start } });
      return object === null ? null : (object.body as unknown as ReadableStream<Uint8Array>);
    },
    async read(key) {
      const object = await bucket.get(key);
      return object === null ? null : { text: await object.text(), uploadedAt: object.uploaded.getTime() };
    },
    async list(prefix, after, limit) {
      const page = await bucket.list({
        prefix,
        limit: Math.min(limit, 1000),
        ...(after === '' ? {} : { startAfter: after }),
      });
      return {
        objects: page.objects.map(({ key, size, uploaded }) => ({
          key,
          size,
          uploadedAt: uploaded.getTime(),
        })),
        more: page.truncated,
      };
    },
    async delete(keys) {
      for (let i = 0; i < keys.length; i += MAX_DELETE) await bucket.delete(keys.slice(i, i + MAX_DELETE));
    },
  };
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
