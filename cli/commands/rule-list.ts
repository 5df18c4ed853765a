import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { rulesOf, ruleUser, showRules } from './rules-of.ts';

export const ruleList = defineCommand({
  name: 'rule list',
  summary: 'list the inbox rules of a user, in their order',
  positionals: [ruleUser],
  flags: {},
  examples: ['waypost rule list ann@example.test'],
  async run({ args: [user = ''], out }) {
    const set = await withLocalServer(({ admin }) => rulesOf(admin, user));
    out.result(set, () => showRules(out, set));
  },
});
