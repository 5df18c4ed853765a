import type { DeadLetterCountView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shortTime } from '../output.ts';

export const dlqCounts = defineCommand({
  name: 'dlq counts',
  summary: 'count the dead letters of each queue',
  positionals: [],
  flags: {},
  async run({ out }) {
    const { items } = await withLocalServer(({ admin }) =>
      admin.get<{ items: DeadLetterCountView[] }>('/dead-letters/counts'),
    );
    out.result(items, () => {
      const rows = items.map((c) => [
        c.queue,
        c.waiting,
        c.oldestWaitingAt === null ? null : shortTime(c.oldestWaitingAt),
        c.replayed,
        c.discarded,
      ]);
      out.table(['queue', 'waiting', 'since', 'replayed', 'discarded'], rows, 'There are no dead letters.');
    });
  },
});
