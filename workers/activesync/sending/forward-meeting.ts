import { toCrlf } from '../../../codecs/mime/edit/index.ts';
import {
  decodeTextPart,
  type MessageIndex,
  MimeIndexer,
  type PartIndex,
} from '../../../codecs/mime/index.ts';
import { htmlToText } from '../../../codecs/text/index.ts';
import { type Owner, ownerOf } from '../../../core/automatic/own-addresses.ts';
import { findOccurrence } from '../../../core/calendar/index.ts';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { MailAddress } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import { toldForm } from '../../../core/scheduling/announce.ts';
import { knownMeeting } from '../../../core/scheduling/calendar-store.ts';
import { delegatedRequest } from '../../../core/scheduling/delegates.ts';
import { type Forwarding, noteForwarded, withForwardees } from '../../../core/scheduling/forward.ts';
import { composeMeeting } from '../../../core/scheduling/message.ts';
import { occurrenceOf, recurs } from '../../../core/scheduling/occurrence.ts';
import { organizerOf } from '../../../core/scheduling/people.ts';
import { readMeeting } from '../../../core/scheduling/read-calendar.ts';
import type { Responder } from '../../../core/scheduling/respond.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import type { Reply } from '../http/reply.ts';
import { parseTime } from '../pim/times.ts';
import type { SendRequest } from './request.ts';
import { failed, SEND, type SendStatus } from './status.ts';
import { answerOf, submit } from './submit.ts';

/** Bytes of text that a client writes above what it passes on. */
const MAX_NOTE_BYTES = 512 * 1024;

/**
 * SmartForward of a meeting, from the calendar or of a request in the mailbox (MS-ASCMD 2.2.1.19): the invitation itself
 * goes to those who are named, and its organizer hears of it. null when the source is no meeting.
 */
export async function forwardMeeting(context: EasContext, request: SendRequest): Promise<Reply | null> {
  const { services, principal, mailbox } = context;
  const itemId = request.sourceId ?? '';
  // What a delegate has is in words: the invitation lies with the one who is invited (MS-ASCMD S09_TC14).
  const delegated = await delegatedRequest(services, principal, context, itemId);
  const source =
    delegated === null
      ? await meetingOf(services, mailbox, itemId)
      : await meetingOf(services, delegated.responder.mailbox, delegated.itemId);
  if (source === null) return null;
  const command = 'SmartForward';
  const owner = await ownerOf(services.directory, context.ref);
  const event = owner === null ? SEND.notFound : instanceOf(source, request.instanceId);
  if (owner === null || typeof event === 'number') {
    return failed(command, context.version, typeof event === 'number' ? event : SEND.notFound);
  }
  const written = writtenOf(request);
  const to = [...written.to, ...request.forwardees];
  if (to.length === 0) return failed(command, context.version, SEND.noRecipient);
  const raw = await compose(context, owner, event, { ...written, to }, request.submissionId);
  const result = await submit(context, request, raw);
  if (result.kind === 'accepted') {
    const subject = written.subject ?? event.title ?? '';
    const responder = delegated?.responder ?? { ...context, owner };
    await note(context, responder, event, { people: to, subject, name: request.submissionId });
  }
  return answerOf(context, command, result);
}

async function meetingOf(
  services: EasContext['services'],
  mailbox: MailboxStore,
  itemId: string,
): Promise<CalendarEvent | null> {
  const [item] = await mailbox.pimItems([itemId]);
  if (item?.kind === 'event') return item.document;
  const [message] = await mailbox.messages([itemId]);
  if (message?.meeting == null || message.messageClass !== 'IPM.Schedule.Meeting.Request') return null;
  const itip = await readMeeting(services.blobs, mailbox, message);
  const sent = itip?.event ?? itip?.occurrences[0]?.event ?? null;
  // The calendar may know a newer one; of an occurrence the message itself says it best.
  const { whole } = await knownMeeting(mailbox, message.meeting.uid);
  return itip?.event === null ? sent : (whole?.document ?? sent);
}

function instanceOf(event: CalendarEvent, instanceId: string | null): CalendarEvent | SendStatus {
  if (instanceId === null) return event;
  if (!recurs(event)) return SEND.notRecurring;
  const at = parseTime(instanceId);
  const key = at === null ? null : findOccurrence(event, at);
  return key === null ? SEND.notFound : occurrenceOf(event, key);
}

interface Written {
  to: MailAddress[];
  subject: string | null;
  text: string;
  html: string | null;
}

/** What the client wrote: a message, or from 16.0 on nothing but a text. */
function writtenOf({ mime, note }: SendRequest): Written {
  if (mime.length === 0) {
    const html = note?.contentType === 'text/html' ? note.text : null;
    return { to: [], subject: null, html, text: html === null ? (note?.text ?? '') : htmlToText(html) };
  }
  const raw = toCrlf(mime);
  const indexer = new MimeIndexer();
  indexer.write(raw);
  const index = indexer.end();
  const html = textAt(raw, partAt(index, index.bodyHtml));
  const text = textAt(raw, partAt(index, index.bodyText)) ?? (html === null ? '' : htmlToText(html));
  return { to: [...index.to, ...index.cc, ...index.bcc], subject: index.subject || null, text, html };
}

function partAt(index: MessageIndex, at: number | null): PartIndex | null {
  return at === null ? null : (index.parts[at] ?? null);
}

function textAt(raw: Uint8Array, part: PartIndex | null): string | null {
  if (part === null) return null;
  return decodeTextPart(raw.subarray(part.bodyStart, part.bodyEnd), part, { maxBytes: MAX_NOTE_BYTES }).text;
}

function compose(
  { services }: EasContext,
  { user }: Owner,
  event: CalendarEvent,
  { to, subject, text, html }: Written,
  submissionId: string,
): Promise<Uint8Array> {
  // An appointment of one's own has nobody who holds it until somebody else is told of it.
  const held =
    organizerOf(event) === null ? { ...event, replyTo: { imip: `mailto:${user.address}` } } : event;
  return composeMeeting(services.composer, {
    method: 'REQUEST',
    event: withForwardees(toldForm(held), to),
    from: { name: user.displayName, address: user.address },
    to,
    subject: subject ?? `FW: ${event.title ?? ''}`,
    note: { text, html },
    messageId: `${submissionId.slice(0, 48)}@${user.address.slice(user.address.lastIndexOf('@') + 1)}`,
    at: services.now(),
  });
}

/** It is sent: that the organizer could not be told must not make the client send it once more. */
async function note(
  { services, correlationId, log }: EasContext,
  { ref, mailbox, owner }: Responder,
  event: CalendarEvent,
  forwarding: Forwarding,
): Promise<void> {
  try {
    await noteForwarded(services, { ref, mailbox, correlationId, owner }, event, forwarding);
  } catch (error) {
    log.warn('eas.forward-not-noted', { error: describeError(error) });
  }
}
