import type { DeadLetterView, Page } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shorten, shortTime } from '../output.ts';

export const dlqList = defineCommand({
  name: 'dlq list',
  summary: 'list messages that a queue gave up on',
  positionals: [],
  flags: { queue: { type: 'string', value: 'NAME', help: 'only those of this queue, e.g. mail-ingest' } },
  async run({ flags, out }) {
    const { items } = await withLocalServer(({ admin }) =>
      admin.get<Page<DeadLetterView>>('/dead-letters', { limit: 500, queue: flags.queue }),
    );
    out.result(items, () => {
      const rows = items.map((d) => [
        d.deadLetterId,
        d.queue,
        shortTime(d.failedAt),
        d.attempts,
        d.replayedAt === null ? 'waiting' : `replayed ${shortTime(d.replayedAt)}`,
        shorten(d.error, 60),
      ]);
      out.table(['id', 'queue', 'failed', 'attempts', 'state', 'error'], rows, 'There are no dead letters.');
    });
  },
});
