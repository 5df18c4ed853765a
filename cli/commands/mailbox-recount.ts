import type { RecountView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';

export const mailboxRecount = defineCommand({
  name: 'mailbox recount',
  summary: 'count a mailbox anew, and mend its counters where they differ',
  positionals: [{ name: 'address', help: 'the user' }],
  flags: {},
  async run({ args: [address = ''], out }) {
    const path = `/users/${encodeURIComponent(address)}/recount`;
    const view = await withLocalServer(({ admin }) => admin.post<RecountView>(path));
    out.result(view, () => {
      const { before, counted, mended } = view;
      out.line(`${counted.messages} messages, ${counted.sizeBytes} bytes`);
      if (mended) out.line(`Mended: it said ${before.messages} messages, ${before.sizeBytes} bytes.`);
    });
  },
});
