import type { Message } from '../../../core/mail/types.ts';
import type { OperationOutput } from '../../../shared/data/operations.ts';

type EmailView = OperationOutput<'listEmails'>['items'][number];

// Names its fields: what is added to a row later is not shown by accident.
export function emailView(message: Message): EmailView {
  const { itemId, folderId, modseq, receivedAt, sentAt, size, isRead, isDraft, categories } = message;
  const { subject, from, sender, replyTo, to, cc, bcc, importance, messageClass, preview } = message;
  return {
    ...{ id: itemId, folder: folderId, modseq, receivedAt, sentAt, size, isRead, isDraft, categories },
    flag: flagView(message.flag),
    ...{ conversation: message.threadId, messageId: message.messageIdHeader, subject },
    ...{ from, sender, replyTo, to, cc, bcc, importance, messageClass, preview },
    attachments: message.attachments.length,
  };
}

function flagView(flag: Message['flag']): EmailView['flag'] {
  if (flag === null) return null;
  const { status, type, subject, startDate, dueDate, completeTime, reminderSet, reminderTime } = flag;
  const all = { status, type, subject, startDate, dueDate, completeTime, reminderSet, reminderTime };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as EmailView['flag'];
}
