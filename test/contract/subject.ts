import type { MailboxRef, MessagePart, NewMessage } from '../../core/mail/types.ts';
import type { Stores } from '../../store/stores.ts';

/** What a contract runs on. */
export interface Subject {
  /** Stores over the same data each time; tests keep apart by their ids. */
  open(): Promise<Stores>;
}

let made = 0;

/** A name that nothing else in this run has. */
export function unique(prefix: string): string {
  made++;
  return `${prefix}-${made}-${crypto.randomUUID().slice(0, 8)}`;
}

export function freshRef(shard = 'MAIL_1'): MailboxRef {
  return { tenantId: unique('tenant'), mailboxId: unique('mailbox'), shard };
}

/** A mailbox that was just created. */
export async function freshMailbox(subject: Subject) {
  const { mail } = await subject.open();
  const mailbox = mail.mailbox(freshRef());
  await mailbox.create(1);
  return mailbox;
}

export function part(partNo: number, over: Partial<MessagePart> = {}): MessagePart {
  return {
    partNo,
    path: String(partNo + 1),
    mediaType: 'text/plain',
    charset: 'utf-8',
    encoding: '7bit',
    format: null,
    disposition: null,
    name: null,
    contentId: null,
    contentLocation: null,
    bodyStart: 100 * partNo,
    bodyEnd: 100 * partNo + 50,
    decodedSize: 50,
    isAttachment: false,
    isInline: false,
    ...over,
  };
}

/** A message with two bodies and an attachment; everything that must be unique comes from `name`. */
export function message(name: string, over: Partial<NewMessage> = {}): NewMessage {
  return {
    itemId: `item-${name}`,
    receivedAt: 1_000,
    isRead: false,
    size: 1000,
    textSize: 400,
    htmlSize: 300,
    rawKey: `blobs/${name}.eml`,
    rawSha256: '0'.repeat(64),
    messageIdHeader: `${name}@example.com`,
    threadId: `thread-${name}`,
    subject: `Re: about ${name}`,
    baseSubject: `about ${name}`,
    from: [{ name: 'Ann', address: 'ann@example.com' }],
    sender: [],
    replyTo: [],
    to: [{ name: '', address: 'bob@example.com' }],
    cc: [{ name: 'Čeněk', address: 'cc@example.com' }],
    bcc: [],
    sentAt: 900,
    importance: 'normal',
    contentClass: null,
    messageClass: 'IPM.Note',
    conversationIndex: '',
    isDraft: false,
    receivedAsBcc: false,
    preview: 'Hello',
    textHead: 'Hello Bob',
    bodyTextPart: 0,
    bodyHtmlPart: 1,
    degraded: [],
    dedupeKey: `dedupe-${name}`,
    folderRole: 'inbox',
    parts: [
      part(0),
      part(1, { mediaType: 'text/html' }),
      part(2, {
        mediaType: 'application/pdf',
        name: 'plan.pdf',
        disposition: 'attachment',
        isAttachment: true,
      }),
    ],
    ...over,
  };
}

/** `count` messages in order of time. */
export function messages(name: string, count: number, over: Partial<NewMessage> = {}): NewMessage[] {
  return Array.from({ length: count }, (_, i) =>
    message(`${name}-${String(i).padStart(5, '0')}`, { receivedAt: 1_000 + i, ...over }),
  );
}
