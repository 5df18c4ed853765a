import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { placeOf } from '../folders/resolve.ts';
import { itemTarget } from '../folders/target.ts';
import { eachItem, itemAnswer, type Outcomes } from '../moving/each.ts';
import { moveViews } from '../moving/move.ts';

/** ArchiveItem (MS-OXWSARCH 3.1.4.1): messages go into Archive, whatever folder of the mailbox they lie in. */
export const archiveItem: Operation = async (request, context) => {
  const source = await itemTarget(request, 'ArchiveSourceFolderId', context, {
    right: 'read',
    missing: 'ErrorFolderNotFound',
  });
  if (source.folder.itemClass !== 'Email') {
    throw new EwsError(
      'ErrorCannotArchiveCalendarContactTaskFolderException',
      'Calendars, contacts and tasks are not archived.',
    );
  }
  const archive = (await source.box.folders()).find((one) => one.role === 'archive');
  if (archive === undefined) {
    throw new EwsError('ErrorArchiveMailboxNotEnabled', 'The mailbox has no folder for what is archived.');
  }
  const to = { ...(await placeOf(source.box, archive.folderId, 'write')), folder: archive };
  return eachItem(context, 'ArchiveItemResponseMessage', request, async (views) => {
    const outcomes: Outcomes = new Map();
    for (const [view, moved] of await moveViews(context, views, to)) {
      outcomes.set(view, moved instanceof EwsError ? moved : itemAnswer(view, view.state.itemId, moved));
    }
    return outcomes;
  });
};
