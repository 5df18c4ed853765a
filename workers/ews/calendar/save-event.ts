import { isPrivate } from '../../../core/access/private.ts';
import { formatUtc } from '../../../core/calendar/time/civil.ts';
import type { CalendarEvent, LocalDateTime } from '../../../core/calendar/types.ts';
import { pimFacts } from '../../../core/pim/facts.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { isOwnMeeting } from '../../../core/scheduling/announce.ts';
import { newOutlookUid } from '../../../core/scheduling/global-id.ts';
import type { Self } from '../../../core/scheduling/meeting.ts';
import { occurrenceOf, withOccurrence } from '../../../core/scheduling/occurrence.ts';
import { newId } from '../../../platform/ids.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { storeExtended } from '../items/editors/stored.ts';
import type { SavedItem, SaveOrder } from '../items/property.ts';
import type { StoredProperty } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import { applyFields } from './apply-fields.ts';
import { applyPeople, asAsked } from './apply-people.ts';
import { applyTimes, contextZone } from './apply-times.ts';
import type { ObjectDraft } from './edits.ts';
import { selfOf } from './facts.ts';
import { readEvent } from './mime.ts';
import { keepFiles, putObject, repeated, withLinks } from './store.ts';

type EventItem = PimItem & { kind: 'event' };

/** Whether a value of SendMeetingInvitations and its kin has somebody told. */
export function sendsMeetings(value: string | null): boolean {
  return value !== null && value !== 'SendToNone';
}

/** Writes the event that a request makes or changes, and has its attendees told when that is wanted. */
export async function saveEvent(
  draft: ObjectDraft,
  order: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const self = await selfOf(order.box, context);
  const itemId = draft.view?.state.itemId ?? newId(context.services.now());
  const files = await keepFiles(context, order.box, itemId, draft.files);
  const written = await repeated(order.expect !== null, async () => {
    const present = draft.view === null ? null : await presentEvent(order.box, itemId);
    const occurrence = draft.view?.occurrence ?? null;
    const edited = await editedEvent(draft, present, occurrence, self, context);
    const filed = withLinks(edited, files, draft.dropped);
    const whole =
      present === null || occurrence === null ? filed : withOccurrence(present.document, filed, occurrence);
    return writeEvent(context, order, { itemId, present, document: whole, self });
  });
  const kept: Record<string, StoredProperty | null> = { ...draft.kept, ...extended };
  // Who changes an item to what it was before is given a new ChangeKey all the same.
  if (!written.changed) kept['ews:updated'] = { type: 'String', value: String(context.services.now()) };
  const { box } = order;
  const modseq =
    Object.keys(kept).length === 0 ? written.modseq : await storeExtended(box, itemId, kept, written.modseq);
  await box.tell([{ folderId: written.folderId, modseq, indexed: itemId }]);
  const occurrence = draft.view?.occurrence ?? null;
  return { itemId, modseq, ...(occurrence === null ? {} : { occurrence }) };
}

/** A new event that is not saved. */
export async function newEvent(draft: ObjectDraft, context: EwsContext): Promise<CalendarEvent> {
  return editedEvent(draft, null, null, await selfOf(context.own, context), context);
}

export async function presentEvent(box: Box, itemId: string): Promise<EventItem> {
  const [item] = await box.store.pimItems([itemId]);
  if (item?.kind !== 'event')
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  // Who may not see what it is may not change it either.
  if (!box.seesPrivate && isPrivate(item.document))
    throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  return item;
}

async function editedEvent(
  draft: ObjectDraft,
  present: EventItem | null,
  occurrence: LocalDateTime | null,
  self: Self,
  context: EwsContext,
): Promise<CalendarEvent> {
  const now = context.services.now();
  const frame = { self, contextZone: contextZone(context, now), now };
  const read = draft.mime === null ? null : await readEvent(draft.mime, now);
  const base = baseOf(present, occurrence, read, now);
  const isNew = present === null && read === null;
  const timed = applyTimes(base, draft.edits, { ...frame, isNew, isPart: occurrence !== null });
  return applyFields(applyPeople(timed, draft.edits, self), draft.edits, isNew);
}

/** What is changed: what is there, or a document that the client hands in over it, or something new. */
function baseOf(
  present: EventItem | null,
  occurrence: LocalDateTime | null,
  read: CalendarEvent | null,
  now: number,
): CalendarEvent {
  const stamp = formatUtc(now);
  if (present === null) {
    const made = {
      '@type': 'Event' as const,
      uid: newOutlookUid(now),
      created: stamp,
      updated: stamp,
      start: '',
    };
    return read === null ? made : { ...made, ...read, updated: stamp };
  }
  const { document } = present;
  if (occurrence !== null) {
    if (read !== null)
      throw new EwsError('ErrorInvalidPropertySet', 'An occurrence has no MIME content of its own.');
    return occurrenceOf(document, occurrence);
  }
  return read === null ? document : { ...read, uid: document.uid, created: document.created ?? stamp };
}

export interface Writing {
  itemId: string;
  present: EventItem | null;
  document: CalendarEvent;
  self: Self;
}

export interface Written {
  folderId: string;
  modseq: number;
  /** false: it is what it was. */
  changed: boolean;
}

/** One write of an event; attendees are told when that is wanted (platform/tell-attendees). */
export async function writeEvent(
  context: EwsContext,
  { box, folder, expect, sendMeetings }: Pick<SaveOrder, 'box' | 'folder' | 'expect' | 'sendMeetings'>,
  { itemId, present, document, self }: Writing,
): Promise<Written> {
  const now = context.services.now();
  const concerned = [document, present?.document].some(
    (one) => one !== undefined && isOwnMeeting(one, self.isSelf),
  );
  const telling = sendsMeetings(sendMeetings) && concerned;
  const stamped: CalendarEvent = { ...(telling ? asAsked(document) : document), updated: formatUtc(now) };
  const facts = pimFacts('event', stamped, now);
  const folderId = present?.folderId ?? folder.folderId;
  const put = await putObject(
    context,
    box,
    { itemId, folderId, kind: 'event', document: stamped, facts },
    {
      before: present?.size ?? 0,
      expect: expect ?? present?.modseq ?? null,
      announce: telling,
      uncopied: sendMeetings?.startsWith('SendOnly') === true,
      onlyChanged: sendMeetings?.includes('ToChanged') === true,
    },
  );
  return {
    folderId: put.folderId,
    modseq: put.modseq,
    changed: put.outcome !== 'present',
  };
}
