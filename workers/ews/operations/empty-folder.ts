import { emptyFolder as takeOut } from '../../../core/folders/empty.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changingFolders } from '../folders/faults.ts';
import { resolveFolder } from '../folders/resolve.ts';
import { disposalOf, flagOf, folderIdElements } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';

/** EmptyFolder (MS-OXWSFOLD 3.1.4.5). */
export const emptyFolder: Operation = async (request, context) => {
  const toDeletedItems = disposalOf(request) === 'MoveToDeletedItems';
  const withFolders = flagOf(request.attributes['DeleteSubFolders'], 'DeleteSubFolders');
  return eachMessage(context, 'EmptyFolderResponseMessage', folderIdElements(request), async (id) => {
    const { box, folder } = await resolveFolder(context, id, 'delete');
    // A meeting is taken back by itself, so that its attendees are told or not told of it.
    if (folder === null || folder.itemClass === 'Calendar') {
      throw new EwsError('ErrorCannotEmptyFolder', 'Roots and calendars cannot be emptied.');
    }
    if (withFolders) await box.demand(folder.folderId, 'folder');
    const { content, tree } = await changingFolders(() =>
      takeOut(box.store, folder, { toDeletedItems, withFolders, now: context.services.now() }),
    );
    box.changed();
    const { modseq } = await box.store.usage();
    await box.tell([
      ...content.map((folderId) => ({ folderId, modseq })),
      ...tree.map((folderId) => ({ folderId, modseq, hierarchy: true as const })),
    ]);
    return {};
  });
};
