import type { DraftAttachment } from '../../ports/outbound.ts';
import type { MailAddress } from '../types.ts';

/** What an author says of a message; what is left out stays as it is. */
export interface MessagePatch {
  subject?: string;
  body?: { type: 'text' | 'html'; text: string };
  /** Put behind the body that is there, in the type that it has. */
  appended?: string;
  from?: MailAddress;
  /** null takes the field away. */
  sender?: MailAddress | null;
  replyTo?: MailAddress[];
  to?: MailAddress[];
  cc?: MailAddress[];
  bcc?: MailAddress[];
  importance?: 'low' | 'normal' | 'high';
  sensitivity?: 'normal' | 'personal' | 'private' | 'confidential';
  /** As they stand in the field, with angle brackets; null takes it away. */
  inReplyTo?: string | null;
  references?: string | null;
  /** Without angle brackets. */
  messageId?: string;
  /** Somebody is to be told that it was read, that it arrived. */
  readReceipt?: boolean;
  deliveryReceipt?: boolean;
  /** Milliseconds since the epoch. */
  date?: number;
  /** Fields that have no name of their own here: name as it is written, value, null to take it away. */
  fields?: [name: string, value: string | null][];
  added?: DraftAttachment[];
  /** Numbers of parts whose file goes. */
  dropped?: number[];
}

/** Whether anything but the header changes. */
export function changesContent({ body, appended, added = [], dropped = [] }: MessagePatch): boolean {
  return body !== undefined || appended !== undefined || added.length + dropped.length > 0;
}
