import type { HoldView, PlaceHold } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shorten, shortTime } from '../output.ts';
import { listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

const by = { type: 'string', value: 'NAME', help: 'who does it, for the record' } as const;
const domainOf = (scope: string) => scope.slice(scope.lastIndexOf('@') + 1);

export const holdAdd = defineCommand({
  name: 'hold add',
  summary: 'put a mailbox, or all of a tenant, under a legal hold',
  details:
    'While it is in force nothing of it is purged, moved out by retention or erased; what users remove stays\n' +
    'recoverable. Users do not see it.',
  positionals: [{ name: 'scope', help: 'the address of a user, or a domain for its whole tenant' }],
  flags: { reason: { type: 'string', value: 'TEXT', help: 'why', required: true }, by },
  examples: ['waypost hold add ann@example.test --reason "Case 2026-17" --by legal'],
  async run({ args: [scope = ''], flags, out }) {
    const body: PlaceHold = {
      reason: flags.reason,
      ...(flags.by === undefined ? {} : { by: flags.by }),
      ...(scope.includes('@') ? { address: scope } : {}),
    };
    const hold = await withLocalServer(async ({ admin }) =>
      admin.post<HoldView>(`/tenants/${await tenantOf(admin, domainOf(scope))}/holds`, body),
    );
    out.result(hold, () => out.line(`Hold ${hold.holdId} is in force.`));
  },
});

export const holdList = defineCommand({
  name: 'hold list',
  summary: 'list the legal holds of a domain’s tenant',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: { released: { type: 'boolean', help: 'those that were released too' } },
  async run({ args: [domain = ''], flags, out }) {
    const items = await withLocalServer(async ({ admin }) =>
      listed<HoldView>(admin, `/tenants/${await tenantOf(admin, domain)}/holds`, {
        released: String(flags.released),
      }),
    );
    out.result(items, () => {
      const rows = items.map((h) => [
        h.holdId,
        h.address ?? 'whole tenant',
        shortTime(h.since),
        h.releasedAt === null ? 'in force' : `released ${shortTime(h.releasedAt)}`,
        shorten(h.placedBy, 20),
        shorten(h.reason, 50),
      ]);
      out.table(['id', 'covers', 'since', 'state', 'by', 'reason'], rows, 'There are no holds.');
    });
  },
});

export const holdRelease = defineCommand({
  name: 'hold release',
  summary: 'release a legal hold',
  positionals: [
    { name: 'domain', help: 'a domain of the tenant' },
    { name: 'id', help: 'the hold' },
  ],
  flags: { by },
  async run({ args: [domain = '', id = ''], flags, out }) {
    const answer = await withLocalServer(async ({ admin }) =>
      admin.post<{ status: string }>(
        `/tenants/${await tenantOf(admin, domain)}/holds/${encodeURIComponent(id)}/release`,
        flags.by === undefined ? {} : { by: flags.by },
      ),
    );
    out.result(answer, () => out.line(`Hold ${id} is released.`));
  },
});
