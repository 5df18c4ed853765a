import type { DeadLetterView } from '../../shared/admin-api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { shorten, shortTime } from '../output.ts';
import { limitFlag, limitOf, listed } from '../paging.ts';

const STATES = ['waiting', 'replayed', 'discarded'];

export const dlqList = defineCommand({
  name: 'dlq list',
  summary: 'list messages that a queue gave up on, with the error of the last attempt',
  positionals: [],
  flags: {
    queue: { type: 'string', value: 'NAME', help: 'only those of this queue, e.g. mail-ingest' },
    state: { type: 'string', value: 'STATE', help: 'only waiting, replayed or discarded ones' },
    ...limitFlag,
  },
  async run({ flags: { queue, state, limit: text }, out }) {
    const limit = limitOf(text, 'dlq list');
    if (state !== undefined && !STATES.includes(state)) {
      throw new UsageError(`--state is one of ${STATES.join(', ')}`, 'dlq list');
    }
    const items = await withLocalServer(({ admin }) =>
      listed<DeadLetterView>(admin, '/dead-letters', { queue, state }, { limit }),
    );
    out.result(items, () => {
      const rows = items.map((d) => [
        d.deadLetterId,
        d.queue,
        shortTime(d.failedAt),
        d.attempts,
        stateOf(d),
        shorten(d.error, 60),
      ]);
      out.table(['id', 'queue', 'failed', 'attempts', 'state', 'error'], rows, 'There are no dead letters.');
    });
  },
});

export function stateOf({ replayedAt, discardedAt }: DeadLetterView): string {
  if (discardedAt !== null) return `discarded ${shortTime(discardedAt)}`;
  return replayedAt === null ? 'waiting' : `replayed ${shortTime(replayedAt)}`;
}
