import { defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { changeRules, findRule, ruleName, ruleUser, showRules } from './rules-of.ts';

function switching(verb: 'enable' | 'disable', summary: string) {
  return defineCommand({
    name: `rule ${verb}`,
    summary,
    positionals: [ruleUser, ruleName],
    flags: {},
    examples: [`waypost rule ${verb} ann@example.test Reports`],
    async run({ args: [user = '', named = ''], out }) {
      const set = await withLocalServer(({ admin }) =>
        changeRules(admin, user, (rules, before) => {
          const { ruleId } = findRule(before, named);
          return rules.map((rule) =>
            rule.ruleId === ruleId ? { ...rule, enabled: verb === 'enable' } : rule,
          );
        }),
      );
      out.result(set, () => showRules(out, set));
    },
  });
}

export const ruleEnable = switching('enable', 'switch an inbox rule on; one in error is tried again');
export const ruleDisable = switching('disable', 'switch an inbox rule off');
