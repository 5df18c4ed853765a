/** Messages of iTIP as mail (RFC 6047). */
import { htmlToText } from '../../codecs/text/index.ts';
import type { CalendarEvent } from '../calendar/types.ts';
import type { MailAddress } from '../mail/types.ts';
import type { Composer } from '../ports/outbound.ts';
import { itipText } from './itip.ts';
import { addressOf, attendeesOf } from './people.ts';
import type { MeetingMethod, MeetingPerson } from './types.ts';
import { whenOf, whereOf } from './words.ts';

export interface MeetingMessage {
  method: MeetingMethod;
  event: CalendarEvent;
  from: MailAddress;
  to: readonly MeetingPerson[];
  subject: string;
  /** Words of the sender, before what the meeting says itself. */
  note?: { text: string; html: string | null };
  /** Without angle brackets. */
  messageId: string;
  /** Milliseconds since the epoch. */
  at: number;
}

const LINE = '*~*~*~*~*~*~*~*~*~*';

/** The bytes of an iMIP message: words for people, and the iTIP object as a form of the same (RFC 6047 2.4). */
export async function composeMeeting(composer: Composer, message: MeetingMessage): Promise<Uint8Array> {
  const { method, event, from, to, subject, note, messageId, at } = message;
  const optional = new Set(
    attendeesOf(event)
      .filter(([, { roles }]) => roles['optional'] === true)
      .map(([, one]) => addressOf(one)),
  );
  const needed = to.filter(({ address }) => !optional.has(address));
  const others = to.filter(({ address }) => optional.has(address));
  return composer.compose({
    from,
    ...(needed.length === 0 ? { to: [...others], cc: [] } : { to: needed, cc: others }),
    ...{ bcc: [], replyTo: [], subject, importance: 'normal' },
    text: wordsOf(event, note?.text ?? ''),
    html: note?.html ?? null,
    calendar: { method, text: await itipText(event, method, at) },
    attachments: [],
    ...{ messageId, date: at, inReplyTo: null, references: [], threadIndex: null },
  });
}

/** A meeting in words, after a note. */
export function wordsOf(event: CalendarEvent, note: string): string {
  const said = event.description ?? '';
  const description = event.descriptionContentType === 'text/html' ? htmlToText(said) : said;
  const facts = [`When: ${whenOf(event)}`, ...(whereOf(event) === '' ? [] : [`Where: ${whereOf(event)}`])];
  return [...(note === '' ? [] : [note, '']), ...facts, '', LINE, '', description].join('\r\n');
}
