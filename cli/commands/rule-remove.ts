import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { changeRules, findRule, ruleName, ruleUser, showRules } from './rules-of.ts';

export const ruleRemove = defineCommand({
  name: 'rule remove',
  summary: 'remove an inbox rule',
  positionals: [ruleUser, ruleName],
  flags: {},
  examples: ['waypost rule remove ann@example.test Reports'],
  async run({ args: [user = '', named = ''], out }) {
    const set = await withLocalServer(({ admin }) =>
      changeRules(admin, user, (rules, before) => {
        const { ruleId } = findRule(before, named);
        return rules.filter((rule) => rule.ruleId !== ruleId);
      }),
    );
    out.result(set, () => showRules(out, set));
  },
});
