import { htmlToText } from '../../../codecs/text/index.ts';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { ownerOf } from '../../../core/automatic/own-addresses.ts';
import { binMeeting } from '../../../core/scheduling/calendar-store.ts';
import { type DelegatedRequest, delegatedRequest } from '../../../core/scheduling/delegates.ts';
import {
  type ReplyWish,
  type Responder,
  type ResponseRequest,
  type ResponseResult,
  respondToMeeting,
} from '../../../core/scheduling/respond.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { commonFailure } from '../http/failure.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { takeBody } from '../pim/body.ts';
import { parseTime } from '../pim/times.ts';
import { STATUS } from '../status.ts';

const { meetingResponse: S } = STATUS;

/** MS-ASCMD 3.1.5.8 */
const MAX_REQUESTS = 100;
const MAX_ID = 256;
const ANSWERS = { '1': 'accepted', '2': 'tentative', '3': 'declined' } as const;

/** MeetingResponse (MS-ASCMD 2.2.1.11). Each Request has a Result of its own. */
export async function meetingResponse(context: EasContext): Promise<Reply> {
  const { body, version } = context;
  const requests = children(body ?? undefined, 'MeetingResponse:Request');
  if (body?.tag !== 'MeetingResponse:MeetingResponse' || requests.length === 0) {
    return commonFailure(
      'MeetingResponse',
      STATUS.common.invalidXml,
      version,
      'not a request of this command',
    );
  }
  // The limit has its status in a Result (MS-ASCMD 3.1.5.8).
  if (requests.length > MAX_REQUESTS) return answerOf([resultOf(undefined, STATUS.common.invalidXml, null)]);
  const owner = await ownerOf(context.services.directory, context.ref);
  const results: WbxmlNode[] = [];
  for (const request of requests) {
    const { status, eventId } = owner === null ? FAILED : await respond(context, owner, request);
    results.push(resultOf(request, status, eventId));
  }
  return answerOf(results);
}

interface Outcome {
  status: number;
  /** Item of the calendar, when there is one after the answer. */
  eventId: string | null;
}

const FAILED: Outcome = { status: S.serverError, eventId: null };

async function respond(
  context: EasContext,
  owner: Responder['owner'],
  element: WbxmlElement,
): Promise<Outcome> {
  const request = readRequest(element, context.version);
  if (typeof request === 'number') return { status: request, eventId: null };
  const { services, ref, mailbox, correlationId } = context;
  try {
    const responder = { ref, mailbox, correlationId, owner };
    const [item] = request.instanceId === null ? [] : await mailbox.itemStates([request.itemId]);
    // Before the time is looked at: an occurrence is named in the calendar only (MS-ASCMD 2.2.3.87.1).
    if (item?.kind === 'message') return { status: S.invalidRequest, eventId: null };
    const occurrence = request.instanceId === null ? null : parseTime(request.instanceId);
    if (request.instanceId !== null && occurrence === null) return { status: S.badTime, eventId: null };
    const delegated = item === undefined ? await delegatedTo(context, request.itemId) : null;
    if (delegated !== null) return await respondFor(context, delegated, { ...request, occurrence });
    const result = await respondToMeeting(services, responder, { ...request, occurrence });
    return { status: STATUS_OF[result.kind], eventId: result.kind === 'answered' ? result.eventId : null };
  } catch (error) {
    context.log.error('eas.meeting-response', { itemId: request.itemId, error: describeError(error) });
    return FAILED;
  }
}

function delegatedTo(context: EasContext, itemId: string): Promise<DelegatedRequest | null> {
  return delegatedRequest(context.services, context.principal, context, itemId);
}

/** The copy of a delegate is done with, as the request of the one invited; the event is in no calendar of the delegate's. */
async function respondFor(
  context: EasContext,
  { responder, itemId, copy }: DelegatedRequest,
  request: ResponseRequest,
): Promise<Outcome> {
  // Before 16.0 devices send the answer themselves, which here would be one in a name that was not invited.
  const plain = { note: { text: '', html: null }, proposed: null };
  const reply = atLeast(context.version, '16.0') ? request.reply : plain;
  const result = await respondToMeeting(context.services, responder, { ...request, itemId, reply });
  if (result.kind === 'answered') await binMeeting(context.services, context, copy);
  return { status: STATUS_OF[result.kind], eventId: null };
}

const STATUS_OF: Record<ResponseResult['kind'], number> = {
  answered: S.ok,
  'not-a-request': S.invalidRequest,
  'no-occurrence': S.invalidRequest,
  'not-recurring': S.notRecurring,
  'not-kept': S.mailboxError,
};

type Read = Omit<ResponseRequest, 'occurrence'> & { instanceId: string | null };

/** What a Request says, or its status. */
function readRequest(element: WbxmlElement, version: Version): Read | number {
  const answer =
    ANSWERS[(textOf(element, 'MeetingResponse:UserResponse')?.trim() ?? '') as keyof typeof ANSWERS];
  const requestId = textOf(element, 'MeetingResponse:RequestId') ?? '';
  const longId = textOf(element, 'Search:LongId') ?? '';
  const itemId = requestId === '' ? longId : requestId;
  if (answer === undefined || itemId === '' || itemId.length > MAX_ID) return S.invalidRequest;
  const instance = atLeast(version, '14.1') ? child(element, 'MeetingResponse:InstanceId') : undefined;
  // An InstanceId of nothing names no occurrence (MS-ASCMD 2.2.3.177.9).
  if (instance !== undefined && instance.text.trim() === '') return S.invalidRequest;
  const reply = atLeast(version, '16.0') ? readReply(element, answer, version) : null;
  if (reply === 'invalid') return S.invalidRequest;
  return { itemId, answer, instanceId: instance?.text.trim() ?? null, reply };
}

/** From 16.0 on the server writes to the organizer, when it is told to (MS-ASCMD 2.2.3.159). */
function readReply(
  element: WbxmlElement,
  answer: (typeof ANSWERS)[keyof typeof ANSWERS],
  version: Version,
): ReplyWish | null | 'invalid' {
  const send = child(element, 'MeetingResponse:SendResponse');
  if (send === undefined) return null;
  const body = takeBody(send);
  if (body === 'invalid') return 'invalid';
  const html = body?.contentType === 'text/html' ? body.text : null;
  const note = { text: html === null ? (body?.text ?? '') : htmlToText(html), html };
  const [start, end] = ['MeetingResponse:ProposedStartTime', 'MeetingResponse:ProposedEndTime'].map((tag) =>
    textOf(send, tag),
  );
  if (!atLeast(version, '16.1') || (start === undefined && end === undefined))
    return { note, proposed: null };
  const [startsAt, endsAt] = [parseTime(start ?? ''), parseTime(end ?? '')];
  // Who accepts proposes no other time (MS-ASCMD 2.2.3.140).
  if (startsAt === null || endsAt === null || endsAt < startsAt || answer === 'accepted') return 'invalid';
  return { note, proposed: { startsAt, endsAt } };
}

/** RequestId and InstanceId are said again where they were said. */
function resultOf(request: WbxmlElement | undefined, status: number, eventId: string | null): WbxmlNode {
  const again = (tag: string) => {
    const text = textOf(request, tag);
    return text === undefined ? null : el(tag, text);
  };
  return el(
    'MeetingResponse:Result',
    again('MeetingResponse:RequestId'),
    again('Search:LongId'),
    el('MeetingResponse:Status', status),
    eventId === null ? null : el('MeetingResponse:CalendarId', eventId),
    status === S.ok ? again('MeetingResponse:InstanceId') : null,
  );
}

function answerOf(results: readonly WbxmlNode[]): Reply {
  return wbxml(el('MeetingResponse:MeetingResponse', ...results));
}
