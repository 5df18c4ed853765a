import type { OutboxEntryView } from '../../shared/admin-api.ts';
import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { outboxArguments, outboxPath } from './outbox-path.ts';

export const outboxRetry = defineCommand({
  name: 'outbox retry',
  summary: 'try at once what waits, and anew what failed',
  details: 'What failed can be tried anew for two weeks.',
  positionals: outboxArguments,
  flags: {},
  async run({ args: [address = '', id = ''], out }) {
    const entry = await withLocalServer(({ admin }) =>
      admin.post<OutboxEntryView>(`${outboxPath(address, id)}/retry`),
    );
    out.result(entry, () => out.line('It is tried again.'));
  },
});
