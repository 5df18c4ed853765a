import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { MailboxRef, Message } from '../mail/types.ts';
import type { RawEnvelope } from '../ports/blobs.ts';
import type { Owner } from './own-addresses.ts';

/** A message that has its place in a mailbox, with what is known of its way there. */
export interface ArrivedMail {
  ref: MailboxRef;
  message: Message;
  envelope: Pick<RawEnvelope, 'mailFrom' | 'submitted'>;
  index: MessageIndex;
  /** The whole message. */
  raw: Uint8Array;
  owner: Owner;
  correlationId: string;
}
