import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { changeRules, findRule, ruleName, ruleUser, showRules } from './rules-of.ts';

export const ruleOrder = defineCommand({
  name: 'rule order',
  summary: 'give an inbox rule another place in the order',
  positionals: [ruleUser, ruleName, { name: 'place', help: '1 is run first' }],
  flags: {},
  examples: ['waypost rule order ann@example.test Reports 1'],
  async run({ args: [user = '', named = '', place = ''], out }) {
    if (!/^[1-9]\d{0,3}$/.test(place)) throw new CommandError(`not a place: ${place}`);
    const set = await withLocalServer(({ admin }) =>
      changeRules(admin, user, (rules, before) => {
        const moved = findRule(before, named);
        const others = rules.filter((rule) => rule !== moved);
        return others.toSpliced(Number(place) - 1, 0, moved);
      }),
    );
    out.result(set, () => showRules(out, set));
  },
});
