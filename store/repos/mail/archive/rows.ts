/** From rows to the lines of the journal. Text that is no JSON is as good as none: a damaged row must not stop it. */
import type { LastVerb, MessageFlag } from '../../../../core/mail/types.ts';
import type { PimKind } from '../../../../core/pim/types.ts';
import type {
  GoneLine,
  KeptNote,
  MessageLine,
  ObjectLine,
  PersonLine,
} from '../../../../core/ports/archive.ts';
import type { TrustVerdict } from '../../../../core/trust/types.ts';
import { extendedMember, parseExtended } from '../../../extended.ts';
import type { MailboxContext } from '../context.ts';

export function liveFields({ tables: { correspondents, items, messages } }: MailboxContext) {
  return {
    itemId: items.itemId,
    folderId: items.folderId,
    kind: items.kind,
    size: items.size,
    modseq: items.modseq,
    receivedAt: items.receivedAt,
    isRead: items.isRead,
    isDraft: items.isDraft,
    flag: items.flag,
    categories: items.categories,
    dedupeKey: items.dedupeKey,
    threadId: items.threadId,
    lastVerb: items.lastVerb,
    lastVerbAt: items.lastVerbAt,
    extended: items.extended,
    rawKey: messages.rawKey,
    conversationIndex: messages.conversationIndex,
    receivedAsBcc: messages.receivedAsBcc,
    verdict: messages.verdict,
    importance: messages.importance,
    address: correspondents.address,
    name: correspondents.name,
    uses: correspondents.uses,
  };
}

export interface LiveRow {
  itemId: string;
  folderId: string;
  kind: string;
  size: number;
  modseq: number;
  receivedAt: number;
  isRead: number;
  isDraft: number;
  flag: string | null;
  categories: string;
  dedupeKey: string;
  threadId: string;
  lastVerb: number;
  lastVerbAt: number | null;
  extended: string | null;
  rawKey: string | null;
  conversationIndex: string | null;
  receivedAsBcc: number | null;
  verdict: string | null;
  importance: string | null;
  address: string | null;
  name: string | null;
  uses: number | null;
}

export function objectFields({ tables: { objects } }: MailboxContext) {
  return {
    itemId: objects.itemId,
    uid: objects.uid,
    startsAt: objects.startsAt,
    endsAt: objects.endsAt,
    remindAt: objects.remindAt,
    title: objects.title,
    toAnnounce: objects.toAnnounce,
    document: objects.document,
  };
}

interface ObjectRow
  extends Pick<ObjectLine, 'itemId' | 'uid' | 'startsAt' | 'endsAt' | 'remindAt' | 'title' | 'document'> {
  toAnnounce: number;
}

/** None for an item that has no content: what is wrong with it, `irregularities` says. */
export function liveLines(
  rows: readonly LiveRow[],
  objects: ReadonlyMap<string, ObjectRow>,
): (MessageLine | PersonLine | ObjectLine)[] {
  return rows.flatMap((row): (MessageLine | PersonLine | ObjectLine)[] => {
    const object = objects.get(row.itemId);
    if (row.kind !== 'message') return object === undefined ? [] : [objectLine(row, object)];
    const { itemId, folderId, modseq, receivedAt, dedupeKey } = row;
    const common = { itemId, folderId, modseq, receivedAt, dedupeKey };
    if (row.rawKey !== null) {
      return [
        {
          kind: 'message',
          ...common,
          rawKey: row.rawKey,
          threadId: row.threadId,
          conversationIndex: row.conversationIndex ?? '',
          isRead: row.isRead === 1,
          isDraft: row.isDraft === 1,
          receivedAsBcc: row.receivedAsBcc === 1,
          flag: parsed<MessageFlag | null>(row.flag, null),
          categories: parsed<string[]>(row.categories, []),
          lastVerb: row.lastVerb as LastVerb,
          lastVerbAt: row.lastVerbAt,
          verdict: parsed<TrustVerdict | null>(row.verdict, null),
          importance: (row.importance ?? 'normal') as MessageLine['importance'],
          ...extendedMember(parseExtended(row.extended)),
        },
      ];
    }
    if (row.address === null) return [];
    const { address, name, uses } = row;
    return [{ kind: 'person', ...common, address, name: name ?? '', uses: uses ?? 1 }];
  });
}

function objectLine(row: LiveRow, { toAnnounce, ...object }: ObjectRow): ObjectLine {
  const { folderId, modseq, receivedAt } = row;
  return {
    ...{ kind: 'object', ...object, folderId, modseq, receivedAt, what: row.kind as PimKind },
    isRead: row.isRead === 1,
    flag: parsed<MessageFlag | null>(row.flag, null),
    categories: parsed<string[]>(row.categories, []),
    toAnnounce: toAnnounce === 1,
    ...extendedMember(parseExtended(row.extended)),
  };
}

export function goneFields({ tables: { removedMessages, tombstones } }: MailboxContext) {
  return {
    itemId: tombstones.itemId,
    folderId: tombstones.folderId,
    modseq: tombstones.modseq,
    removedAt: tombstones.removedAt,
    rawKey: tombstones.rawKey,
    receivedAt: removedMessages.receivedAt,
    size: removedMessages.size,
    subject: removedMessages.subject,
    addresses: removedMessages.addresses,
    isRead: removedMessages.isRead,
    isDraft: removedMessages.isDraft,
    flag: removedMessages.flag,
    categories: removedMessages.categories,
  };
}

interface GoneRow {
  itemId: string;
  folderId: string;
  modseq: number;
  removedAt: number | null;
  rawKey: string | null;
  receivedAt: number | null;
  size: number | null;
  subject: string | null;
  addresses: string | null;
  isRead: number | null;
  isDraft: number | null;
  flag: string | null;
  categories: string | null;
}

export function goneLine(row: GoneRow): GoneLine {
  const { itemId, folderId, modseq, removedAt, rawKey } = row;
  return { kind: 'gone', modseq, itemId, folderId, removedAt: removedAt ?? 0, rawKey, kept: keptNote(row) };
}

function keptNote(row: GoneRow): KeptNote | null {
  if (row.receivedAt === null) return null;
  return {
    receivedAt: row.receivedAt,
    size: row.size ?? 0,
    subject: row.subject ?? '',
    addresses: parsed<KeptNote['addresses']>(row.addresses, {}),
    isRead: row.isRead === 1,
    isDraft: row.isDraft === 1,
    flag: parsed<MessageFlag | null>(row.flag, null),
    categories: parsed<string[]>(row.categories, []),
  };
}

function parsed<T>(text: string | null, otherwise: T): T {
  if (text === null) return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
