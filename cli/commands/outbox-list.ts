import type { OutboxEntryView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shorten, shortTime } from '../output.ts';
import { limitOf, listed } from '../paging.ts';
import { tenantOf } from './tenant-of.ts';

export const outboxList = defineCommand({
  name: 'outbox list',
  summary: 'list what was sent, and what became of it',
  positionals: [{ name: 'whose', help: 'address of a user, or a domain for everybody of its tenant' }],
  flags: {
    state: { type: 'string', value: 'STATE', help: 'open: not at its end yet, or done' },
    limit: { type: 'string', value: 'N', help: 'how many at most (50)' },
  },
  examples: ['waypost outbox list example.test --state open', 'waypost outbox list ann@example.test'],
  async run({ args: [whose = ''], flags, out }) {
    if (flags.state !== undefined && flags.state !== 'open' && flags.state !== 'done') {
      throw new UsageError(`"${flags.state}" is not open or done`, 'outbox list');
    }
    const limit = limitOf(flags.limit ?? '50', 'outbox list');
    const items = await withLocalServer(async ({ admin }) => {
      const path = whose.includes('@')
        ? `/users/${encodeURIComponent(whose)}/outbox`
        : `/tenants/${await tenantOf(admin, whose)}/outbox`;
      return listed<OutboxEntryView>(admin, path, { state: flags.state }, { limit, page: 200 });
    });
    out.result(items, () => {
      const rows = items.map((entry) => [
        entry.submissionId,
        entry.sender,
        shortTime(entry.createdAt),
        entry.state,
        statesOf(entry),
        entry.nextAttemptAt === null ? '-' : shortTime(entry.nextAttemptAt),
        shorten(entry.recipients.find((r) => r.error !== null)?.error ?? '-', 50),
      ]);
      out.table(
        ['id', 'sender', 'accepted', 'state', 'recipients', 'next', 'error'],
        rows,
        'Nothing was sent.',
      );
    });
  },
});

/** How many recipients are in which state. */
function statesOf({ recipients }: OutboxEntryView): string {
  const counts = new Map<string, number>();
  for (const { state } of recipients) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}
