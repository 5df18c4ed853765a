/** What the rules of a mailbox make of one message. */
import type { MailAddress, MessageFlag } from '../mail/types.ts';
import { FLAG_TEXTS, type RuleFacts } from './facts.ts';
import {
  FLAG_PREDICATES,
  type FlagPredicate,
  type Importance,
  type ReplyTemplate,
  type Rule,
  type RulePredicates,
  type TextPredicate,
} from './types.ts';

/** Something a rule sends. */
export type RuleSend =
  | { kind: 'forward' | 'attach' | 'redirect'; ruleId: string; recipients: MailAddress[] }
  | { kind: 'reply'; ruleId: string; template: ReplyTemplate };

export interface RuleOutcome {
  /** Rules that held, in their order. */
  matched: string[];
  /** Where the message goes: a folder, or `deleted` for Deleted Items; null where it is. */
  destination: { folderId: string; ruleId: string } | 'deleted' | null;
  /** More folders that get one each. */
  copies: { folderId: string; ruleId: string }[];
  /** It is to be removed for good. */
  permanentDelete: boolean;
  markAsRead: boolean;
  importance: Importance | null;
  categories: string[];
  flag: MessageFlag | null;
  sends: RuleSend[];
}

/**
 * Runs rules that were folded (`foldRules`) in their order, until one of them stops. Those that are disabled or in
 * error are passed over. A message that several rules move has a copy in each folder (MS-OXORULE 3.2.5.1); one that is
 * both moved and deleted is moved: nothing that a rule keeps is lost to another.
 */
export function evaluateRules(rules: readonly Rule[], facts: RuleFacts): RuleOutcome {
  const out: RuleOutcome = {
    ...{ matched: [], destination: null, copies: [], permanentDelete: false, markAsRead: false },
    ...{ importance: null, categories: [], flag: null, sends: [] },
  };
  const moves: { folderId: string; ruleId: string }[] = [];
  let deleted = false;
  for (const { ruleId, enabled, error, conditions, exceptions, actions } of rules) {
    if (!enabled || error !== null || !holds(conditions, facts) || holdsAny(exceptions, facts)) continue;
    out.matched.push(ruleId);
    if (actions.moveToFolder !== undefined) moves.push({ folderId: actions.moveToFolder, ruleId });
    if (actions.copyToFolder !== undefined) out.copies.push({ folderId: actions.copyToFolder, ruleId });
    deleted ||= actions.delete === true;
    out.permanentDelete ||= actions.permanentDelete === true;
    out.markAsRead ||= actions.markAsRead === true;
    out.importance = actions.markImportance ?? out.importance;
    out.categories.push(...(actions.assignCategories ?? []));
    out.flag = actions.flag ?? out.flag;
    for (const [kind, recipients] of [
      ['forward', actions.forwardToRecipients],
      ['attach', actions.forwardAsAttachmentToRecipients],
      ['redirect', actions.redirectToRecipients],
    ] as const) {
      if (recipients !== undefined) out.sends.push({ kind, ruleId, recipients });
    }
    const template = actions.serverReplyWithMessage;
    if (template !== undefined) out.sends.push({ kind: 'reply', ruleId, template });
    if (actions.stopProcessingRules === true) break;
  }
  const [first, ...more] = moves;
  out.destination = first ?? (deleted || out.permanentDelete ? 'deleted' : null);
  out.permanentDelete &&= first === undefined;
  const seen = new Set([first?.folderId]);
  out.copies = [...more, ...out.copies].filter(({ folderId }) => !seen.has(folderId) && seen.add(folderId));
  out.categories = [...new Set(out.categories)];
  return out;
}

function holds(predicates: RulePredicates, facts: RuleFacts): boolean {
  return Object.keys(predicates).every((name) => test(name as keyof RulePredicates, predicates, facts));
}

function holdsAny(predicates: RulePredicates, facts: RuleFacts): boolean {
  return Object.keys(predicates).some((name) => test(name as keyof RulePredicates, predicates, facts));
}

function test(name: keyof RulePredicates, predicates: RulePredicates, facts: RuleFacts): boolean {
  switch (name) {
    case 'flaggedForAction': {
      const asked = predicates.flaggedForAction ?? 'Any';
      return asked === 'Any' ? facts.flagRequest !== '' : facts.flagRequest === FLAG_TEXTS[asked];
    }
    case 'importance':
      return facts.importance === predicates.importance;
    case 'sensitivity':
      return facts.sensitivity === predicates.sensitivity;
    case 'withinDateRange': {
      const { start = 0, end = Number.POSITIVE_INFINITY } = predicates.withinDateRange ?? {};
      return facts.receivedAt >= start && facts.receivedAt < end;
    }
    case 'withinSizeRange': {
      const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = predicates.withinSizeRange ?? {};
      return facts.size >= minimum * 1024 && facts.size <= maximum * 1024;
    }
    default:
      return isFlag(name) ? kindHolds(name, facts) : textHolds(name, predicates[name] ?? [], facts);
  }
}

function isFlag(name: string): name is FlagPredicate {
  return FLAG_PREDICATES.some((one) => one === name);
}

function kindHolds(name: FlagPredicate, facts: RuleFacts): boolean {
  const { to, cc, isSelf } = facts;
  switch (name) {
    case 'hasAttachments':
      return facts.hasAttachments;
    case 'sentToMe':
      return to.some(isSelf);
    case 'notSentToMe':
      return !to.some(isSelf);
    case 'sentCcMe':
      return cc.some(isSelf);
    case 'sentToOrCcMe':
      return to.some(isSelf) || cc.some(isSelf);
    case 'sentOnlyToMe':
      return to.some(isSelf) && [...to, ...cc].every(isSelf);
    default:
      return facts.is[name];
  }
}

function textHolds(name: TextPredicate, wanted: readonly string[], facts: RuleFacts): boolean {
  const within = (texts: readonly string[]) => wanted.some((w) => texts.some((text) => text.includes(w)));
  const among = (texts: readonly string[]) => wanted.some((w) => texts.includes(w));
  switch (name) {
    case 'categoriesContains':
      return among(facts.categories);
    case 'containsBodyStrings':
      return within([facts.body]);
    case 'containsHeaderStrings':
      return within(facts.header);
    case 'containsRecipientStrings':
      return within(facts.recipients);
    case 'containsSenderStrings':
      return within(facts.from);
    case 'containsSubjectOrBodyStrings':
      return within([facts.subject, facts.body]);
    case 'containsSubjectStrings':
      return within([facts.subject]);
    case 'fromAddresses':
      return among(facts.fromAddresses);
    case 'sentToAddresses':
      return among([...facts.to, ...facts.cc]);
    case 'itemClasses':
      return wanted.some((w) => facts.messageClass === w || facts.messageClass.startsWith(`${w}.`));
    case 'messageClassifications':
      return among(facts.classifications);
  }
}
