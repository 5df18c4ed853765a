import type { DeadLetterDetail } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { printable, shortTime } from '../output.ts';
import { stateOf } from './dlq-list.ts';

export const dlqShow = defineCommand({
  name: 'dlq show',
  summary: 'show one dead letter',
  positionals: [{ name: 'id', help: 'id as in waypost dlq list' }],
  flags: {},
  async run({ args: [id = ''], out }) {
    const letter = await withLocalServer(({ admin }) =>
      admin.get<DeadLetterDetail>(`/dead-letters/${encodeURIComponent(id)}`),
    );
    out.result(letter, () => {
      out.line(`id           ${letter.deadLetterId}`);
      out.line(`queue        ${letter.queue}`);
      out.line(`failed       ${shortTime(letter.failedAt)} after ${letter.attempts} attempts`);
      out.line(`state        ${stateOf(letter)}`);
      out.line(`correlation  ${letter.correlationId}`);
      out.line(`error        ${printable(letter.error)}`);
      out.line(`message      ${JSON.stringify(letter.body, null, 2)}`);
    });
  },
});
