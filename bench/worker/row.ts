import type { NewMessage } from '../../core/mail/types.ts';
import { newId } from '../../platform/ids.ts';

/** A row of the Inbox without a raw: a text of 2,000 bytes, of which a list shows the beginning. */
export function benchRow(n: number): NewMessage {
  const itemId = newId();
  return {
    itemId,
    receivedAt: Date.now() - n * 1000,
    isRead: false,
    size: 10_000,
    textSize: 2000,
    htmlSize: 0,
    rawKey: `bench/${itemId}`,
    rawSha256: '0'.repeat(64),
    messageIdHeader: `${itemId}@bench.test`,
    threadId: itemId,
    subject: `seeded ${n}`,
    baseSubject: `seeded ${n}`,
    from: [{ name: 'Seed', address: 'seed@bench.test' }],
    sender: [],
    replyTo: [],
    to: [{ name: '', address: 'u@bench.test' }],
    cc: [],
    bcc: [],
    sentAt: null,
    importance: 'normal',
    contentClass: null,
    messageClass: 'IPM.Note',
    conversationIndex: '',
    isDraft: false,
    receivedAsBcc: false,
    preview: 'seeded',
    textHead: 'x'.repeat(1024),
    bodyTextPart: null,
    bodyHtmlPart: null,
    degraded: [],
    dedupeKey: itemId,
    folderRole: 'inbox',
    parts: [],
  };
}
