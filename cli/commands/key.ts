import type { ResealView, RewrapView, TenantKeysView, TenantView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

const domain = { name: 'domain', help: 'a domain of the tenant' } as const;

export const keyList = defineCommand({
  name: 'key list',
  summary: 'list the keys that secrets of a tenant are sealed under',
  positionals: [domain],
  flags: {},
  async run({ args: [name = ''], out }) {
    const { keys } = await withLocalServer(async ({ admin }) =>
      admin.get<TenantKeysView>(`/tenants/${await tenantOf(admin, name)}/keys`),
    );
    out.result(keys, () => {
      const rows = keys.map((key, n) => [
        String(key.generation),
        n === keys.length - 1 ? 'seals' : 'opens',
        shortTime(key.createdAt),
        key.wrappedNow ? 'of today' : `before (${key.secretId})`,
      ]);
      out.table(['key', 'for', 'made', 'under the secret'], rows, 'Nothing of the tenant was sealed yet.');
    });
  },
});

export const keyRotate = defineCommand({
  name: 'key rotate',
  summary: 'give a tenant another key and seal its secrets anew',
  details:
    'Nothing stops meanwhile. The older key goes by itself two days later. Safe to run again when it was broken off.',
  positionals: [domain],
  flags: { 'reseal-only': { type: 'boolean', help: 'no other key: seal what still lies under older ones' } },
  async run({ args: [name = ''], flags, out }) {
    const done = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, name)}/keys`;
      const { keys } = flags['reseal-only']
        ? await admin.get<TenantKeysView>(path)
        : await admin.post<TenantKeysView>(path, {});
      return { generation: keys.at(-1)?.generation ?? 0, ...(await reseal(admin, path)) };
    });
    out.result(done, () => {
      out.line(`Key ${done.generation} seals; ${done.resealed} secrets were sealed anew.`);
    });
    if (done.left > 0) {
      throw new CommandError(
        `${done.left} secrets were left under older keys: run it again with --reseal-only`,
      );
    }
  },
});

async function reseal(admin: AdminClient, path: string): Promise<{ resealed: number; left: number }> {
  const sum = { resealed: 0, left: 0 };
  let cursor: string | null = null;
  do {
    const step: ResealView = await admin.post<ResealView>(`${path}/reseal`, { cursor });
    sum.resealed += step.resealed;
    sum.left += step.left;
    cursor = step.cursor;
  } while (cursor !== null);
  return sum;
}

export const keyRewrap = defineCommand({
  name: 'key rewrap',
  summary: 'wrap the keys of all tenants with the SECRETS_KEY of today',
  details:
    'For another SECRETS_KEY: deploy it with the one before as SECRETS_KEY_PREVIOUS, run this, and take SECRETS_KEY_PREVIOUS away a day later.',
  positionals: [],
  flags: {},
  async run({ out }) {
    const sum = await withLocalServer(async ({ admin }) => {
      const own = await admin.post<ResealView>('/keys/reseal', {});
      const total = { tenants: 0, rewrapped: 0, resealed: own.resealed, left: own.left };
      const items = await listed<TenantView>(admin, '/tenants');
      for (const { tenantId } of items) {
        const path = `/tenants/${tenantId}/keys`;
        const { rewrapped } = await admin.post<RewrapView>(`${path}/rewrap`, {});
        // What lies under the secret itself, from before there were keys of tenants.
        const { resealed, left } = await reseal(admin, path);
        total.tenants++;
        total.rewrapped += rewrapped;
        total.resealed += resealed;
        total.left += left;
      }
      return total;
    });
    out.result(sum, () => {
      out.line(
        `${sum.rewrapped} keys of ${sum.tenants} tenants were wrapped, ${sum.resealed} secrets sealed anew.`,
      );
    });
    if (sum.left > 0) throw new CommandError(`${sum.left} secrets do not open; the older secret must stay`);
  },
});
