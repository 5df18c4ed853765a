import type { Services } from '../../platform/services.ts';

const memory = new WeakMap<Services, Map<string, Promise<unknown>>>();

/** Services whose memory is that of one batch. */
export function forBatch(services: Services): Services {
  return { ...services };
}

/**
 * Reads something once for each object of services. Consumers make one of their own for each batch (`forBatch`), so
 * that a hundred messages cost one read, and the next batch sees what was changed. `key`: names it, with its scope.
 */
export function onceInBatch<T>(services: Services, key: string, read: () => Promise<T>): Promise<T> {
  const known = memory.get(services) ?? new Map<string, Promise<unknown>>();
  memory.set(services, known);
  const value = (known.get(key) as Promise<T> | undefined) ?? read();
  known.set(key, value);
  // A fault of this moment must not be remembered.
  value.catch(() => known.delete(key));
  return value;
}
