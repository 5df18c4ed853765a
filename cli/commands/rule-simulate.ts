import { defineCommand } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { withLocalServer } from '../local/connect.ts';
import { ruleUser, runToEnd, showRun } from './rules-of.ts';

export const ruleSimulate = defineCommand({
  name: 'rule simulate',
  summary: 'show which messages of a folder rules would take, without changing anything',
  details: 'With a file, before its rules are saved; without one, those that are saved.',
  positionals: [ruleUser, { name: 'file', help: 'rules as JSON; - reads standard input', optional: true }],
  flags: { folder: { type: 'string', value: 'FOLDER', help: 'id, or names with / between (Inbox)' } },
  examples: ['waypost rule simulate ann@example.test rule.json --folder Inbox'],
  async run({ args: [user = '', file = ''], flags, out }) {
    const given = file === '' ? undefined : await readJsonFile(file);
    const rules = given === undefined || Array.isArray(given) ? given : [given];
    const body = {
      dryRun: true,
      ...(flags.folder === undefined ? {} : { folder: flags.folder }),
      ...(rules === undefined ? {} : { rules }),
    };
    const run = await withLocalServer(({ admin }) => runToEnd(admin, user, body));
    out.result(run, () => showRun(out, run));
  },
});
