import type { R2Bucket } from '@cloudflare/workers-types/experimental';
import type { PhotoStore } from '../../core/ports/photos.ts';

/** Photos in the bucket of the raw messages, under a prefix of their own. */
export function createR2PhotoStore(bucket: R2Bucket): PhotoStore {
  return {
    async put(key, bytes, contentType) {
      await bucket.put(key, bytes, { httpMetadata: { contentType } });
    },
    async get(key) {
      const object = await bucket.get(key);
      return object === null ? null : new Uint8Array(await object.arrayBuffer());
    },
    async delete(key) {
      await bucket.delete(key);
    },
  };
}
