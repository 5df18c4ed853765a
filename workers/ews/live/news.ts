import type { XmlObject, XmlPair } from '../../../codecs/soap/write.ts';
import type { Principal } from '../../../core/identity/types.ts';
import { liveEvents } from '../../../core/live/events.ts';
import type { KnownTree, LiveEvent, Subscription } from '../../../core/live/types.ts';
import type { FolderCounts } from '../../../core/ports/mail.ts';
import type { Services } from '../../../platform/services.ts';
import { countsOf } from '../folders/counts.ts';
import { folderTree } from '../folders/tree.ts';
import { changeKey, encodeId } from '../ids/id.ts';
import { type Box, createMailboxes } from '../mailboxes.ts';
import { encodeSubscriptionId, encodeWatermark } from './ids.ts';
import { EVENT_NAMES } from './kinds.ts';

/** Events of one notification. */
const PAGE = 200;

export interface News {
  events: XmlPair[];
  position: number;
  more: boolean;
  tree: KnownTree;
  /** Whether the watcher may see any of what they watch. */
  sees: boolean;
}

/**
 * What is new to a subscription, as its watcher may see it now: rights are asked for each time (I21).
 * @param marks whether each event has its own watermark
 */
export async function newsOf(
  services: Services,
  principal: Principal,
  subscription: Subscription,
  { after, marks, correlationId }: { after: number; marks: boolean; correlationId: string },
): Promise<News> {
  const { box, may, sees } = await eyesOf(services, principal, subscription, correlationId);
  const copies = (ids: readonly string[]) => services.live.copies(box.ref, ids);
  const eyes = { may, copies };
  const page = await liveEvents(box.store, subscription, subscription.tree, after, PAGE, eyes);
  const counts = await unreadCounts(box, page.events);
  const time = new Date(services.now()).toISOString();
  const events = page.events.map(
    (event): XmlPair => [EVENT_NAMES[event.kind], eventContent(event, { box, time, marks, counts })],
  );
  return { events, position: page.position, more: page.more, tree: page.tree, sees };
}

async function eyesOf(
  services: Services,
  principal: Principal,
  { ref, folderIds }: Pick<Subscription, 'ref' | 'folderIds'>,
  correlationId: string,
): Promise<{ box: Box; may(folderId: string): boolean; sees: boolean }> {
  const { open } = createMailboxes(services, principal, correlationId);
  const box = await open({ id: ref.mailboxId });
  const visible = new Set((await folderTree(box)).map((one) => one.folderId));
  const may = (folderId: string) => visible.has(folderId);
  // What is watched of one's own mailbox may go, and come again.
  return { box, may, sees: box.own || (folderIds === null ? visible.size > 0 : folderIds.some(may)) };
}

/** Whether the watcher may see any of what they watch, as of now (I21). */
export async function mayStillSee(
  services: Services,
  principal: Principal,
  subscription: Subscription,
  correlationId: string,
): Promise<boolean> {
  if (subscription.ref.mailboxId === principal.user.userId) return true;
  return (await eyesOf(services, principal, subscription, correlationId)).sees;
}

async function unreadCounts(box: Box, events: readonly LiveEvent[]): Promise<Map<string, FolderCounts>> {
  const changed = new Set(events.filter((one) => one.of === 'folder').map((one) => one.id));
  if (changed.size === 0) return new Map();
  return countsOf((await folderTree(box)).filter((one) => changed.has(one.folderId)));
}

interface Surroundings {
  box: Box;
  time: string;
  marks: boolean;
  counts: ReadonlyMap<string, FolderCounts>;
}

function eventContent(event: LiveEvent, { box, time, marks, counts }: Surroundings): XmlObject {
  const { mailboxId } = box.ref;
  const folder = (id: string | null) => ({
    '@Id': encodeId({ kind: 'folder', mailboxId, folderId: id ?? 'msgfolderroot' }),
  });
  const key = event.modseq === null ? {} : { '@ChangeKey': changeKey(event.modseq) };
  const own =
    event.of === 'folder'
      ? { ...folder(event.id), ...key }
      : { '@Id': encodeId({ kind: 'item', mailboxId, itemId: event.id }), ...key };
  const name = event.of === 'folder' ? 'FolderId' : 'ItemId';
  const content: XmlObject = {
    ...(marks ? { Watermark: encodeWatermark(event.at) } : {}),
    TimeStamp: time,
    [name]: own,
    ParentFolderId: folder(event.parentId),
  };
  if (event.kind === 'moved' || event.kind === 'copied') {
    // Items and folders keep their ids when they move.
    content[`Old${name}`] =
      event.oldId === null ? own : { '@Id': encodeId({ kind: 'item', mailboxId, itemId: event.oldId }) };
    content['OldParentFolderId'] = folder(event.oldParentId);
  }
  const unread =
    event.kind === 'modified' && event.of === 'folder' ? counts.get(event.id)?.unread : undefined;
  if (unread !== undefined) content['UnreadCount'] = unread;
  return content;
}

/** A notification (MS-OXWSNTIF 2.2.4.8); without events it says that nothing happened. */
export function notification(
  subscription: Subscription,
  { events, position, more }: Pick<News, 'events' | 'position' | 'more'>,
  previous: number | null,
): XmlObject {
  const mark = previous === null ? {} : { Watermark: encodeWatermark(position) };
  return {
    SubscriptionId: encodeSubscriptionId({
      mailboxId: subscription.ref.mailboxId,
      id: subscription.subscriptionId,
    }),
    ...(previous === null ? {} : { PreviousWatermark: encodeWatermark(previous), MoreEvents: more }),
    $: events.length > 0 ? events : [['StatusEvent', mark]],
  };
}
