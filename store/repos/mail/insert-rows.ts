import { eq, sql } from 'drizzle-orm';
import type { NewMessage } from '../../../core/mail/types.ts';
import { jsonChunks } from '../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { all, justNumbered, type MailboxContext, scoped } from './context.ts';

/** Rows of `messages` for those of the messages whose items were just numbered. */
export function insertMessages(box: MailboxContext, list: readonly NewMessage[]) {
  const { messages } = box.tables;
  const rows = list.map((m) => [
    m.itemId,
    m.rawKey,
    m.rawSha256,
    m.receivedAt,
    m.messageIdHeader,
    m.threadId,
    m.subject,
    m.baseSubject,
    addressesOf(m),
    m.sentAt,
    m.importance,
    m.contentClass,
    m.preview,
    m.textHead,
    m.bodyTextPart,
    m.bodyHtmlPart,
    JSON.stringify(m.degraded),
    m.verdict === undefined || m.verdict === null ? null : JSON.stringify(m.verdict),
    m.meeting === undefined || m.meeting === null ? null : JSON.stringify(m.meeting),
    m.messageClass,
    m.conversationIndex,
    m.receivedAsBcc ? 1 : 0,
  ]);
  const columns = [
    messages.itemId,
    messages.rawKey,
    messages.rawSha256,
    messages.receivedAt,
    messages.messageIdHeader,
    messages.threadId,
    messages.subject,
    messages.baseSubject,
    messages.addresses,
    messages.sentAt,
    messages.importance,
    messages.contentClass,
    messages.preview,
    messages.textHead,
    messages.bodyTextPart,
    messages.bodyHtmlPart,
    messages.degraded,
    messages.verdict,
    messages.meeting,
    messages.messageClass,
    messages.conversationIndex,
    messages.receivedAsBcc,
  ];
  return jsonChunks(rows).map((json) =>
    insertSelect(
      box.executor.build,
      messages,
      {
        tenantId: box.ref.tenantId,
        mailboxId: box.ref.mailboxId,
        itemId: given(messages.itemId),
        rawKey: given(messages.rawKey),
        rawSha256: given(messages.rawSha256),
        receivedAt: given(messages.receivedAt),
        messageIdHeader: given(messages.messageIdHeader),
        threadId: given(messages.threadId),
        subject: given(messages.subject),
        baseSubject: given(messages.baseSubject),
        addresses: given(messages.addresses),
        sentAt: given(messages.sentAt),
        importance: given(messages.importance),
        contentClass: given(messages.contentClass),
        preview: given(messages.preview),
        textHead: given(messages.textHead),
        bodyTextPart: given(messages.bodyTextPart),
        bodyHtmlPart: given(messages.bodyHtmlPart),
        degraded: given(messages.degraded),
        verdict: given(messages.verdict),
        meeting: given(messages.meeting),
        messageClass: given(messages.messageClass),
        conversationIndex: given(messages.conversationIndex),
        receivedAsBcc: given(messages.receivedAsBcc),
      },
      sql`from ${box.executor.dialect.rows(json, columns)} ${ofNewItem(box)}`,
    ),
  );
}

function addressesOf({ from, sender, replyTo, to, cc, bcc }: NewMessage): string {
  return JSON.stringify({ from, sender, replyTo, to, cc, bcc });
}

/** Rows of `message_parts`, of all messages together. */
export function insertParts(box: MailboxContext, list: readonly NewMessage[]) {
  const { messageParts } = box.tables;
  const rows = list.flatMap((m) =>
    m.parts.map((p) => [
      m.itemId,
      p.partNo,
      p.path,
      p.mediaType,
      p.charset,
      p.encoding,
      p.disposition,
      p.name,
      p.contentId,
      p.contentLocation,
      p.bodyStart,
      p.bodyEnd,
      p.decodedSize,
      p.isAttachment ? 1 : 0,
      p.isInline ? 1 : 0,
      p.partNo === m.bodyTextPart || p.partNo === m.bodyHtmlPart ? 1 : 0,
      p.format,
    ]),
  );
  const columns = [
    messageParts.itemId,
    messageParts.partNo,
    messageParts.path,
    messageParts.mediaType,
    messageParts.charset,
    messageParts.encoding,
    messageParts.disposition,
    messageParts.name,
    messageParts.contentId,
    messageParts.contentLocation,
    messageParts.bodyStart,
    messageParts.bodyEnd,
    messageParts.decodedSize,
    messageParts.isAttachment,
    messageParts.isInline,
    messageParts.isBody,
    messageParts.format,
  ];
  return jsonChunks(rows).map((json) =>
    insertSelect(
      box.executor.build,
      messageParts,
      {
        tenantId: box.ref.tenantId,
        mailboxId: box.ref.mailboxId,
        itemId: given(messageParts.itemId),
        partNo: given(messageParts.partNo),
        path: given(messageParts.path),
        mediaType: given(messageParts.mediaType),
        charset: given(messageParts.charset),
        encoding: given(messageParts.encoding),
        disposition: given(messageParts.disposition),
        name: given(messageParts.name),
        contentId: given(messageParts.contentId),
        contentLocation: given(messageParts.contentLocation),
        bodyStart: given(messageParts.bodyStart),
        bodyEnd: given(messageParts.bodyEnd),
        decodedSize: given(messageParts.decodedSize),
        isAttachment: given(messageParts.isAttachment),
        isInline: given(messageParts.isInline),
        isBody: given(messageParts.isBody),
        format: given(messageParts.format),
      },
      sql`from ${box.executor.dialect.rows(json, columns)} ${ofNewItem(box)}`,
    ),
  );
}

/**
 * Lets through the rows of `input` whose item the first statement of the list has just numbered. CROSS JOIN keeps
 * SQLite to this order, one probe for each row; of its own it may walk through the mailbox for each.
 */
function ofNewItem(box: MailboxContext) {
  const { items } = box.tables;
  return sql`cross join ${items} where ${all(
    scoped(box, items),
    eq(items.itemId, given(items.itemId)),
    justNumbered(box),
  )}`;
}
