import { InvalidInputError } from '../core/errors.ts';
import {
  type MailAddress,
  type MessageFlag,
  type MessagePart,
  type NewMessage,
  TEXT_HEAD_BYTES,
} from '../core/mail/types.ts';
import type { DeliveryReport } from '../core/ports/automatic.ts';
import type { FlagChange } from '../core/ports/mail.ts';
import { MAX_MEETING_BYTES, type MeetingFacts } from '../core/scheduling/types.ts';
import type { TrustVerdict } from '../core/trust/types.ts';
import { extendedMember, normaliseExtended } from './extended.ts';
import { fitOptional, fitText } from './text.ts';

/**
 * Bytes that a stored value may have. They keep every row far from D1's 2,000,000 bytes and every indexed column
 * under PostgreSQL's third of a page; the raw message keeps what is cut here.
 */
export const LIMITS = {
  id: 200,
  rawKey: 1024,
  messageId: 998,
  subject: 4096,
  baseSubject: 998,
  addressName: 512,
  address: 998,
  addressList: 65_536,
  preview: 1024,
  shortText: 255,
  partName: 1024,
  partUrl: 2048,
  degraded: 64,
  categories: 300,
  conversationIndex: 4096,
  folderName: 1024,
  uid: 1020,
  title: 1020,
} as const;

/** The message as the stores keep it: clean text within LIMITS. */
export function normaliseMessage({ extended, ...message }: NewMessage): NewMessage {
  return {
    ...message,
    rawKey: fitText(message.rawKey, LIMITS.rawKey),
    messageIdHeader: fitOptional(message.messageIdHeader, LIMITS.messageId),
    threadId: fitText(message.threadId, LIMITS.messageId),
    subject: fitText(message.subject, LIMITS.subject),
    baseSubject: fitText(message.baseSubject, LIMITS.baseSubject),
    from: addresses(message.from),
    sender: addresses(message.sender),
    replyTo: addresses(message.replyTo),
    to: addresses(message.to),
    cc: addresses(message.cc),
    bcc: addresses(message.bcc),
    contentClass: fitOptional(message.contentClass, LIMITS.shortText),
    messageClass: fitText(message.messageClass, LIMITS.shortText),
    conversationIndex: fitText(message.conversationIndex, LIMITS.conversationIndex),
    preview: fitText(message.preview, LIMITS.preview),
    textHead: fitText(message.textHead, TEXT_HEAD_BYTES),
    degraded: message.degraded.slice(0, LIMITS.degraded).map((text) => fitText(text, LIMITS.shortText)),
    dedupeKey: fitText(message.dedupeKey, LIMITS.rawKey),
    flag: message.flag === undefined || message.flag === null ? null : normaliseFlag(message.flag),
    categories: categoriesOf(message.categories ?? []),
    verdict: verdictOf(message.verdict ?? null),
    meeting: meetingOf(message.meeting ?? null),
    parts: message.parts.map(part),
    ...extendedMember(normaliseExtended(extended)),
  };
}

/** Reports as the stores keep them: one for each item, recipient and kind, the newest. */
export function normaliseReports(reports: readonly DeliveryReport[]): DeliveryReport[] {
  const kept = new Map<string, DeliveryReport>();
  for (const report of reports) {
    const recipient = fitText(report.recipient, LIMITS.address);
    if (recipient === '') continue;
    const one = {
      ...report,
      recipient,
      itemId: fitText(report.itemId, LIMITS.id),
      status: fitText(report.status, LIMITS.shortText),
      text: fitText(report.text, LIMITS.preview),
      reportId: fitText(report.reportId, LIMITS.id),
    };
    const key = JSON.stringify([one.itemId, recipient, one.kind]);
    const before = kept.get(key);
    if (before === undefined || one.reportedAt > before.reportedAt) kept.set(key, one);
  }
  return [...kept.values()];
}

/**
 * The name of a folder as it is kept, and what it is compared by: without case, and without regard to how its
 * letters are composed. Rejects a name of nothing.
 */
export function folderName(name: string): { displayName: string; nameKey: string } {
  const displayName = fitText(name, LIMITS.folderName);
  if (displayName.trim() === '') throw new InvalidInputError('a folder needs a name');
  return { displayName, nameKey: nameKey(displayName) };
}

export function nameKey(displayName: string): string {
  return displayName.normalize('NFC').toLowerCase();
}

/** The first addresses of the list, as many as fit. */
function addresses(list: MailAddress[]): MailAddress[] {
  const kept: MailAddress[] = [];
  let room: number = LIMITS.addressList;
  for (const { name, address } of list) {
    const entry = { name: fitText(name, LIMITS.addressName), address: fitText(address, LIMITS.address) };
    room -= 3 * (entry.name.length + entry.address.length) + 24;
    if (room < 0) break;
    kept.push(entry);
  }
  return kept;
}

function part(value: MessagePart): MessagePart {
  return {
    ...value,
    path: fitText(value.path, LIMITS.shortText),
    mediaType: fitText(value.mediaType, LIMITS.shortText),
    charset: fitOptional(value.charset, LIMITS.shortText),
    encoding: fitText(value.encoding, LIMITS.shortText),
    name: fitOptional(value.name, LIMITS.partName),
    contentId: fitOptional(value.contentId, LIMITS.messageId),
    contentLocation: fitOptional(value.contentLocation, LIMITS.partUrl),
  };
}

/** The folder that a tombstone of replaced content names: none that a mailbox has. */
export function replacedFolder(rawKey: string): string {
  return `replaced:${rawKey}`;
}

/** Items of the recipient cache that a mailbox keeps. */
export const CORRESPONDENTS_KEPT = 500;

export interface Person {
  address: string;
  name: string;
  dedupeKey: string;
}

/** Each address once, with the last name that was given for it; no more than are kept. */
export function mergePeople(people: readonly { address: string; name: string }[]): Person[] {
  const merged = new Map<string, Person>();
  for (const { address: given, name } of people) {
    const address = fitText(given, LIMITS.address);
    if (address === '') continue;
    const before = merged.get(address)?.name ?? '';
    merged.set(address, {
      address,
      name: fitText(name, LIMITS.addressName) || before,
      dedupeKey: `rc:${address}`,
    });
  }
  return [...merged.values()].slice(0, CORRESPONDENTS_KEPT);
}

const FLAG_KEYS = [
  'type',
  'subject',
  'startDate',
  'utcStartDate',
  'dueDate',
  'utcDueDate',
  'dateCompleted',
  'completeTime',
  'reminderSet',
  'reminderTime',
  'ordinalDate',
  'subOrdinalDate',
] as const satisfies readonly (keyof MessageFlag)[];

/** One spelling for each flag, so that equal flags are equal as JSON text. */
function normaliseFlag(flag: MessageFlag): MessageFlag {
  const out: Record<string, unknown> = { status: flag.status };
  for (const key of FLAG_KEYS) {
    const value = flag[key];
    if (value !== undefined) out[key] = typeof value === 'string' ? fitText(value, LIMITS.partName) : value;
  }
  return out as unknown as MessageFlag;
}

/** One change for each item: later entries of the same item win, field by field. */
export function mergeFlagChanges(changes: readonly FlagChange[]): Map<string, FlagChange> {
  const merged = new Map<string, FlagChange>();
  for (const change of changes) {
    const into = merged.get(change.itemId) ?? { itemId: change.itemId };
    if (change.isRead !== undefined) into.isRead = change.isRead;
    if (change.flag !== undefined) into.flag = change.flag === null ? null : normaliseFlag(change.flag);
    if (change.categories !== undefined) {
      into.categories = categoriesOf(change.categories);
    }
    merged.set(change.itemId, into);
  }
  return merged;
}

export function categoriesOf(categories: readonly string[]): string[] {
  return categories.slice(0, LIMITS.categories).map((text) => fitText(text, LIMITS.shortText));
}

function verdictOf(verdict: TrustVerdict | null): TrustVerdict | null {
  if (verdict === null) return null;
  const { fromDomain, reasons } = verdict;
  return {
    ...verdict,
    fromDomain: fitText(fromDomain, LIMITS.address),
    reasons: reasons.slice(0, LIMITS.degraded).map((text) => fitText(text, LIMITS.shortText)),
  };
}

/** As JSON gives it back, so that all stores do; none where it says more than is kept. */
function meetingOf(meeting: MeetingFacts | null): MeetingFacts | null {
  const text = JSON.stringify(meeting);
  return text.length * 3 > MAX_MEETING_BYTES && utf8Bytes(text) > MAX_MEETING_BYTES
    ? null
    : (JSON.parse(text) as MeetingFacts | null);
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
