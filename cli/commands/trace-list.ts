import type { TraceView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shorten, shortTime } from '../output.ts';
import { limitOf, listed } from '../paging.ts';
import { searchFlags, timeOf } from './audit-flags.ts';
import { tenantOf } from './tenant-of.ts';

const PAGE = 200;

export const traceList = defineCommand({
  name: 'trace list',
  summary: 'find messages that came in or left, and what became of them',
  details: 'Newest first, one line for each recipient. Flags can be combined.',
  positionals: [{ name: 'domain', help: 'a domain of the tenant' }],
  flags: {
    sender: { type: 'string', value: 'ADDRESS', help: 'by the sender of the envelope' },
    recipient: { type: 'string', value: 'ADDRESS', help: 'by the recipient of the envelope' },
    'message-id': { type: 'string', value: 'ID', help: 'by the Message-ID' },
    ...searchFlags,
  },
  examples: [
    'waypost trace list example.test --recipient ann@example.test --since 2026-01-31',
    'waypost trace list example.test --message-id 4711@out.example',
  ],
  async run({ args: [domain = ''], flags, out }) {
    const limit = limitOf(flags.limit ?? '100', 'trace list');
    const { sender, recipient, 'message-id': messageId, request: correlationId } = flags;
    const times = { since: timeOf(flags.since, '--since'), until: timeOf(flags.until, '--until') };
    const found = await withLocalServer(async ({ admin }) => {
      const path = `/tenants/${await tenantOf(admin, domain)}/trace`;
      const query = { sender, recipient, messageId, correlationId, ...times };
      return listed<TraceView>(admin, path, query, { limit, page: PAGE });
    });
    out.result(found, () =>
      out.table(
        ['time', '', 'sender', 'recipient', 'status', 'size', 'id'],
        found.map((one) => [
          shortTime(one.at),
          one.direction,
          one.sender === '' ? '(none)' : shorten(printable(one.sender), 36),
          one.recipient === '' ? '(unknown)' : shorten(printable(one.recipient), 36),
          one.status,
          one.size,
          one.traceId,
        ]),
        'There are no such messages.',
      ),
    );
  },
});
