import type { ObjectStore } from '../../core/ports/objects.ts';
import { compareText } from '../text.ts';

/** Plain objects in memory. `now` gives the time of upload. */
export function createMemoryObjectStore(now: () => number = Date.now): ObjectStore {
  const objects = new Map<string, { text: string; uploadedAt: number }>();
  return {
    async create(key, text) {
      if (objects.has(key)) return false;
      objects.set(key, { text, uploadedAt: now() });
      return true;
    },
    read: async (key) => objects.get(key) ?? null,
    async list(prefix, after, limit) {
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && compareText(key, after) > 0)
        .sort(compareText);
      return {
        objects: keys.slice(0, limit).map((key) => {
          const { text = '', uploadedAt = 0 } = objects.get(key) ?? {};
          return { key, size: text.length, uploadedAt };
        }),
        more: keys.length > limit,
      };
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}
