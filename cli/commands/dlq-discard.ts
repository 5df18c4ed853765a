import type { DeadLetterView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const dlqDiscard = defineCommand({
  name: 'dlq discard',
  summary: 'say that nothing is to be done about a dead letter',
  details: 'The letter stays in the list of those that were discarded, and the audit log says so.',
  positionals: [{ name: 'id', help: 'id as in waypost dlq list' }],
  flags: {},
  async run({ args: [id = ''], out }) {
    const letter = await withLocalServer(({ admin }) =>
      admin.post<DeadLetterView>(`/dead-letters/${encodeURIComponent(id)}/discard`),
    );
    out.result(letter, () => out.line(`Discarded: a message of the queue ${letter.queue}.`));
  },
});
