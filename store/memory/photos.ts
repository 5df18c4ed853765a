import type { PhotoStore } from '../../core/ports/photos.ts';

/** Photos in memory. */
export function createMemoryPhotoStore(): PhotoStore {
  const photos = new Map<string, Uint8Array>();
  return {
    async put(key, bytes) {
      photos.set(key, bytes.slice());
    },
    get: async (key) => photos.get(key)?.slice() ?? null,
    async delete(key) {
      photos.delete(key);
    },
  };
}
