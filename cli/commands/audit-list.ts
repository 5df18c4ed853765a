import type { AuditView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shorten, shortTime } from '../output.ts';
import { limitOf, listed } from '../paging.ts';
import { chainNamed, searchFlags, timeOf } from './audit-flags.ts';

const OUTCOMES = ['ok', 'denied', 'error'];

export const auditList = defineCommand({
  name: 'audit list',
  summary: 'search what was done: by whom, to what, when, with which outcome',
  details: 'Newest first.',
  positionals: [],
  flags: {
    tenant: {
      type: 'string',
      value: 'DOMAIN',
      help: 'of the tenant with this domain; "installation": of none',
    },
    actor: { type: 'string', value: 'WHO', help: 'e.g. user/<id>, admin-token' },
    action: { type: 'string', value: 'NAME', help: 'e.g. sign-in.fail, mail.send' },
    resource: { type: 'string', value: 'WHAT', help: 'e.g. mailbox/<id>, device/<id>' },
    outcome: { type: 'string', value: 'OUTCOME', help: 'ok, denied or error' },
    ...searchFlags,
  },
  examples: [
    'waypost audit list --action sign-in.fail --since 2026-01-31',
    'waypost audit list --actor admin-token',
  ],
  async run({ flags, out }) {
    const limit = limitOf(flags.limit ?? '100', 'audit list');
    if (flags.outcome !== undefined && !OUTCOMES.includes(flags.outcome)) {
      throw new UsageError(`--outcome is one of ${OUTCOMES.join(', ')}`, 'audit list');
    }
    const times = { since: timeOf(flags.since, '--since'), before: timeOf(flags.until, '--until') };
    const events = await withLocalServer(async ({ admin }) => {
      const { actor, action, resource, outcome, request: correlationId } = flags;
      const tenantId = await chainNamed(admin, flags.tenant);
      const query = { tenantId, actor, action, resource, outcome, correlationId, ...times };
      return listed<AuditView>(admin, '/audit', query, { limit });
    });
    out.result(events, () => {
      const rows = events.map((event) => [
        shortTime(event.at),
        shorten(printable(event.actor), 31),
        event.action,
        shorten(printable(event.resource), 40),
        event.outcome,
        event.address,
        event.protocol,
        event.deviceId === null ? null : shorten(printable(event.deviceId), 20),
      ]);
      const columns = ['time', 'actor', 'action', 'resource', 'outcome', 'from', 'protocol', 'device'];
      out.table(columns, rows, 'There are no such events.');
    });
  },
});
