import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child, textOf } from '../../../codecs/soap/read.ts';
import { htmlToText } from '../../../codecs/text/index.ts';
import { ownerOf } from '../../../core/automatic/own-addresses.ts';
import { utcTime } from '../../../core/calendar/zones/local-time.ts';
import { knownMeeting } from '../../../core/scheduling/calendar-store.ts';
import { isNewer, knownVersion, versionOf } from '../../../core/scheduling/received.ts';
import type { Answer } from '../../../core/scheduling/reply.ts';
import {
  type Responder as MeetingResponder,
  type ReplyWish,
  type ResponseResult,
  respondToMeeting,
} from '../../../core/scheduling/respond.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { savedItems } from '../items/editors/saved.ts';
import { markupOf } from '../items/editors/values.ts';
import { demandOpen } from '../items/private.ts';
import type { Responder } from '../items/respond/index.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { factsOf } from './facts.ts';
import { readTime } from './times.ts';

const NAMES: Readonly<Record<Answer, string>> = {
  accepted: 'Accept',
  tentative: 'Tentative',
  declined: 'Decline',
};

/** AcceptItem, TentativelyAcceptItem, DeclineItem (MS-OXWSMTGS 3.1.4.3): of an invitation, or of what stands in the calendar. */
export function answerMeeting(answer: Answer): Responder {
  return async (object, view, options, context) => {
    const { disposition } = options;
    if (disposition === null)
      throw new EwsError('ErrorMessageDispositionRequired', 'MessageDisposition is required for answers.');
    const { box, state } = view;
    await box.demand(state.folderId, 'write');
    demandOpen(view);
    const occurrence = await answerable(view, answer, context);
    // What is only saved tells the organizer nothing.
    const reply = disposition === 'SaveOnly' ? null : replyOf(object);
    const responder = await responderOf(box, context);
    const result = await respondToMeeting(context.services, responder, {
      ...{ itemId: state.itemId, answer, occurrence, reply },
    });
    if (result.kind !== 'answered') throw FAILURES[result.kind]();
    const { eventId } = result;
    if (eventId === null) return { Items: {} };
    const [item] = await box.store.itemStates([eventId]);
    return savedItems(context, box, item === undefined ? null : { itemId: eventId, modseq: item.modseq });
  };
}

const FAILURES: Readonly<Record<Exclude<ResponseResult['kind'], 'answered'>, () => EwsError>> = {
  'not-a-request': () =>
    new EwsError('ErrorInvalidReferenceItem', 'The item is no meeting that can be answered.'),
  'not-recurring': () =>
    new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.'),
  'no-occurrence': () =>
    new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.'),
  'not-kept': () =>
    new EwsError('ErrorCalendarMeetingRequestIsOutOfDate', 'The meeting is no longer as the request says.'),
};

export async function responderOf(
  box: Box,
  { services, correlationId }: EwsContext,
): Promise<MeetingResponder> {
  const owner = await ownerOf(services.directory, box.ref);
  if (owner === null) throw new EwsError('ErrorNonExistentMailbox', 'There is no such mailbox.');
  return { ref: box.ref, mailbox: box.store, correlationId, owner };
}

/** Begin of the occurrence that is answered, milliseconds since the epoch. @throws EwsError for what cannot be answered */
async function answerable(view: ItemView, answer: Answer, context: EwsContext): Promise<number | null> {
  const { message, box, occurrence } = view;
  const name = NAMES[answer];
  if (message !== null) {
    const { meeting } = message;
    if (meeting === null || view.element !== 'MeetingRequest') throw FAILURES['not-a-request']();
    const { whole } = await knownMeeting(box.store, meeting.uid);
    if (
      whole !== null &&
      meeting.recurrenceAt === null &&
      isNewer(knownVersion(whole.document), versionOf(meeting))
    )
      throw FAILURES['not-kept']();
    return null;
  }
  const facts = await factsOf(view, context);
  if (facts === null) throw FAILURES['not-a-request']();
  if (facts.isCancelled)
    throw new EwsError(`ErrorCalendarIsCancelledFor${name}`, 'The meeting was cancelled.');
  if (facts.isMeeting && facts.isOrganizer)
    throw new EwsError(`ErrorCalendarIsOrganizerFor${name}`, 'Who holds a meeting does not answer it.');
  return occurrence === null ? null : utcTime(occurrence, facts.whole.timeZone ?? 'Etc/UTC');
}

function replyOf(object: XmlElement): ReplyWish {
  const time = (name: string) => {
    const text = textOf(object, name);
    if (text === null) return null;
    const at = readTime(text, 'Etc/UTC');
    if (at === null) throw new SchemaError(`${name} is no time.`);
    return at;
  };
  const [startsAt, endsAt] = [time('ProposedStart'), time('ProposedEnd')];
  const note = noteOf(child(object, 'Body') ?? child(object, 'NewBodyContent'));
  if (startsAt === null && endsAt === null) return { note, proposed: null };
  if (startsAt === null || endsAt === null || endsAt < startsAt)
    throw new EwsError('ErrorInvalidArgument', 'The time that is proposed is none.');
  return { note, proposed: { startsAt, endsAt } };
}

export function noteOf(body: XmlElement | null): ReplyWish['note'] {
  if (body === null) return { text: '', html: null };
  const words = markupOf(body);
  return body.attributes['BodyType'] === 'HTML'
    ? { text: htmlToText(words), html: words }
    : { text: words, html: null };
}
