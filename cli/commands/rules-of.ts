import type { RuleRunView, RuleSetView, RuleView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import type { Output } from '../output.ts';

/** The user whose rules a command is about. */
export const ruleUser = { name: 'user', help: 'address of the user' };
/** A rule of theirs. */
export const ruleName = { name: 'rule', help: 'its id, its number or its name' };

function rulesPath(user: string): string {
  return `/users/${encodeURIComponent(user)}/rules`;
}

export function rulesOf(admin: AdminClient, user: string): Promise<RuleSetView> {
  return admin.get<RuleSetView>(rulesPath(user));
}

/** The rule that somebody means; an error when there is none, or more than one of that name. */
export function findRule({ rules }: RuleSetView, named: string): RuleView {
  const byId = rules.find((rule) => rule.ruleId === named);
  const byNumber = /^\d+$/.test(named) ? rules[Number(named) - 1] : undefined;
  const byName = rules.filter((rule) => rule.name.toLowerCase() === named.toLowerCase());
  if (byId === undefined && byNumber === undefined && byName.length > 1) {
    throw new CommandError(`several rules are named "${named}": give the id`);
  }
  const found = byId ?? byNumber ?? byName[0];
  if (found === undefined) throw new CommandError(`there is no rule "${named}"`);
  return found;
}

/** Reads, changes and writes the list; somebody else's change in between is an error, and nothing is lost. */
export async function changeRules(
  admin: AdminClient,
  user: string,
  change: (rules: RuleView[], set: RuleSetView) => unknown[],
): Promise<RuleSetView> {
  const set = await rulesOf(admin, user);
  const rules = change(set.rules, set);
  return admin.put<RuleSetView>(rulesPath(user), { revision: set.revision, rules });
}

/** Runs step by step to the end, adding up what the steps found. */
export async function runToEnd(admin: AdminClient, user: string, body: object): Promise<RuleRunView> {
  let total: RuleRunView | null = null;
  let cursor: RuleRunView['cursor'] = null;
  do {
    const step: RuleRunView = await admin.post(`${rulesPath(user)}/run`, { ...body, cursor });
    cursor = step.cursor;
    total = total === null ? step : added(total, step);
  } while (cursor !== null);
  return total;
}

function added(a: RuleRunView, b: RuleRunView): RuleRunView {
  const rules = a.rules.map((rule) => {
    const more = b.rules.find(({ ruleId }) => ruleId === rule.ruleId);
    if (more === undefined) return rule;
    const sample = [...rule.sample, ...more.sample].slice(0, 5);
    return { ...rule, matched: rule.matched + more.matched, sample };
  });
  return { examined: a.examined + b.examined, changed: a.changed + b.changed, rules, cursor: b.cursor };
}

export function showRun(out: Output, run: RuleRunView): void {
  out.table(
    ['rule', 'matches', 'newest of them'],
    run.rules.map((rule) => [
      rule.name,
      rule.matched,
      rule.sample.map(({ subject }) => subject).join(' | ') || null,
    ]),
    'There is no rule that is enabled.',
  );
  out.line(`${run.examined} messages looked at, ${run.changed} changed.`);
}

export function showRules(out: Output, { rules }: RuleSetView): void {
  out.table(
    ['#', 'id', 'name', 'state', 'conditions', 'exceptions', 'actions'],
    rules.map((rule) => [
      rule.priority,
      rule.ruleId,
      rule.name,
      rule.error === null ? (rule.enabled ? 'on' : 'off') : `error: ${rule.error.text}`,
      briefly(rule.conditions) || 'any message',
      briefly(rule.exceptions) || null,
      briefly(rule.actions),
    ]),
    'There are no rules: waypost rule add <user> --help',
  );
}

function briefly(part: object): string {
  return Object.entries(part)
    .map(([name, value]) => (value === true ? name : `${name}=${JSON.stringify(value)}`))
    .join(' ');
}
