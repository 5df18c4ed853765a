import type { ObjectStore } from '../../core/ports/objects.ts';
import { compareText } from '../text.ts';

/** Plain objects in memory. `now` gives the time of upload. */
export function createMemoryObjectStore(now: () => number = Date.now): ObjectStore {
  const objects = new Map<string, { bytes: Uint8Array; uploadedAt: number }>();
  function put(key: string, bytes: Uint8Array): boolean {
    if (objects.has(key)) return false;
    objects.set(key, { bytes, uploadedAt: now() });
    return true;
  }
  return {
    create: async (key, text) => put(key, new TextEncoder().encode(text)),
    createBytes: async (key, bytes) => put(key, bytes.slice()),
    async openBytes(key, start, end) {
      const found = objects.get(key);
      if (found === undefined) return null;
      const bytes = found.bytes.slice(start, end);
      return new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      });
    },
    async read(key) {
      const found = objects.get(key);
      if (found === undefined) return null;
      return { text: new TextDecoder().decode(found.bytes), uploadedAt: found.uploadedAt };
    },
    async list(prefix, after, limit) {
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && compareText(key, after) > 0)
        .sort(compareText);
      return {
        objects: keys.slice(0, limit).map((key) => {
          const { bytes, uploadedAt = 0 } = objects.get(key) ?? {};
          return { key, size: bytes?.length ?? 0, uploadedAt };
        }),
        more: keys.length > limit,
      };
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}
