import { EwsError } from '../errors.ts';

const MAX_TEXT = 256;

/** A subscription by its id: the mailbox whose hub keeps it, and its name there. It grants nothing. */
export interface SubscriptionName {
  mailboxId: string;
  id: string;
}

export function encodeSubscriptionId({ mailboxId, id }: SubscriptionName): string {
  return btoa(`s|${mailboxId}|${id}`);
}

/** null for what is none of ours. */
export function decodeSubscriptionId(text: string): SubscriptionName | null {
  const [, mailboxId, id] = /^s\|([\w-]{1,64})\|([\w-]{1,64})$/.exec(decoded(text)) ?? [];
  return mailboxId === undefined || id === undefined ? null : { mailboxId, id };
}

/** A place in the changes of a mailbox. Made of its modseq, it holds wherever the server runs (I13). */
export function encodeWatermark(position: number): string {
  return btoa(`w|${position}`);
}

/** @throws EwsError ErrorInvalidWatermark */
export function decodeWatermark(text: string): number {
  const position = /^w\|(\d{1,15})$/.exec(decoded(text))?.[1];
  if (position === undefined) throw new EwsError('ErrorInvalidWatermark', 'The watermark is invalid.');
  return Number(position);
}

function decoded(text: string): string {
  if (text.length > MAX_TEXT) return '';
  try {
    return atob(text.trim());
  } catch {
    return '';
  }
}
