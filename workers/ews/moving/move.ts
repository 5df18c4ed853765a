import { canHold } from '../../../core/folders/copy-items.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import type { ItemPlace } from '../folders/resolve.ts';
import { whyHidden } from '../items/private.ts';
import type { ItemView } from '../items/view.ts';
import { byPlace } from './each.ts';

/** modseq of each item after it was moved, or why it stays where it is. */
export type Moved = Map<ItemView, number | EwsError>;

/**
 * Moves items into a folder of their mailbox, where they keep their ids.
 * @param quiet attendees of meetings hear nothing of what leaves a calendar
 */
export async function moveViews(
  _context: EwsContext,
  views: readonly ItemView[],
  to: ItemPlace,
  quiet = false,
): Promise<Moved> {
  const moved: Moved = new Map();
  for (const group of byPlace(views)) {
    const movable: ItemView[] = [];
    const denied = await group.box.demand(group.folderId, 'delete').then(
      () => null,
      (error: unknown) => {
        if (error instanceof EwsError) return error;
        throw error;
      },
    );
    for (const view of group.views) {
      const fault = denied ?? whyHidden(view) ?? whyNot(view, to);
      if (fault === null) movable.push(view);
      else moved.set(view, fault);
    }
    if (movable.length === 0) continue;
    const ids = movable.map((view) => view.state.itemId);
    // A meeting that is put elsewhere takes place all the same: only thrown away it is called off.
    const isSilent = quiet || to.folder.role !== 'deleted';
    const hasEvents = movable.some(({ state }) => state.kind === 'event');
    const from = isSilent && hasEvents ? undefined : group.folderId;
    const changes = new Map(
      (await to.box.store.move(ids, to.folderId, from)).map((change) => [change.itemId, change]),
    );
    let newest = 0;
    for (const view of movable) {
      const change = changes.get(view.state.itemId);
      if (change === undefined || change.outcome === 'notFound') {
        moved.set(
          view,
          new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.'),
        );
        continue;
      }
      moved.set(view, change.modseq);
      if (change.outcome === 'changed') newest = Math.max(newest, change.modseq);
    }
    if (newest === 0) continue;
    to.box.changed();
    await to.box.tell([group.folderId, to.folderId].map((folderId) => ({ folderId, modseq: newest })));
  }
  return moved;
}

/** What stands against moving or copying an item into a folder, or null. */
export function whyNot(view: ItemView, to: ItemPlace): EwsError | null {
  if (view.occurrence !== null) {
    return new EwsError(
      'ErrorCalendarCannotMoveOrCopyOccurrence',
      'An occurrence cannot be moved or copied without its series.',
    );
  }
  if (view.box !== to.box) {
    return new EwsError('ErrorCrossMailboxMoveCopy', 'Items cannot be moved or copied to another mailbox.');
  }
  const isCorrespondent = view.state.kind === 'message' && view.message === null;
  if (isCorrespondent || !canHold(view.state.kind, to.folder)) {
    return new EwsError('ErrorMoveCopyFailed', 'The folder does not hold items of this kind.');
  }
  return null;
}
