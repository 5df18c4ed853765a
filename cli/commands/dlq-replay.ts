import type { DeadLetterView, ReplayView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand, UsageError } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable } from '../output.ts';

export const dlqReplay = defineCommand({
  name: 'dlq replay',
  summary: 'put a dead letter into its queue again, or all that wait',
  positionals: [{ name: 'id', help: 'id as in waypost dlq list', optional: true }],
  flags: {
    all: { type: 'boolean', help: 'every dead letter that waits' },
    queue: { type: 'string', value: 'NAME', help: 'with --all: only those of this queue' },
  },
  examples: ['waypost dlq replay mail-ingest:0a1b', 'waypost dlq replay --all --queue index'],
  async run({ args: [id = ''], flags, out }) {
    if ((id === '') === !flags.all) throw new UsageError('give an id or --all', 'dlq replay');
    if (flags.queue !== undefined && !flags.all) throw new UsageError('--queue needs --all', 'dlq replay');
    if (!flags.all) {
      const letter = await withLocalServer(({ admin }) =>
        admin.post<DeadLetterView>(`/dead-letters/${encodeURIComponent(id)}/replay`),
      );
      out.result(letter, () => out.line(`Sent to ${letter.queue} again.`));
      return;
    }
    const done = await withLocalServer(({ admin }) => replayAll(admin, flags.queue));
    out.result(done, () => {
      out.line(`Sent ${done.replayed} again.`);
      for (const { deadLetterId, error } of done.refused)
        out.line(`${deadLetterId} cannot go back: ${printable(error)}`);
    });
    if (done.refused.length > 0)
      throw new CommandError(`${done.refused.length} cannot go back: see waypost dlq show`);
  },
});

async function replayAll(admin: AdminClient, queue: string | undefined): Promise<Omit<ReplayView, 'cursor'>> {
  const refused = new Map<string, string>();
  let replayed = 0;
  let cursor: string | null = null;
  do {
    const step: ReplayView = await admin.post('/dead-letters/replay', { queue: queue ?? null, cursor });
    replayed += step.replayed;
    for (const one of step.refused) refused.set(one.deadLetterId, one.error);
    cursor = step.cursor;
  } while (cursor !== null);
  return { replayed, refused: [...refused].map(([deadLetterId, error]) => ({ deadLetterId, error })) };
}
