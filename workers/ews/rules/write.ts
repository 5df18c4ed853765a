import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { MailAddress } from '../../../core/mail/types.ts';
import type { Rule, RuleActions, RulePredicates } from '../../../core/rules/types.ts';
import { encodeId } from '../ids/id.ts';
import { isoTime } from '../items/time.ts';
import {
  ADDRESS_LISTS,
  capital,
  FLAG_ACTIONS,
  FLAGS,
  FOLDER_ACTIONS,
  RECIPIENT_ACTIONS,
  TEXT_LISTS,
} from './elements.ts';

/** Whether a rule does what this protocol has no word for; its clients may not change what it does then. */
export function isBeyondWords({ actions }: Rule): boolean {
  return actions.flag !== undefined || actions.serverReplyWithMessage !== undefined;
}

/** A rule as GetInboxRules shows it. `priority`: its place, from 1 on. */
export function ruleElement(rule: Rule, priority: number, mailboxId: string): XmlObject {
  const conditions = predicates(rule.conditions);
  const exceptions = predicates(rule.exceptions);
  const actions = actionsOf(rule.actions, mailboxId);
  return {
    RuleId: rule.ruleId,
    DisplayName: rule.name,
    Priority: priority,
    IsEnabled: rule.enabled,
    ...(isBeyondWords(rule) ? { IsNotSupported: true } : {}),
    ...(rule.error === null ? {} : { IsInError: true }),
    ...(Object.keys(conditions).length === 0 ? {} : { Conditions: conditions }),
    ...(Object.keys(exceptions).length === 0 ? {} : { Exceptions: exceptions }),
    ...(Object.keys(actions).length === 0 ? {} : { Actions: actions }),
  };
}

function predicates(said: RulePredicates): XmlObject {
  const out: Record<string, XmlObject | string | boolean> = {};
  for (const [element, key] of TEXT_LISTS) {
    const list = said[key];
    if (list !== undefined) out[element] = { String: list };
  }
  for (const [element, key] of ADDRESS_LISTS) {
    const list = said[key];
    if (list !== undefined) out[element] = addresses(list.map((address) => ({ name: '', address })));
  }
  for (const [element, key] of FLAGS) if (said[key] === true) out[element] = true;
  const { flaggedForAction, importance, sensitivity, withinDateRange, withinSizeRange } = said;
  if (flaggedForAction !== undefined) out['FlaggedForAction'] = flaggedForAction;
  if (importance !== undefined) out['Importance'] = capital(importance);
  if (sensitivity !== undefined) out['Sensitivity'] = capital(sensitivity);
  if (withinDateRange !== undefined) {
    const { start, end } = withinDateRange;
    out['WithinDateRange'] = {
      StartDateTime: start === undefined ? undefined : isoTime(start),
      EndDateTime: end === undefined ? undefined : isoTime(end),
    };
  }
  if (withinSizeRange !== undefined) {
    const { minimum, maximum } = withinSizeRange;
    out['WithinSizeRange'] = { MinimumSize: inRange(minimum), MaximumSize: inRange(maximum) };
  }
  return out;
}

/** xs:int */
function inRange(size: number | undefined): number | undefined {
  return size === undefined ? undefined : Math.min(size, 0x7fff_ffff);
}

function addresses(list: readonly MailAddress[]): XmlObject {
  return {
    Address: list.map(({ name, address }) => ({
      Name: name || address,
      EmailAddress: address,
      RoutingType: 'SMTP',
    })),
  };
}

function actionsOf(said: RuleActions, mailboxId: string): XmlObject {
  const out: Record<string, XmlObject | string | boolean> = {};
  if (said.assignCategories !== undefined) out['AssignCategories'] = { String: said.assignCategories };
  if (said.markImportance !== undefined) out['MarkImportance'] = capital(said.markImportance);
  for (const [element, key] of FLAG_ACTIONS) if (said[key] === true) out[element] = true;
  for (const [element, key] of FOLDER_ACTIONS) {
    const folderId = said[key];
    if (folderId !== undefined)
      out[element] = { FolderId: { '@Id': encodeId({ kind: 'folder', mailboxId, folderId }) } };
  }
  for (const [element, key] of RECIPIENT_ACTIONS) {
    const list = said[key];
    if (list !== undefined) out[element] = addresses(list);
  }
  return out;
}
