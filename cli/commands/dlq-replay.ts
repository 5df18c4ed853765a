import type { DeadLetterView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const dlqReplay = defineCommand({
  name: 'dlq replay',
  summary: 'put a dead letter into its queue again',
  positionals: [{ name: 'id', help: 'id as in waypost dlq list' }],
  flags: {},
  async run({ args: [id = ''], out }) {
    const letter = await withLocalServer(({ admin }) =>
      admin.post<DeadLetterView>(`/dead-letters/${encodeURIComponent(id)}/replay`),
    );
    out.result(letter, () => out.line(`Sent to ${letter.queue} again.`));
  },
});
