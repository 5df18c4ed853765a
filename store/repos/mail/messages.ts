import { and, eq, or, sql } from 'drizzle-orm';
import type { Message, MessagePart } from '../../../core/mail/types.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { type MailboxContext, scoped, theseItems } from './context.ts';
import { inOrder } from './feed.ts';
import { itemFields, itemState, messagePart, partFields } from './rows.ts';

/** Rows of a few kilobytes each: so many keep an answer far below what one call may carry. */
const MESSAGES_PER_READ = 250;

/** Messages with attachments and body parts: two selects, one round trip. */
export async function readMessages(box: MailboxContext, itemIds: readonly string[]): Promise<Message[]> {
  const found = new Map<string, Message>();
  for (const slice of slices([...new Set(itemIds)], MESSAGES_PER_READ)) {
    const [rows, parts] = await box.executor.read(messagesOf(box, slice), partsOf(box, slice));
    for (const row of rows) found.set(row.itemId, messageOf(row));
    for (const row of parts) {
      const message = found.get(row.itemId);
      const part = messagePart(row);
      if (row.isBody === 1) message?.bodies.push(part);
      if (part.isAttachment) message?.attachments.push(part);
    }
  }
  return inOrder(itemIds, found);
}

export async function readParts(box: MailboxContext, itemId: string): Promise<MessagePart[]> {
  const { messageParts } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select(partFields(messageParts))
      .from(messageParts)
      .where(and(scoped(box, messageParts), eq(messageParts.itemId, itemId)))
      .orderBy(messageParts.partNo),
  );
  return rows.map(messagePart);
}

export async function readPart(
  box: MailboxContext,
  itemId: string,
  partNo: number,
): Promise<{ rawKey: string; part: MessagePart } | null> {
  const { messageParts, messages } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select({ rawKey: messages.rawKey, ...partFields(messageParts) })
      .from(messageParts)
      .innerJoin(messages, and(scoped(box, messages), eq(messages.itemId, messageParts.itemId)))
      .where(
        and(scoped(box, messageParts), eq(messageParts.itemId, itemId), eq(messageParts.partNo, partNo)),
      ),
  );
  return row === undefined ? null : { rawKey: row.rawKey, part: messagePart(row) };
}

function messagesOf(box: MailboxContext, itemIds: readonly string[]) {
  const { items, messages } = box.tables;
  return box.executor.build
    .select({
      ...itemFields(items),
      rawKey: messages.rawKey,
      rawSha256: messages.rawSha256,
      messageIdHeader: messages.messageIdHeader,
      isDraft: items.isDraft,
      lastVerb: items.lastVerb,
      lastVerbAt: items.lastVerbAt,
      subject: messages.subject,
      baseSubject: messages.baseSubject,
      addresses: messages.addresses,
      sentAt: messages.sentAt,
      importance: messages.importance,
      contentClass: messages.contentClass,
      messageClass: messages.messageClass,
      conversationIndex: messages.conversationIndex,
      receivedAsBcc: messages.receivedAsBcc,
      preview: messages.preview,
      textHead: messages.textHead,
      bodyTextPart: messages.bodyTextPart,
      bodyHtmlPart: messages.bodyHtmlPart,
      degraded: messages.degraded,
      verdict: messages.verdict,
      meeting: messages.meeting,
    })
    .from(items)
    .innerJoin(messages, and(scoped(box, messages), eq(messages.itemId, items.itemId)))
    .where(theseItems(box, itemIds));
}

function partsOf(box: MailboxContext, itemIds: readonly string[]) {
  const { messageParts } = box.tables;
  const wanted = or(eq(messageParts.isAttachment, 1), eq(messageParts.isBody, 1));
  return box.executor.build
    .select({ itemId: messageParts.itemId, isBody: messageParts.isBody, ...partFields(messageParts) })
    .from(messageParts)
    .where(and(scoped(box, messageParts), box.executor.dialect.isIn(messageParts.itemId, itemIds), wanted))
    .orderBy(sql`${messageParts.itemId}, ${messageParts.partNo}`);
}

/** Rows that are older than blind copies have no bcc. */
type Addresses = Pick<Message, 'from' | 'sender' | 'replyTo' | 'to' | 'cc'> & Partial<Pick<Message, 'bcc'>>;

type MessageRow = Awaited<ReturnType<typeof messagesOf>>[number];

function messageOf(row: MessageRow): Message {
  const addresses = JSON.parse(row.addresses) as Addresses;
  return {
    ...itemState(row),
    rawKey: row.rawKey,
    rawSha256: row.rawSha256,
    messageIdHeader: row.messageIdHeader,
    subject: row.subject,
    baseSubject: row.baseSubject,
    from: addresses.from,
    sender: addresses.sender,
    replyTo: addresses.replyTo,
    to: addresses.to,
    cc: addresses.cc,
    bcc: addresses.bcc ?? [],
    sentAt: row.sentAt,
    importance: row.importance as Message['importance'],
    contentClass: row.contentClass,
    messageClass: row.messageClass,
    conversationIndex: row.conversationIndex,
    isDraft: row.isDraft === 1,
    receivedAsBcc: row.receivedAsBcc === 1,
    lastVerb: row.lastVerb as Message['lastVerb'],
    lastVerbAt: row.lastVerbAt,
    preview: row.preview,
    textHead: row.textHead,
    bodyTextPart: row.bodyTextPart,
    bodyHtmlPart: row.bodyHtmlPart,
    degraded: JSON.parse(row.degraded) as string[],
    verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Message['verdict']),
    meeting: row.meeting === null ? null : (JSON.parse(row.meeting) as Message['meeting']),
    attachments: [],
    bodies: [],
  };
}
