/** What rules look at in a message. */
import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { MailAddress, NewMessage } from '../mail/types.ts';
import {
  type FlagPredicate,
  type FlagRequest,
  type Rule,
  type RulePredicates,
  SENSITIVITIES,
  type Sensitivity,
  TEXT_PREDICATES,
} from './types.ts';

export interface RuleFacts {
  /** Folded, as all texts here: rules compare without case. */
  subject: string;
  from: string[];
  /** Canonical, of From. */
  fromAddresses: string[];
  /** Names and addresses of To and Cc. */
  recipients: string[];
  to: string[];
  cc: string[];
  /** Canonical addresses that are the mailbox's own lead to true. */
  isSelf(address: string): boolean;
  messageClass: string;
  categories: string[];
  classifications: string[];
  importance: NewMessage['importance'];
  sensitivity: Sensitivity;
  hasAttachments: boolean;
  /** Folded text of X-Message-Flag, or ''. */
  flagRequest: string;
  /** Each field as `name: value`, folded. */
  header: string[];
  is: Pick<Record<FlagPredicate, boolean>, MessageKind>;
  receivedAt: number;
  /** Bytes. */
  size: number;
  /** Folded plain text, its beginning; '' unless a rule needs it. */
  body: string;
}

type MessageKind =
  | 'isApprovalRequest'
  | 'isAutomaticForward'
  | 'isAutomaticReply'
  | 'isEncrypted'
  | 'isMeetingRequest'
  | 'isMeetingResponse'
  | 'isNDR'
  | 'isPermissionControlled'
  | 'isReadReceipt'
  | 'isSigned'
  | 'isVoicemail';

/** Bytes of a body that rules search. */
export const RULE_BODY_BYTES = 64 * 1024;
/** UTF-16 units of the header that rules search. */
const HEADER_UNITS = 64 * 1024;

export interface FactSource {
  index: Pick<MessageIndex, 'headers' | 'autoSubmitted' | 'attachments' | 'parts' | 'importance'>;
  message: Pick<
    NewMessage,
    'subject' | 'from' | 'to' | 'cc' | 'messageClass' | 'receivedAt' | 'size' | 'contentClass'
  >;
  /** Categories that it has beside those of its header. */
  categories: readonly string[];
  isSelf(address: string): boolean;
  canonical(address: string): string | null;
  body: string;
}

export function ruleFacts({ index, message, categories, isSelf, canonical, body }: FactSource): RuleFacts {
  const first = (name: string) => index.headers.find((field) => field.name === name)?.value ?? '';
  const all = (name: string) => index.headers.filter((field) => field.name === name).map((f) => f.value);
  const key = (one: MailAddress) => canonical(one.address) ?? foldText(one.address);
  const said = (one: MailAddress) => foldText(`${one.name} <${one.address}>`);
  const messageClass = foldText(message.messageClass);
  const types = new Set(index.parts.map((part) => part.mediaType));
  return {
    subject: foldText(message.subject),
    from: message.from.map(said),
    fromAddresses: message.from.map(key),
    recipients: [...message.to, ...message.cc].map(said),
    to: message.to.map(key),
    cc: message.cc.map(key),
    isSelf,
    messageClass,
    categories: [...categories, ...all('keywords').flatMap((value) => value.split(','))]
      .map((one) => foldText(one.trim()))
      .filter((one) => one !== ''),
    classifications: [...all('x-microsoft-classid'), ...all('x-microsoft-classification')].map(foldText),
    // As its author set it: what rules did to it must not decide what they do next.
    importance: index.importance,
    sensitivity: sensitivityOf(first('sensitivity')),
    hasAttachments: index.attachments.some((at) => index.parts[at]?.isInline === false),
    flagRequest: foldText(first('x-message-flag')),
    header: headerLines(index.headers),
    is: {
      isApprovalRequest: messageClass.startsWith('ipm.note.microsoft.approval.request'),
      isAutomaticForward:
        /^\s*true/i.test(first('autoforwarded') || first('auto-forwarded')) ||
        index.headers.some(({ name }) => name === LOOP_FIELD || name === 'x-ms-exchange-inbox-rules-loop'),
      isAutomaticReply:
        index.autoSubmitted === 'auto-replied' ||
        first('x-autoreply') !== '' ||
        first('x-autorespond') !== '',
      isEncrypted: messageClass === 'ipm.note.smime' || types.has('multipart/encrypted'),
      isMeetingRequest: messageClass === 'ipm.schedule.meeting.request',
      isMeetingResponse: messageClass.startsWith('ipm.schedule.meeting.resp.'),
      isNDR: /^report\..*\.ndr$/.test(messageClass),
      isPermissionControlled:
        message.contentClass === 'rpmsg.message' || types.has('application/x-microsoft-rpmsg-message'),
      isReadReceipt: /^report\..*\.ipnrn$/.test(messageClass),
      isSigned: messageClass.startsWith('ipm.note.smime.multipartsigned') || types.has('multipart/signed'),
      isVoicemail: /^ipm\.note\.microsoft\.(?:voicemail|missed\.voice)/.test(messageClass),
    },
    receivedAt: message.receivedAt,
    size: message.size,
    body: foldText(body),
  };
}

/** Field of the marks that forwarded mail carries (core/automatic/loop). */
export const LOOP_FIELD = 'x-waypost-loop';

/** What texts are compared by. */
export function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Whether some rule reads this of the messages. */
export function rulesNeed(rules: readonly Rule[]): { body: boolean } {
  const asks = (...names: (keyof RulePredicates)[]) =>
    rules.some(({ conditions, exceptions }) =>
      names.some((name) => conditions[name] !== undefined || exceptions[name] !== undefined),
    );
  return { body: asks('containsBodyStrings', 'containsSubjectOrBodyStrings') };
}

/** Rules with every text folded once: each is compared with many messages. */
export function foldRules(rules: readonly Rule[]): Rule[] {
  return rules.map((rule) => ({
    ...rule,
    conditions: foldPredicates(rule.conditions),
    exceptions: foldPredicates(rule.exceptions),
  }));
}

function foldPredicates(predicates: RulePredicates): RulePredicates {
  const folded = { ...predicates };
  for (const name of TEXT_PREDICATES) {
    const list = predicates[name];
    if (list !== undefined) folded[name] = list.map(foldText);
  }
  return folded;
}

/** What X-Message-Flag says for each request, folded (MS-OXWSRULES 2.2.5.1). */
export const FLAG_TEXTS: Record<Exclude<FlagRequest, 'Any'>, string> = {
  Call: 'call',
  DoNotForward: 'do not forward',
  FollowUp: 'follow up',
  FYI: 'for your information',
  Forward: 'forward',
  NoResponseNecessary: 'no response necessary',
  Read: 'read',
  Reply: 'reply',
  ReplyToAll: 'reply to all',
  Review: 'review',
};

function sensitivityOf(value: string): Sensitivity {
  const word = value.trim().toLowerCase();
  if (word === 'company-confidential') return 'confidential';
  return SENSITIVITIES.find((one) => one === word) ?? 'normal';
}

function headerLines(headers: MessageIndex['headers']): string[] {
  let units = 0;
  const lines: string[] = [];
  for (const { name, value } of headers) {
    units += name.length + value.length + 2;
    if (units > HEADER_UNITS) break;
    lines.push(foldText(`${name}: ${value}`));
  }
  return lines;
}
