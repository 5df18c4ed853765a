import { describe, expect, it } from 'vitest';
import { createSeal } from '../../platform/sealed.ts';
import { createMemoryObjectStore } from '../../store/memory/index.ts';
import type { AsideRow, DirectoryArchive } from '../ports/archive.ts';
import { exportedTenants, exportTenant, restoreTenant } from './directory.ts';

function directory(rows: Record<string, AsideRow[]>): DirectoryArchive {
  return {
    tables: () => Object.keys(rows),
    rows: async (_, table, from, limit) => (rows[table] ?? []).slice(from, from + limit),
    async restore(_, table, added) {
      const present = rows[table] ?? [];
      const fresh = added.filter((row) => !present.some((one) => one['id'] === row['id']));
      rows[table] = [...present, ...fresh];
      return fresh.length;
    },
  };
}

const users = Array.from({ length: 2500 }, (_, n) => ({ id: n, hash: `$argon2id$secret-${n}` }));

describe('the export of a tenant', () => {
  it('brings back the rows that are not there, however many, and leaves the others', async () => {
    const objects = createMemoryObjectStore();
    const ports = { objects, seal: null, now: () => 5 };
    await exportTenant({ ...ports, directory: directory({ users, tenants: [{ id: 't1' }] }) }, 't1');
    const rows: Record<string, AsideRow[]> = { users: [{ id: 7, hash: 'newer' }], tenants: [] };
    const restored = await restoreTenant({ ...ports, directory: directory(rows) }, 't1', false);
    expect(restored).toEqual({ at: 5, rows: 2501, added: 2500 });
    expect(rows['users']).toHaveLength(2500);
    expect(rows['users']?.find((row) => row['id'] === 7)?.['hash']).toBe('newer');
    expect(await restoreTenant({ ...ports, directory: directory(rows) }, 't2', false)).toBeNull();
  });

  it('is written when something changed, and only the newest ones are kept', async () => {
    const objects = createMemoryObjectStore();
    const rows = { users: [{ id: 0 }] };
    const ports = { objects, seal: null, now: () => 5, directory: directory(rows) };
    expect(await exportTenant(ports, 't1')).toBe('written');
    expect(await exportTenant(ports, 't1')).toBe('unchanged');
    for (let n = 1; n < 60; n++) {
      rows.users = [{ id: n }];
      expect(await exportTenant(ports, 't1')).toBe('written');
    }
    const { objects: kept } = await objects.list('actions/directory/', '', 1000);
    expect(kept.filter(({ key }) => key.endsWith('manifest.json'))).toHaveLength(48);
    const fresh: Record<string, AsideRow[]> = { users: [] };
    await restoreTenant({ ...ports, directory: directory(fresh) }, 't1', false);
    expect(fresh['users']).toEqual([{ id: 59 }]);
  });

  it('shows no digest of a password where there is a secret, and opens with that alone', async () => {
    const objects = createMemoryObjectStore();
    const seal = createSeal('a secret of at least thirty-two characters');
    const ports = { objects, now: () => 5, directory: directory({ users }) };
    await exportTenant({ ...ports, seal }, 't1');
    for (const { key } of (await objects.list('actions/directory/', '', 1000)).objects) {
      expect((await objects.read(key))?.text).not.toContain('argon2id');
    }
    const fresh: Record<string, AsideRow[]> = { users: [] };
    const into = { ...ports, directory: directory(fresh) };
    await expect(restoreTenant({ ...into, seal: null }, 't1', false)).rejects.toThrow('SECRETS_KEY');
    const other = createSeal('another secret of at least thirty-two characters');
    await expect(restoreTenant({ ...into, seal: other }, 't1', false)).rejects.toThrow('does not open');
    expect(await restoreTenant({ ...into, seal }, 't1', true)).toMatchObject({ rows: 2500, added: 0 });
    expect(await restoreTenant({ ...into, seal }, 't1', false)).toMatchObject({ rows: 2500, added: 2500 });
  });

  it('tells the tenants that the bucket knows', async () => {
    const objects = createMemoryObjectStore();
    const ports = { objects, seal: null, now: () => 5, directory: directory({ users: [{ id: 1 }] }) };
    expect(await exportedTenants(objects)).toEqual([]);
    for (const tenantId of ['b', 'a', 'a1']) await exportTenant(ports, tenantId);
    expect(await exportedTenants(objects)).toEqual(['a', 'a1', 'b']);
  });
});
