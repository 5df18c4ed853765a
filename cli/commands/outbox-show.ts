import type { OutboxEntryView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';
import { outboxArguments, outboxPath } from './outbox-path.ts';

export const outboxShow = defineCommand({
  name: 'outbox show',
  summary: 'show what became of one message for each recipient',
  positionals: outboxArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const entry = await withLocalServer(({ admin }) => admin.get<OutboxEntryView>(outboxPath(address, id)));
    out.result(entry, () => {
      out.line(`id            ${entry.submissionId}`);
      out.line(`sender        ${entry.sender}${entry.automatic ? ' (automatic)' : ''}`);
      out.line(`return path   ${entry.mailFrom === '' ? '(none)' : printable(entry.mailFrom)}`);
      out.line(`message id    ${printable(entry.messageId)}`);
      out.line(`size          ${entry.size}`);
      out.line(`accepted      ${shortTime(entry.createdAt)}`);
      out.line(`state         ${entry.state}`);
      out.line(`next          ${entry.nextAttemptAt === null ? '-' : shortTime(entry.nextAttemptAt)}`);
      out.line(`correlation   ${entry.correlationId}`);
      out.line();
      out.table(
        ['recipient', 'state', 'attempts', 'next', 'by', 'kept as', 'error'],
        entry.recipients.map((r) => [
          r.group === null ? r.address : `${r.address} (${r.group})`,
          r.state,
          r.attempts,
          r.nextAttemptAt === null ? '-' : shortTime(r.nextAttemptAt),
          r.local ? 'here' : r.carrier,
          r.remoteId,
          r.error,
        ]),
        'It has no recipients.',
      );
    });
  },
});
