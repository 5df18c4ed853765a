import type { CalendarEvent } from '../../../core/calendar/types.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { PimItem } from '../../../core/pim/types.ts';
import { isOwnMeeting } from '../../../core/scheduling/announce.ts';
import { selfOfMailbox } from '../../../core/scheduling/self.ts';
import { toldSetting } from '../../../core/scheduling/told.ts';
import { DataError } from '../../../shared/data/errors.ts';
import { eventDocument } from '../../../shared/data/objects.ts';
import type { DataContext, Handler } from '../context.ts';
import { changeItem, createItem, itemView, mergePatch, presentItem, type Written } from '../objects.ts';
import { type Box, openBox, readCursor } from '../scope.ts';
import { deleted } from './change-email.ts';

function eventView(item: Written) {
  return { ...itemView(item), startsAt: item.startsAt, endsAt: item.endsAt };
}

export const listEvents: Handler<'listEvents'> = async (context, input) => {
  const { from, to, limit } = input;
  const after = readCursor(input.cursor);
  if ((from === undefined) !== (to === undefined)) {
    throw new DataError('INVALID_ARGUMENT', 'from and to are given together');
  }
  const box = await openBox(context, input);
  const folders = input.folder === undefined ? null : [await calendar(box, input.folder)];
  if (from === undefined || to === undefined) {
    const [folder = await calendar(box, 'calendar')] = folders ?? [];
    const items = await box.store.pimPage(folder.folderId, after?.id ?? '', limit + 1);
    return pageOfEvents(items, limit, () => 0);
  }
  const ids = (folders ?? (await calendars(box))).map(({ folderId }) => folderId);
  const place = after === null ? null : { startsAt: after.at, itemId: after.id };
  const items = await box.store.eventsBetween(ids, from, to, place, limit + 1);
  return pageOfEvents(items, limit, ({ startsAt }) => startsAt ?? 0);
};

function pageOfEvents(items: readonly PimItem[], limit: number, at: (item: PimItem) => number) {
  const last = items.slice(0, limit).at(-1);
  return {
    items: items
      .slice(0, limit)
      .filter(({ kind }) => kind === 'event')
      .map(eventView),
    cursor: items.length > limit && last !== undefined ? `${at(last)}/${last.itemId}` : null,
  };
}

async function calendar(box: Box, place: string): Promise<Folder> {
  const folder = await box.folder(place);
  if (folder.itemClass !== 'Calendar') throw new DataError('INVALID_ARGUMENT', 'folder: it holds no events');
  return folder;
}

async function calendars({ store }: Box): Promise<Folder[]> {
  return (await store.folders()).filter(({ itemClass }) => itemClass === 'Calendar');
}

export const getEvent: Handler<'getEvent'> = async (context, input) =>
  eventView(await presentItem(await openBox(context, input), input.id, 'event'));

/** Whether attendees hear of a change: they do of the meetings of the mailbox's owner. */
async function announcer({ services }: DataContext, { ref, user }: Box, notify: boolean) {
  if (!notify) return () => ({});
  const { isSelf } = await selfOfMailbox(services.directory, ref, user);
  return (...documents: unknown[]) => ({
    announce: documents.some((one) => isOwnMeeting(one as CalendarEvent, isSelf)),
  });
}

export const createEvent: Handler<'createEvent'> = async (context, input) => {
  const box = await openBox(context, input);
  const { key, folder: place, document } = input;
  const announce = await announcer(context, box, input.notify);
  return eventView(
    await createItem(context, box, { kind: 'event', place, key, document }, (one) => announce(one)),
  );
};

export const changeEvent: Handler<'changeEvent'> = async (context, input) => {
  const box = await openBox(context, input);
  const present = await presentItem(box, input.id, 'event');
  // What comes of it must be an event still.
  const result = eventDocument.safeParse(mergePatch(present.document, input.patch));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new DataError('INVALID_ARGUMENT', `patch.${issue?.path.join('.')}: ${issue?.message}`);
  }
  const announce = await announcer(context, box, input.notify);
  const { id, patch, ifMatch } = input;
  const change = { id, patch, ifMatch, kind: 'event' } as const;
  return eventView(await changeItem(context, box, change, (one, before) => announce(one, before.document)));
};

export const deleteEvent: Handler<'deleteEvent'> = async (context, input) => {
  const box = await openBox(context, input);
  const state = await box.item(input.id, 'event', input.ifMatch);
  // What is taken out of this folder, and not only out of the mailbox, has attendees told.
  const from = input.notify ? state.folderId : undefined;
  await deleted(box, [state], input.permanent, context.services.now(), from);
  const name = toldSetting(input.id);
  if (!input.notify && (await box.store.getSetting(name)) !== null) await box.store.putSetting(name, null);
  return null;
};
