import { utf8Length } from '../../../../codecs/text/index.ts';
import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { checkRecurrence } from '../../../../core/calendar/check.ts';
import { formatUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime } from '../../../../core/calendar/types.ts';
import { DomainError } from '../../../../core/errors.ts';
import { putAttachment } from '../../../../core/pim/attachments.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import { MAX_DOCUMENT_BYTES } from '../../../../core/pim/types.ts';
import type { Arrival } from '../../../../core/quota/check.ts';
import { toldForm } from '../../../../core/scheduling/announce.ts';
import { sameJson } from '../../../../core/scheduling/equal.ts';
import { isOrganizer, type Self } from '../../../../core/scheduling/meeting.ts';
import { attendeesOf } from '../../../../core/scheduling/people.ts';
import type { EasContext } from '../../context.ts';
import { digest } from '../../drafts/fingerprint.ts';
import { atLeast } from '../../http/versions.ts';
import { STATUS } from '../../status.ts';
import type { Incoming, ItemCodec, Taken } from '../codec.ts';
import { roomOf } from '../room.ts';
import { attachmentsElement, takeAttachments, type Upload } from './attachments.ts';
import { occurrenceOfWire, takeOccurrence } from './exceptions.ts';
import { atHome, fromHome } from './home.ts';
import { renderEvent } from './render.ts';
import { selfOf } from './self.ts';
import { occurrenceAt, withOccurrence, withOverride } from './series.ts';
import { takeEvent } from './take.ts';

const REFUSED: Taken = { kind: 'refused', status: STATUS.sync.conversion };
const FULL: Taken = { kind: 'refused', status: STATUS.sync.full };
const NOT_FOUND: Taken = { kind: 'refused', status: STATUS.sync.notFound };

/** Events on the wire (MS-ASCAL). */
export const calendarCodec: ItemCodec = {
  kind: 'event',
  async take(context, incoming) {
    const { present } = incoming;
    if (present !== null && present.kind !== 'event') return NOT_FOUND;
    const self = await selfOf(context);
    const before = present === null ? null : atHome(present.document, self.zone);
    if (incoming.instanceId !== null) return takeInstance(context, incoming, before, self);
    const { data, itemId } = incoming;
    const event = takeEvent(data, {
      ...{ version: context.version, self, now: secondsNow(context), present: before },
      supported: incoming.supported,
      uid: before?.uid ?? (await newUid(context, incoming)),
    });
    if (event === 'invalid') return REFUSED;
    const files = await filesOf(context, data, event.links, itemId);
    if (files === null) return REFUSED;
    const next = withLinks(event, files.links);
    return finish(context, incoming, self, { before, after: next, uploads: files.uploads });
  },
  async render(context, item, options, whole) {
    if (item.kind !== 'event') return [];
    const self = await selfOf(context);
    const frame = {
      version: context.version,
      self,
      itemId: item.itemId,
      bodies: options.bodies,
      whole,
    };
    return renderEvent(atHome(item.document, self.zone), frame);
  },
  added(context, item): WbxmlNode[] {
    if (item.kind !== 'event' || !atLeast(context.version, '16.0')) return [];
    // The UID is the server's (MS-ASCAL 2.2.2.46), and so are the references of files.
    const attachments = attachmentsElement(item.document, item.itemId, true);
    return [el('Calendar:UID', item.document.uid), ...(attachments === null ? [] : [attachments])];
  },
};

function secondsNow({ services }: EasContext): number {
  return Math.floor(services.now() / 1000);
}

/**
 * From 16.0 on the server names events, and finds by the device's own name those that it adds twice (MS-ASCAL 2.2.2.13):
 * the same name gives the same UID. What has none is named after its item, so that a repeat of the Add makes the same.
 */
function newUid({ version, ref }: EasContext, { data, itemId }: Incoming): Promise<string> {
  const clientUid = atLeast(version, '16.0') ? (textOf(data, 'Calendar:ClientUid')?.trim() ?? '') : '';
  const name = clientUid === '' ? ['item', itemId] : ['client', clientUid];
  return digest(['event', ref.tenantId, ref.mailboxId, ...name]);
}

/** Files come and go from 16.0 on. */
async function filesOf(
  { version }: EasContext,
  data: WbxmlElement,
  links: CalendarEvent['links'],
  itemId: string,
): Promise<{ links: CalendarEvent['links']; uploads: Upload[] } | null> {
  if (!atLeast(version, '16.0')) return { links, uploads: [] };
  return takeAttachments(data, links, itemId);
}

function withLinks(event: CalendarEvent, links: CalendarEvent['links']): CalendarEvent {
  const { links: before, ...rest } = event;
  if (sameJson(before, links)) return event;
  return links === undefined ? rest : { ...rest, links };
}

/** A Change or a Delete of one occurrence (16.x, MS-ASAIRS 2.2.2.25). */
async function takeInstance(
  context: EasContext,
  incoming: Incoming,
  before: CalendarEvent | null,
  self: Self,
): Promise<Taken> {
  const { version } = context;
  const { data, itemId, instanceId } = incoming;
  const key = before === null ? null : occurrenceOfWire(before, instanceId ?? '', version);
  if (before === null || key === null) return NOT_FOUND;
  if (data.tag === 'AirSync:Delete') {
    const after = withOverride(before, key, { excluded: true });
    return finish(context, incoming, self, { before, after, uploads: [] });
  }
  const taken = takeOccurrence(before, key, data, { version, self, now: secondsNow(context) });
  if (taken === 'invalid') return REFUSED;
  const files = await filesOf(context, data, occurrenceAt(taken, key).links, itemId);
  if (files === null) return REFUSED;
  const after = withLinksAt(taken, key, files.links);
  return finish(context, incoming, self, { before, after, uploads: files.uploads });
}

function withLinksAt(event: CalendarEvent, key: LocalDateTime, links: CalendarEvent['links']): CalendarEvent {
  const occurrence = occurrenceAt(event, key);
  return withOccurrence(event, key, occurrence, withLinks(occurrence, links));
}

interface Outcome {
  before: CalendarEvent | null;
  after: CalendarEvent;
  uploads: Upload[];
}

async function finish(
  context: EasContext,
  { data, itemId, folderId, present }: Incoming,
  self: Self,
  { before, after, uploads }: Outcome,
): Promise<Taken> {
  const stored = present?.kind === 'event' ? present.document : null;
  const isSame = before !== null && sameJson(before, after);
  const now = context.services.now();
  // Files and occurrences change the event, too.
  const isStamped = isSame || after.updated !== before?.updated;
  const stamped = isStamped ? after : { ...after, updated: formatUtc(now) };
  const document = stored === null ? stamped : isSame ? stored : fromHome(stamped, stored, self.zone);
  if (utf8Length(JSON.stringify(document)) > MAX_DOCUMENT_BYTES || !isReasonable(document)) return REFUSED;
  const kept = await keep(context, itemId, uploads);
  if (kept !== 'ok') return kept === 'over-quota' ? FULL : REFUSED;
  const facts = pimFacts('event', document, now);
  const announce = atLeast(context.version, '16.0') && concernsOthers(stored, document, self);
  return {
    ...{ kind: 'item', item: { itemId, folderId, kind: 'event', document, facts }, announce },
    ...(isMadeUp(context, data, stored, uploads) ? { echo: true } : {}),
  };
}

/** Puts files where the document will say that they are. */
async function keep(context: EasContext, itemId: string, uploads: readonly Upload[]): Promise<Arrival> {
  if (uploads.length === 0) return 'ok';
  const { ref, services } = context;
  const size = uploads.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const arrival = (await roomOf(context)).judge(size);
  if (arrival !== 'ok') return arrival;
  for (const { attachmentId, bytes } of uploads) {
    await putAttachment(services.objects, { ...ref, itemId, attachmentId }, bytes);
  }
  return 'ok';
}

/** A recurrence bomb is refused before it is kept (ATTACKS A12). */
function isReasonable(document: CalendarEvent): boolean {
  try {
    checkRecurrence(document);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

/** From 16.0 on the server tells attendees what their organizer's device changes. */
function concernsOthers(before: CalendarEvent | null, after: CalendarEvent, self: Self): boolean {
  if (!isOrganizer(after, self)) return false;
  const isMeeting = [before, after].some((event) => event !== null && hasAttendees(event));
  return isMeeting && (before === null || !sameJson(untimed(before), untimed(after)));
}

function hasAttendees(event: CalendarEvent): boolean {
  return (
    attendeesOf(event).length > 0 ||
    Object.values(event.recurrenceOverrides ?? {}).some((patch) => patch['participants'] !== undefined)
  );
}

function untimed(event: CalendarEvent): Omit<CalendarEvent, 'updated'> {
  const { updated: _updated, 'waypost:busy': _busy, freeBusyStatus: _status, ...told } = toldForm(event);
  return told;
}

/** Whether the device does not know all of what its words became. */
function isMadeUp(
  { version }: EasContext,
  data: WbxmlElement,
  before: CalendarEvent | null,
  uploads: readonly Upload[],
): boolean {
  // Of a Change nothing tells the device how its files are called; the answer to an Add does.
  if (before !== null) return uploads.length > 0;
  const lacks = (name: string) => child(data, `Calendar:${name}`) === undefined;
  if (lacks('StartTime') || lacks('EndTime')) return true;
  if (atLeast(version, '16.0')) return false;
  return lacks('UID') || (lacks('OrganizerEmail') && !lacks('Attendees'));
}
