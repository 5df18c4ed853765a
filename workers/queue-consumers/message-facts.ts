/** What a mailbox keeps of a raw message, whatever way it comes in by: ingest, a draft, a copy of what was sent. */
import type { MessageIndex, PartIndex } from '../../codecs/mime/index.ts';
import { baseSubject } from '../../codecs/text/index.ts';
import { indexFromThreadIndex } from '../../core/mail/conversation-index.ts';
import type { Newcomer } from '../../core/mail/join-conversation.ts';
import { type DecidingPart, decidingPart, isMeetingClass } from '../../core/mail/message-class.ts';
import { type Place, threadIndexOf, toNewMessage } from '../../core/mail/place.ts';
import { minimalMessage } from '../../core/mail/place-minimal.ts';
import { marksReply } from '../../core/mail/threading.ts';
import type { NewMessage } from '../../core/mail/types.ts';
import { parseItip } from '../../core/scheduling/itip.ts';
import { MAX_CALENDAR_BYTES } from '../../core/scheduling/read-calendar.ts';
import type { MeetingFacts } from '../../core/scheduling/types.ts';
import { bodyFacts } from './body-facts.ts';
import { headerMarks } from './header-marks.ts';
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

/** Bytes of a report in which its kind is looked for. */
const MAX_DECIDING_BYTES = 64 * 1024;

export async function factsOfParsed(
  index: MessageIndex,
  identity: MessageIdentity,
  read: RangeReader,
): Promise<Newcomer> {
  const { itemId, receivedAt } = identity;
  const base = baseSubject(index.subject);
  const deciding = decidingPart(index);
  const classText =
    deciding === null ? '' : (await readPartText(read, deciding.part, limitOf(deciding))).text;
  const meeting = deciding?.kind === 'calendar' ? await meetingOf(deciding.part, classText) : null;
  const placed = toNewMessage(index, {
    ...identity,
    threadId: itemId,
    baseSubject: base,
    body: await bodyFacts(index, read),
    classText,
  });
  const marks = headerMarks(index);
  const marked = marks === undefined ? placed : { ...placed, extended: marks };
  const message = deciding?.kind === 'calendar' ? withMeeting(marked, meeting) : marked;
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

function limitOf({ kind }: DecidingPart): number {
  return kind === 'calendar' ? MAX_CALENDAR_BYTES : MAX_DECIDING_BYTES;
}

/** null for a calendar that is damaged, or says more than is kept of one. */
async function meetingOf(part: PartIndex, text: string): Promise<MeetingFacts | null> {
  if (part.decodedSize > MAX_CALENDAR_BYTES) return null;
  return (await parseItip(text, part.params['method'] ?? null))?.facts ?? null;
}

/** What cannot be read as a meeting is an ordinary message. */
function withMeeting(message: NewMessage, meeting: MeetingFacts | null): NewMessage {
  if (meeting !== null) return { ...message, meeting };
  return isMeetingClass(message.messageClass) ? { ...message, messageClass: 'IPM.Note' } : message;
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
