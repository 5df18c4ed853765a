import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import { withBusy } from '../../../core/calendar/marks.ts';
import type { CalendarEvent } from '../../../core/calendar/types.ts';
import { toldForm } from '../../../core/scheduling/announce.ts';
import { binMeeting, knownMeeting } from '../../../core/scheduling/calendar-store.ts';
import { withoutOccurrence } from '../../../core/scheduling/occurrence.ts';
import { toldOf, toldSetting } from '../../../core/scheduling/told.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { savedItems } from '../items/editors/saved.ts';
import { demandOpen } from '../items/private.ts';
import type { Responder } from '../items/respond/index.ts';
import type { ItemView } from '../items/view.ts';
import { factsOf, selfOf, wasSent } from './facts.ts';
import { noteOf, responderOf } from './respond.ts';
import { presentEvent, writeEvent } from './save-event.ts';
import { repeated } from './store.ts';

/** CancelCalendarItem (MS-OXWSMTGS 3.1.4.3): the meeting goes, and those who were invited hear of it. */
export const cancelCalendarItem: Responder = async (object, view, { disposition }, context) => {
  if (disposition === null)
    throw new EwsError('ErrorMessageDispositionRequired', 'MessageDisposition is required for answers.');
  const facts = await factsOf(view, context);
  const { box, state } = view;
  await box.demand(state.folderId, 'delete');
  demandOpen(view);
  if (facts === null) throw new EwsError('ErrorInvalidReferenceItem', 'The item is no meeting.');
  // It was cancelled, or thrown away: there is nothing more to be said of it.
  if ((await box.store.folderByRole('deleted'))?.folderId === state.folderId)
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  if (!facts.isOrganizer)
    throw new EwsError('ErrorCalendarIsNotOrganizer', 'Only who holds a meeting can cancel it.');
  if (facts.isMeeting) await noteWords(view, facts.whole, child(object, 'NewBodyContent'));
  if (view.occurrence !== null) {
    const { itemId } = state;
    await removeOccurrence(context, view, 'SendToAllAndSaveCopy');
    const [left] = await box.store.itemStates([itemId]);
    return savedItems(context, box, left === undefined ? null : { itemId, modseq: left.modseq });
  }
  const cancelled = await noteCancelled(context, view);
  await binMeeting(context.services, await responderOf(box, context), state);
  return savedItems(context, box, cancelled);
};

/** In Deleted Items it is to be seen that it does not take place. */
async function noteCancelled(
  context: EwsContext,
  { box, state }: ItemView,
): Promise<{ itemId: string; modseq: number }> {
  const { itemId } = state;
  const self = await selfOf(box, context);
  const folder = (await box.folders()).find((one) => one.folderId === state.folderId);
  if (folder === undefined)
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const { modseq } = await repeated(false, async () => {
    const present = await presentEvent(box, itemId);
    const document = withBusy({ ...present.document, status: 'cancelled' }, 'free');
    return writeEvent(
      context,
      { box, folder, expect: null, sendMeetings: null },
      { itemId, present, document, self },
    );
  });
  return { itemId, modseq };
}

/** What is said with the cancellation stands in it. Those whom the organizer asked without us are told, too. */
async function noteWords(
  { box, state, occurrence }: ItemView,
  event: CalendarEvent,
  body: XmlElement | null,
): Promise<void> {
  const told = await toldOf(box.store, state.itemId);
  const known = told ?? (wasSent(event) ? null : { event: toldForm(event) });
  if (known === null) return;
  const { text } = noteOf(body);
  const { descriptionContentType: _, ...rest } = known.event;
  const said = text === '' || occurrence !== null ? known.event : { ...rest, description: text };
  if (told === null || said !== known.event)
    await box.store.putSetting(toldSetting(state.itemId), { ...known, event: said });
}

/** RemoveItem: what was cancelled by its organizer goes out of the calendar, and the message with it. */
export const removeItem: Responder = async (_object, view, _options, context) => {
  const { message, box } = view;
  if (message === null || message.meeting === null || view.element !== 'MeetingCancellation')
    throw new EwsError('ErrorInvalidReferenceItem', 'The item is no cancellation of a meeting.');
  await box.demand(message.folderId, 'delete');
  const responder = await responderOf(box, context);
  const { whole, orphans } = await knownMeeting(box.store, message.meeting.uid);
  const gone = message.meeting.recurrenceAt === null ? [whole, ...orphans] : orphans;
  for (const item of gone) {
    if (item?.document.status === 'cancelled') await binMeeting(context.services, responder, item);
  }
  await binMeeting(context.services, responder, message);
  return { Items: {} };
};

/** Takes one occurrence out of its series. */
async function removeOccurrence(context: EwsContext, view: ItemView, send: string | null): Promise<void> {
  const { box, state, occurrence } = view;
  if (occurrence === null)
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const self = await selfOf(box, context);
  const folder = (await box.folders()).find((one) => one.folderId === state.folderId);
  if (folder === undefined)
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const { itemId } = state;
  const written = await repeated(false, async () => {
    const present = await presentEvent(box, itemId);
    const document = withoutOccurrence(present.document, occurrence);
    return writeEvent(
      context,
      { box, folder, expect: null, sendMeetings: send },
      { itemId, present, document, self },
    );
  });
  await box.tell([{ folderId: written.folderId, modseq: written.modseq, indexed: itemId }]);
}
