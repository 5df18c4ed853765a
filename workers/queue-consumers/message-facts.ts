/** What a mailbox keeps of a raw message, whatever way it comes in by: ingest, a draft, a copy of what was sent. */
import type { MessageIndex } from '../../codecs/mime/index.ts';
import { baseSubject } from '../../codecs/text/index.ts';
import { indexFromThreadIndex } from '../../core/mail/conversation-index.ts';
import type { Newcomer } from '../../core/mail/join-conversation.ts';
import { decidingPart } from '../../core/mail/message-class.ts';
import { type Place, threadIndexOf, toNewMessage } from '../../core/mail/place.ts';
import { minimalMessage } from '../../core/mail/place-minimal.ts';
import { marksReply } from '../../core/mail/threading.ts';
import { bodyFacts } from './body-facts.ts';
import { type RangeReader, readPartText } from './part-text.ts';
import type { RawReading } from './raw-reading.ts';

export interface MessageIdentity {
  itemId: string;
  rawKey: string;
  rawSha256: string;
  dedupeKey: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  place: Place;
}

/** Bytes of a report or a calendar in which its kind is looked for. */
const MAX_DECIDING_BYTES = 64 * 1024;

export async function factsOfParsed(
  index: MessageIndex,
  identity: MessageIdentity,
  read: RangeReader,
): Promise<Newcomer> {
  const { itemId, receivedAt } = identity;
  const base = baseSubject(index.subject);
  const deciding = decidingPart(index);
  const message = toNewMessage(index, {
    ...identity,
    threadId: itemId,
    baseSubject: base,
    body: await bodyFacts(index, read),
    classText: deciding === null ? '' : (await readPartText(read, deciding.part, MAX_DECIDING_BYTES)).text,
  });
  const thread = {
    itemId,
    messageId: index.messageId,
    references: index.references,
    inReplyTo: index.inReplyTo,
    baseSubject: base,
    isReply: marksReply(index.subject, base),
    receivedAt,
  };
  return { message, thread, ownIndex: indexFromThreadIndex(threadIndexOf(index)) };
}

export function factsOfMinimal(
  reading: Pick<RawReading, 'head' | 'size'>,
  identity: MessageIdentity,
  reason: string,
): Newcomer {
  const { itemId, receivedAt } = identity;
  const message = minimalMessage(reading.head, { ...identity, size: reading.size, reason });
  const thread = {
    itemId,
    messageId: message.messageIdHeader,
    references: [],
    inReplyTo: [],
    baseSubject: message.baseSubject,
    isReply: false,
    receivedAt,
  };
  return { message, thread, ownIndex: null };
}
