/** From JSON that somebody wrote to rules, or one clear error that names what is wrong. */
import { InvalidInputError } from '../errors.ts';
import { canonicalAddress } from '../mail/recipients.ts';
import type { MailAddress, MessageFlag } from '../mail/types.ts';
import {
  FLAG_PREDICATES,
  FLAG_REQUESTS,
  IMPORTANCES,
  type ReplyTemplate,
  RULE_LIMITS,
  type Rule,
  type RuleActions,
  type RulePredicates,
  SENSITIVITIES,
  TEXT_PREDICATES,
} from './types.ts';

type Json = Record<string, unknown>;

/** Elements of MS-OXWSRULES that mean nothing here, and why. */
const REFUSED: Record<string, string> = {
  fromConnectedAccounts: 'there are no connected accounts here',
  sendSMSAlertToRecipients: 'text messages cannot be sent from here',
};

/**
 * A list of rules as `putRules` takes it. `newId` names those that have no id. Throws InvalidInputError with the place
 * of the fault, e.g. `rules[2].actions.moveToFolder: …`.
 */
export function parseRules(value: unknown, newId: () => string): Rule[] {
  const list = arrayOf(value, 'rules', RULE_LIMITS.rules);
  const rules = list.map((one, n) => parseRule(one, `rules[${n}]`, newId));
  const ids = new Set<string>();
  for (const { ruleId } of rules) {
    if (ids.has(ruleId)) fail('rules', `two have the id ${ruleId}`);
    ids.add(ruleId);
  }
  const texts = rules.reduce((sum, rule) => sum + textsOf(rule.conditions) + textsOf(rule.exceptions), 0);
  if (texts > RULE_LIMITS.texts) fail('rules', `more than ${RULE_LIMITS.texts} texts in all`);
  return rules;
}

/** One rule. Errors as of parseRules, under the name `at`. */
export function parseRule(value: unknown, at: string, newId: () => string): Rule {
  const json = object(value, at);
  only(json, at, ['ruleId', 'name', 'enabled', 'conditions', 'exceptions', 'actions', 'error', 'priority']);
  const { ruleId = newId(), enabled = true } = json;
  if (typeof ruleId !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(ruleId)) {
    fail(`${at}.ruleId`, 'not an id (at most 64 of letters, digits, - and _)');
  }
  if (typeof enabled !== 'boolean') fail(`${at}.enabled`, 'must be true or false');
  const rule: Rule = {
    ruleId,
    name: text(json['name'], `${at}.name`, RULE_LIMITS.name),
    enabled,
    conditions: parsePredicates(json['conditions'] ?? {}, `${at}.conditions`),
    exceptions: parsePredicates(json['exceptions'] ?? {}, `${at}.exceptions`),
    actions: parseActions(json['actions'], `${at}.actions`),
    error: null,
  };
  if (new TextEncoder().encode(JSON.stringify(rule)).length > RULE_LIMITS.json) fail(at, 'is too large');
  return rule;
}

function parsePredicates(value: unknown, at: string): RulePredicates {
  const json = object(value, at);
  const out: RulePredicates = {};
  for (const [key, given] of Object.entries(json)) {
    const where = `${at}.${key}`;
    const [textual, flag] = [find(TEXT_PREDICATES, key), find(FLAG_PREDICATES, key)];
    if (textual !== undefined) out[textual] = texts(given, where, textual);
    else if (flag !== undefined) {
      if (typeof given !== 'boolean') fail(where, 'must be true or false');
      if (given) out[flag] = true;
    } else if (key === 'flaggedForAction') out.flaggedForAction = oneOf(given, where, FLAG_REQUESTS);
    else if (key === 'importance') out.importance = oneOf(given, where, IMPORTANCES);
    else if (key === 'sensitivity') out.sensitivity = oneOf(given, where, SENSITIVITIES);
    else if (key === 'withinDateRange') out.withinDateRange = range(given, where, 'start', 'end');
    else if (key === 'withinSizeRange') out.withinSizeRange = range(given, where, 'minimum', 'maximum');
    else fail(where, REFUSED[key] ?? 'there is no such condition');
  }
  return out;
}

function parseActions(value: unknown, at: string): RuleActions {
  const json = object(value, at);
  const out: RuleActions = {};
  for (const [key, given] of Object.entries(json)) {
    const where = `${at}.${key}`;
    switch (key) {
      case 'assignCategories':
        out.assignCategories = list(given, where, RULE_LIMITS.categories);
        break;
      case 'copyToFolder':
      case 'moveToFolder':
        out[key] = text(given, where, 64);
        break;
      case 'delete':
      case 'markAsRead':
      case 'permanentDelete':
      case 'stopProcessingRules':
        if (typeof given !== 'boolean') fail(where, 'must be true or false');
        if (given) out[key] = true;
        break;
      case 'flag':
        out.flag = flagOf(given, where);
        break;
      case 'forwardAsAttachmentToRecipients':
      case 'forwardToRecipients':
      case 'redirectToRecipients':
        out[key] = recipients(given, where);
        break;
      case 'markImportance':
        out.markImportance = oneOf(given, where, IMPORTANCES);
        break;
      case 'serverReplyWithMessage':
        out.serverReplyWithMessage = template(given, where);
        break;
      default:
        fail(where, REFUSED[key] ?? 'there is no such action');
    }
  }
  if (Object.keys(out).length === 0) fail(at, 'a rule needs an action');
  return out;
}

function texts(value: unknown, at: string, predicate: (typeof TEXT_PREDICATES)[number]): string[] {
  const found = list(value, at, RULE_LIMITS.list);
  if (predicate !== 'fromAddresses' && predicate !== 'sentToAddresses') return found;
  return found.map((address, n) => canonicalAddress(address) ?? fail(`${at}[${n}]`, 'is no address'));
}

function list(value: unknown, at: string, max: number): string[] {
  const found = arrayOf(value, at, max).map((one, n) => text(one, `${at}[${n}]`, RULE_LIMITS.text));
  if (found.length === 0) fail(at, 'must not be empty');
  return [...new Set(found)];
}

function recipients(value: unknown, at: string): MailAddress[] {
  const found = arrayOf(value, at, RULE_LIMITS.recipients).map((one, n): MailAddress => {
    const where = `${at}[${n}]`;
    const json: Json = typeof one === 'string' ? { address: one } : object(one, where);
    only(json, where, ['name', 'address']);
    const written = text(json['address'], `${where}.address`, 320);
    const address = canonicalAddress(written) ?? fail(`${where}.address`, 'is no address');
    const { name = '' } = json;
    if (typeof name !== 'string' || name.length > RULE_LIMITS.name) fail(`${where}.name`, 'is no name');
    return { name, address };
  });
  if (found.length === 0) fail(at, 'must not be empty');
  return found.filter((one, n) => found.findIndex(({ address }) => address === one.address) === n);
}

function template(value: unknown, at: string): ReplyTemplate {
  const json = object(value, at);
  only(json, at, ['subject', 'format', 'content']);
  const { subject = '', format = 'text' } = json;
  if (typeof subject !== 'string' || subject.length > RULE_LIMITS.text) fail(`${at}.subject`, 'is too long');
  return {
    subject,
    format: oneOf(format, `${at}.format`, ['text', 'html'] as const),
    content: text(json['content'], `${at}.content`, RULE_LIMITS.reply),
  };
}

function flagOf(value: unknown, at: string): MessageFlag {
  if (value === true) return { status: 2, type: 'Flag for follow up' };
  const json = object(value, at);
  only(json, at, ['status', 'type', 'subject', 'startDate', 'dueDate', 'utcStartDate', 'utcDueDate']);
  const { status = 2, type = 'Flag for follow up' } = json;
  if (status !== 0 && status !== 1 && status !== 2) fail(`${at}.status`, 'must be 0, 1 or 2');
  const flag: MessageFlag = { status, type: text(type, `${at}.type`, RULE_LIMITS.text) };
  if (json['subject'] !== undefined) {
    flag.subject = text(json['subject'], `${at}.subject`, RULE_LIMITS.text);
  }
  for (const key of ['startDate', 'dueDate'] as const) {
    const given = json[key];
    if (given === undefined) continue;
    const time = whole(given, `${at}.${key}`);
    flag[key] = time;
    flag[key === 'startDate' ? 'utcStartDate' : 'utcDueDate'] = time;
  }
  return flag;
}

function range<A extends string, B extends string>(
  value: unknown,
  at: string,
  from: A,
  to: B,
): { [K in A | B]?: number } {
  const json = object(value, at);
  only(json, at, [from, to]);
  const out: { [K in A | B]?: number } = {};
  if (json[from] !== undefined) out[from] = whole(json[from], `${at}.${from}`) as never;
  if (json[to] !== undefined) out[to] = whole(json[to], `${at}.${to}`) as never;
  const [low, high] = [out[from], out[to]];
  if (low === undefined && high === undefined) fail(at, `needs ${from} or ${to}`);
  if (low !== undefined && high !== undefined && low > high) fail(at, `${from} is after ${to}`);
  return out;
}

function whole(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    fail(at, 'must be a whole number from 0 on');
  }
  return value;
}

function text(value: unknown, at: string, max: number): string {
  if (typeof value !== 'string') return fail(at, 'must be a text');
  const clean = value.replaceAll('\0', '').toWellFormed();
  if (clean.trim() === '') fail(at, 'must not be empty');
  if (clean.length > max) fail(at, `is longer than ${max}`);
  return clean;
}

function oneOf<T extends string>(value: unknown, at: string, values: readonly T[]): T {
  return values.find((one) => one === value) ?? fail(at, `must be one of ${values.join(', ')}`);
}

function find<T extends string>(values: readonly T[], key: string): T | undefined {
  return values.find((one) => one === key);
}

function arrayOf(value: unknown, at: string, max: number): unknown[] {
  if (!Array.isArray(value)) return fail(at, 'must be a list');
  if (value.length > max) fail(at, `has more than ${max} entries`);
  return value;
}

function object(value: unknown, at: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(at, 'must be an object');
  }
  return value as Json;
}

function only(json: Json, at: string, keys: readonly string[]): void {
  const other = Object.keys(json).find((key) => !keys.includes(key));
  if (other !== undefined) fail(`${at}.${other.slice(0, 50)}`, 'is unknown');
}

function textsOf(predicates: RulePredicates): number {
  return TEXT_PREDICATES.reduce((sum, key) => sum + (predicates[key]?.length ?? 0), 0);
}

function fail(at: string, why: string): never {
  throw new InvalidInputError(`${at}: ${why}`);
}
