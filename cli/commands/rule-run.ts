import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { ruleUser, runToEnd, showRun } from './rules-of.ts';

export const ruleRun = defineCommand({
  name: 'rule run',
  summary: 'carry out the saved rules on the messages of a folder',
  positionals: [ruleUser],
  flags: {
    folder: { type: 'string', value: 'FOLDER', help: 'id, or names with / between (Inbox)' },
    sending: { type: 'boolean', help: 'forward, redirect and reply too' },
  },
  examples: ['waypost rule run ann@example.test --folder Inbox'],
  async run({ args: [user = ''], flags, out }) {
    const { folder, sending } = flags;
    const body = { dryRun: false, sending, ...(folder === undefined ? {} : { folder }) };
    const run = await withLocalServer(({ admin }) => runToEnd(admin, user, body));
    out.result(run, () => showRun(out, run));
  },
});
