/** Marks by which a message that came round is known again (A23). */
import type { MessageIndex } from '../../codecs/mime/types.ts';
import { submissionIdOf } from '../mail/sending/ids.ts';
import type { MailboxRef } from '../mail/types.ts';
import { LOOP_FIELD } from '../rules/facts.ts';

/** Hosts and forwarding mailboxes that a message may have passed (RFC 5321 6.3 counts Received fields). */
export const MAX_HOPS = 25;

/** Name of the field that every mailbox adds to what it forwards. */
export const LOOP_FIELD_NAME = 'X-Waypost-Loop';

/** Tells nothing of the mailbox to others, and is always the same. */
export async function loopMark({ tenantId, mailboxId }: MailboxRef): Promise<string> {
  return (await submissionIdOf('loop', tenantId, mailboxId)).slice(0, 32);
}

/** Marks that the message carries. */
export function loopMarks({ headers }: Pick<MessageIndex, 'headers'>): string[] {
  return headers.filter(({ name }) => name === LOOP_FIELD).map(({ value }) => value.trim());
}

export function hopsOf(index: Pick<MessageIndex, 'headers'>): number {
  return index.headers.filter(({ name }) => name === 'received' || name === LOOP_FIELD).length;
}
