import type { DirectoryStore } from '../core/ports/directory.ts';

/** How old a setting of a tenant may be where each message asks for it. */
const FRESH_MS = 5000;
const MAX_ENTRIES = 1000;

type Settings = Pick<DirectoryStore, 'getTenantSetting' | 'putTenantSetting' | 'replaceTenantSetting'>;

/** What one isolate has read of the settings of tenants just now. */
export interface FreshSettings {
  /** The same directory, whose settings are at most five seconds old. For those who read, and never to change one by. */
  reader<D extends Settings>(directory: D): D;
  /** The same directory: what is set by it is in force in this isolate at once. */
  writer<D extends Settings>(directory: D): D;
}

export function createFreshSettings(now: () => number): FreshSettings {
  const kept = new Map<string, { at: number; value: unknown }>();
  const keyOf = (tenantId: string, name: string) => JSON.stringify([tenantId, name]);
  async function writing<T>(tenantId: string, name: string, work: () => Promise<T>): Promise<T> {
    kept.delete(keyOf(tenantId, name));
    try {
      return await work();
    } finally {
      kept.delete(keyOf(tenantId, name));
    }
  }
  return {
    reader: (directory) => ({
      ...directory,
      async getTenantSetting(tenantId: string, name: string) {
        const key = keyOf(tenantId, name);
        const at = now();
        const known = kept.get(key);
        // A clock that went back makes it old, not eternal (I30).
        if (known !== undefined && at >= known.at && at - known.at <= FRESH_MS)
          return structuredClone(known.value);
        const value = await directory.getTenantSetting(tenantId, name);
        if (kept.size >= MAX_ENTRIES) kept.clear();
        kept.set(key, { at, value });
        return structuredClone(value);
      },
    }),
    writer: (directory) => ({
      ...directory,
      putTenantSetting: (tenantId: string, name: string, value: unknown) =>
        writing(tenantId, name, () => directory.putTenantSetting(tenantId, name, value)),
      replaceTenantSetting: (tenantId: string, name: string, from: unknown, value: unknown) =>
        writing(tenantId, name, () => directory.replaceTenantSetting(tenantId, name, from, value)),
    }),
  };
}
