import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { saveRules } from '../../../core/rules/save.ts';
import type { Rule, RuleSet } from '../../../core/rules/types.ts';
import { parseRule } from '../../../core/rules/validate.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext } from '../context.ts';
import { SchemaError } from '../errors.ts';
import type { Box } from '../mailboxes.ts';
import { capital } from './elements.ts';
import { operationErrors, type RuleFault, RuleFaults } from './faults.ts';
import { readRule, type SaidRule } from './read.ts';
import { isBeyondWords, ruleElement } from './write.ts';

const MAX_OPERATIONS = 256;

/** Rules after the operations of a request; or what is wrong with these, and then nothing is to be kept. */
interface Outcome {
  rules: Rule[];
  /** Of each rule that the request says something of: number of its operation. */
  saidBy: Map<string, number>;
  faults: Map<number, readonly RuleFault[]>;
}

/**
 * Makes, changes and deletes rules, all or none of it (MS-OXWSRULES 3.1.4.2).
 * @returns RuleOperationErrors, or null when all is done
 * @throws SchemaError; ConflictError when others change the rules all the time
 */
export async function updateRules(
  box: Box,
  operations: readonly XmlElement[],
  context: EwsContext,
): Promise<XmlObject | null> {
  if (operations.length === 0 || operations.length > MAX_OPERATIONS)
    throw new SchemaError(`Operations must hold 1 to ${MAX_OPERATIONS} operations.`);
  const present = await box.store.rules();
  const { rules, saidBy, faults } = await apply(present, operations, box, context);
  const wrong = operationErrors(faults);
  if (wrong !== null) return wrong;
  try {
    await saveRules(context.services, box.ref, rules, { revision: present.revision, newId });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const [index, fault] = faultOf(error, rules, saidBy);
    return operationErrors(new Map([[index, [fault]]]));
  }
  return null;
}

async function apply(
  { rules: before }: RuleSet,
  operations: readonly XmlElement[],
  box: Box,
  context: EwsContext,
): Promise<Outcome> {
  const rules = [...before];
  const saidBy = new Map<string, number>();
  const found = new Map<number, readonly RuleFault[]>();
  for (const [index, operation] of operations.entries()) {
    const faults = new RuleFaults();
    found.set(index, faults.list);
    const element = child(operation, 'Rule');
    const isDelete = operation.name === 'DeleteRuleOperation';
    if (!isDelete && element === null) throw new SchemaError(`${operation.name} must hold a Rule.`);
    const said = element === null || isDelete ? null : await readRule(element, faults, context);
    const ruleId = said === null ? textOf(operation, 'RuleId') : said.ruleId;
    if (operation.name === 'CreateRuleOperation') {
      if (ruleId !== null) faults.add('RuleId', 'CreateWithRuleId', 'A new rule has no id yet.', ruleId);
      const made = said === null ? null : ruleOf(said, newId(context.services.now()), faults);
      if (made === null || said === null) continue;
      saidBy.set(made.ruleId, index);
      rules.splice(said.priority - 1, 0, made);
      continue;
    }
    if (!isDelete && operation.name !== 'SetRuleOperation')
      throw new SchemaError(`${operation.name} is no operation on rules.`);
    const at = rules.findIndex((rule) => rule.ruleId === ruleId);
    const present = rules[at];
    if (present === undefined || ruleId === null) {
      const missing = ruleId === null ? 'MissingParameter' : 'RuleNotFound';
      const known = ruleId !== null && saidBy.has(ruleId);
      if (known)
        faults.add('RuleId', 'DuplicatedOperationOnTheSameRule', 'The rule is changed twice.', ruleId);
      else faults.add('RuleId', missing, 'There is no such rule.', ruleId ?? '');
      continue;
    }
    if (saidBy.has(ruleId))
      faults.add('RuleId', 'DuplicatedOperationOnTheSameRule', 'The rule is changed twice.', ruleId);
    saidBy.set(ruleId, index);
    rules.splice(at, 1);
    if (said === null) continue;
    const changed = changedRule(present, said, box, faults);
    if (changed !== null) rules.splice(said.priority - 1, 0, changed);
  }
  return { rules, saidBy, faults: found };
}

/** The rule as core has it, or null: what is wrong with it is told. */
function ruleOf(said: SaidRule, ruleId: string, faults: RuleFaults): Rule | null {
  if (faults.list.length > 0) return null;
  const { name, enabled, conditions, exceptions, actions } = said;
  try {
    return parseRule({ ruleId, name, enabled, conditions, exceptions, actions }, 'rule', () => ruleId);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    faults.list.push(faultIn(error.message, 'rule'));
    return null;
  }
}

/**
 * A rule that does what this protocol has no word for can be renamed, switched and moved; what it does stays as it is,
 * and a request that says something else of it is refused.
 */
function changedRule(present: Rule, said: SaidRule, box: Box, faults: RuleFaults): Rule | null {
  if (!isBeyondWords(present)) return ruleOf(said, present.ruleId, faults);
  const { flag: _, serverReplyWithMessage: __, ...shown } = present.actions;
  // Of what it does nothing else may be left to say.
  const silent = Object.keys(shown).length === 0;
  const heard = silent ? faults.list.filter(({ code }) => code !== 'MissingAction') : faults.list;
  faults.list.splice(0, faults.list.length, ...heard);
  if (faults.list.length > 0) return null;
  const { mailboxId } = box.ref;
  const next = { ...present, conditions: said.conditions, exceptions: said.exceptions } as Rule;
  const asShown = JSON.stringify(ruleElement({ ...present, actions: shown }, 1, mailboxId));
  const asSaid = JSON.stringify(ruleElement({ ...next, actions: said.actions }, 1, mailboxId));
  if (asShown !== asSaid) {
    faults.add(
      'IsNotSupported',
      'UnsupportedRule',
      'What this rule does cannot be changed by this protocol.',
      present.ruleId,
    );
    return null;
  }
  return { ...present, name: said.name, enabled: said.enabled };
}

/** What core refused of a whole list, and the operation whose doing it is. */
function faultOf(
  { message }: InvalidInputError,
  rules: readonly Rule[],
  saidBy: ReadonlyMap<string, number>,
): [number, RuleFault] {
  const [, at] = /^rules\[(\d+)\]/.exec(message) ?? [];
  const rule = at === undefined ? undefined : rules[Number(at)];
  const index = rule === undefined ? undefined : saidBy.get(rule.ruleId);
  return [index ?? 0, faultIn(message, `rules[${at ?? ''}]`)];
}

const KINDS: Readonly<Record<string, string>> = {
  conditions: 'Condition',
  exceptions: 'Exception',
  actions: 'Action',
};

/** `rule.actions.moveToFolder: there is no folder x` in the words of the schema. */
function faultIn(message: string, name: string): RuleFault {
  const path = message.startsWith(`${name}.`) ? message.slice(name.length + 1) : '';
  const [, kind = '', key] = /^(\w+)(?:\.(\w+))?/.exec(path) ?? [];
  const known = KINDS[kind];
  const element = key === 'categoriesContains' ? 'Categories' : capital(key ?? '');
  const text = message.slice(message.indexOf(': ') + 2);
  const whole = kind === 'actions' ? 'Actions' : kind === 'name' ? 'DisplayName' : 'RuleId';
  const field = known === undefined || key === undefined ? whole : `${known}:${element}`;
  const isFolder = key === 'moveToFolder' || key === 'copyToFolder';
  // Of the actions as a whole: where mail may be sent on to.
  const code = isFolder ? 'FolderDoesNotExist' : field === 'Actions' ? 'UnsupportedAddress' : 'InvalidValue';
  return { field, code, text, value: '' };
}
