import type { OutboxCancelView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { outboxArguments, outboxPath } from './outbox-path.ts';

export const outboxCancel = defineCommand({
  name: 'outbox cancel',
  summary: 'take back a message, or end the attempts that are left',
  details:
    'A message that is held back becomes a draft of its sender again. Of one that has begun to leave, recipients who have not got it get it no more.',
  positionals: outboxArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const done = await withLocalServer(({ admin }) =>
      admin.post<OutboxCancelView>(`${outboxPath(address, id)}/cancel`),
    );
    out.result(done, () =>
      out.line(done.draft ? 'It is a draft again.' : `No more attempts for ${done.stopped} recipients.`),
    );
  },
});
