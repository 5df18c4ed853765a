import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, children, textOf } from '../../../codecs/soap/read.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import type { MailAddress } from '../../../core/mail/types.ts';
import { FLAG_REQUESTS, IMPORTANCES, RULE_LIMITS, SENSITIVITIES } from '../../../core/rules/types.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { booleanOf, stringsOf, timeOf } from '../items/editors/values.ts';
import {
  ADDRESS_LISTS,
  FLAG_ACTIONS,
  FLAGS,
  FOLDER_ACTIONS,
  RECIPIENT_ACTIONS,
  TEXT_LISTS,
} from './elements.ts';
import type { RuleFaults } from './faults.ts';

type Json = Record<string, unknown>;

/** A rule as a request says it, in the words of the shared model; its checks come after (core/rules). */
export interface SaidRule {
  ruleId: string | null;
  name: string;
  /** From 1 on. */
  priority: number;
  enabled: boolean;
  conditions: Json;
  exceptions: Json;
  actions: Json;
}

/** @throws SchemaError; what a rule cannot be is told to `faults` */
export async function readRule(
  element: XmlElement,
  faults: RuleFaults,
  context: EwsContext,
): Promise<SaidRule> {
  const name = textOf(element, 'DisplayName') ?? '';
  if (name.trim() === '') faults.add('DisplayName', 'EmptyValueFound', 'A rule must have a name.');
  if (name.length > RULE_LIMITS.name)
    faults.add('DisplayName', 'StringValueTooBig', 'The name is too long.', name);
  const given = textOf(element, 'Priority') ?? '';
  const priority = /^\s*\d{1,9}\s*$/.test(given) ? Number(given) : 0;
  if (priority < 1) faults.add('Priority', 'InvalidValue', 'A priority is a number from 1 on.', given);
  const enabled = child(element, 'IsEnabled');
  const conditions = readPredicates(child(element, 'Conditions'), 'Condition', faults);
  const exceptions = readPredicates(child(element, 'Exceptions'), 'Exception', faults);
  const before = faults.list.length;
  const actions = await readActions(child(element, 'Actions'), faults, context);
  if (Object.keys(actions).length === 0 && faults.list.length === before)
    faults.add('Actions', 'MissingAction', 'A rule must do something.');
  return {
    ...{ ruleId: textOf(element, 'RuleId') || null, name, priority },
    ...{ enabled: enabled === null || booleanOf(enabled), conditions, exceptions, actions },
  };
}

function readPredicates(element: XmlElement | null, kind: string, faults: RuleFaults): Json {
  const out: Json = {};
  for (const said of element?.children ?? []) {
    const field = `${kind}:${said.name}`;
    const textList = TEXT_LISTS.find(([name]) => name === said.name);
    const addressList = ADDRESS_LISTS.find(([name]) => name === said.name);
    const flag = FLAGS.find(([name]) => name === said.name);
    if (textList !== undefined) out[textList[1]] = textsOf(said, field, faults);
    else if (addressList !== undefined)
      out[addressList[1]] = addressesOf(said, field, faults).map(({ address }) => address);
    else if (flag !== undefined) {
      // What is not asked is said by false.
      if (booleanOf(said)) out[flag[1]] = true;
    } else readOther(said, field, out, faults);
  }
  return out;
}

function readOther(said: XmlElement, field: string, out: Json, faults: RuleFaults): void {
  switch (said.name) {
    case 'FlaggedForAction':
      out['flaggedForAction'] = wordOf(said, FLAG_REQUESTS);
      break;
    case 'Importance':
      out['importance'] = wordOf(said, IMPORTANCES);
      break;
    case 'Sensitivity':
      out['sensitivity'] = wordOf(said, SENSITIVITIES);
      break;
    case 'WithinDateRange': {
      const [start, end] = [child(said, 'StartDateTime'), child(said, 'EndDateTime')];
      const range = {
        ...(start === null ? {} : { start: timeOf(start) }),
        ...(end === null ? {} : { end: timeOf(end) }),
      };
      checkRange(range.start, range.end, field, 'InvalidDateRange', faults);
      out['withinDateRange'] = range;
      break;
    }
    case 'WithinSizeRange': {
      const [minimum, maximum] = [sizeOf(said, 'MinimumSize'), sizeOf(said, 'MaximumSize')];
      if ((minimum ?? 0) < 0 || (maximum ?? 0) < 0)
        faults.add(field, 'SizeLessThanZero', 'A size is at least 0.');
      checkRange(minimum, maximum, field, 'InvalidSizeRange', faults);
      out['withinSizeRange'] = {
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
      };
      break;
    }
    case 'FromConnectedAccounts':
      faults.add(field, 'UnsupportedRule', 'There are no connected accounts here.');
      break;
    default:
      throw new SchemaError(`there is no condition ${said.name}.`);
  }
}

function checkRange(
  from: number | undefined,
  to: number | undefined,
  field: string,
  code: string,
  faults: RuleFaults,
): void {
  if (from === undefined && to === undefined)
    faults.add(field, 'MissingRangeValue', 'A range must begin or end somewhere.');
  if (from !== undefined && to !== undefined && from > to)
    faults.add(field, code, 'The range ends before it begins.');
}

async function readActions(
  element: XmlElement | null,
  faults: RuleFaults,
  context: EwsContext,
): Promise<Json> {
  const out: Json = {};
  for (const said of element?.children ?? []) {
    const field = `Action:${said.name}`;
    const flag = FLAG_ACTIONS.find(([name]) => name === said.name);
    const folder = FOLDER_ACTIONS.find(([name]) => name === said.name);
    const recipients = RECIPIENT_ACTIONS.find(([name]) => name === said.name);
    if (flag !== undefined) {
      if (booleanOf(said)) out[flag[1]] = true;
    } else if (folder !== undefined) {
      const folderId = await folderOf(said, field, faults, context);
      if (folderId !== null) out[folder[1]] = folderId;
    } else if (recipients !== undefined) {
      const list = addressesOf(said, field, faults);
      if (list.length > RULE_LIMITS.recipients)
        faults.add(field, 'InvalidValue', `At most ${RULE_LIMITS.recipients} recipients are written to.`);
      if (list.length > 0) out[recipients[1]] = list;
    } else if (said.name === 'AssignCategories') out['assignCategories'] = textsOf(said, field, faults);
    else if (said.name === 'MarkImportance') out['markImportance'] = wordOf(said, IMPORTANCES);
    else if (said.name === 'SendSMSAlertToRecipients')
      faults.add(field, 'UnsupportedRule', 'Text messages cannot be sent from here.');
    else if (said.name === 'ServerReplyWithMessage')
      faults.add(field, 'UnsupportedRule', 'Replies from a template cannot be set by this protocol.');
    else throw new SchemaError(`there is no action ${said.name}.`);
  }
  return out;
}

function textsOf(said: XmlElement, field: string, faults: RuleFaults): string[] {
  const list = stringsOf(said);
  if (list.length === 0 || list.some((text) => text.trim() === ''))
    faults.add(field, 'EmptyValueFound', 'A text must not be empty.');
  if (list.length > RULE_LIMITS.list)
    faults.add(field, 'InvalidValue', `At most ${RULE_LIMITS.list} texts are compared.`);
  for (const text of list)
    if (text.length > RULE_LIMITS.text) faults.add(field, 'StringValueTooBig', 'A text is too long.', text);
  return list;
}

function addressesOf(said: XmlElement, field: string, faults: RuleFaults): MailAddress[] {
  const list = children(said, 'Address').flatMap((one): MailAddress[] => {
    const text = (textOf(one, 'EmailAddress') ?? '').trim();
    const type = textOf(one, 'RoutingType') ?? '';
    if (type !== '' && type.toUpperCase() !== 'SMTP') {
      faults.add(field, 'UnsupportedAddress', 'Only addresses of the type SMTP are known.', text);
      return [];
    }
    const address = canonicalAddress(text);
    if (address === null) {
      faults.add(field, 'InvalidAddress', 'This is no address.', text);
      return [];
    }
    const name = (textOf(one, 'Name') ?? '').slice(0, RULE_LIMITS.name);
    return [{ name: name === text ? '' : name, address }];
  });
  if (children(said, 'Address').length === 0)
    faults.add(field, 'EmptyValueFound', 'There must be an address.');
  return list;
}

async function folderOf(
  said: XmlElement,
  field: string,
  faults: RuleFaults,
  context: EwsContext,
): Promise<string | null> {
  const [named] = said.children;
  const value = named?.attributes['Id'] ?? '';
  if (named?.name === 'AddressListId') {
    faults.add(field, 'InvalidFolderId', 'This is no folder of messages.', value);
    return null;
  }
  try {
    const { box, folder } = await resolveItemFolder(context, named);
    if (box.own && folder.itemClass === 'Email') return folder.folderId;
    faults.add(field, 'InvalidFolderId', 'This is no folder of messages of the mailbox.', value);
  } catch (error) {
    if (!(error instanceof EwsError) || error instanceof SchemaError) throw error;
    const code = error.code === 'ErrorInvalidIdMalformed' ? 'InvalidFolderId' : 'FolderDoesNotExist';
    faults.add(field, code, error.message, value);
  }
  return null;
}

/** A word of the model, which the schema writes with a capital. @throws SchemaError */
function wordOf<T extends string>(said: XmlElement, words: readonly T[]): T {
  const text = said.text.trim().toLowerCase();
  const found = words.find((word) => word.toLowerCase() === text);
  if (found === undefined) throw new SchemaError(`${text.slice(0, 40)} is no value of ${said.name}.`);
  return found;
}

function sizeOf(said: XmlElement, name: string): number | undefined {
  const text = textOf(said, name);
  if (text === null) return undefined;
  if (!/^\s*-?\d{1,10}\s*$/.test(text)) throw new SchemaError(`${name} is no number.`);
  return Number(text);
}
