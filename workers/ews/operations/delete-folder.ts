import { throwFolderAway } from '../../../core/folders/change.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { changingFolders } from '../folders/faults.ts';
import { type FolderPlace, resolveFolder } from '../folders/resolve.ts';
import { disposalOf, folderIdElements } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';

/** DeleteFolder (MS-OXWSFOLD 3.1.4.4). */
export const deleteFolder: Operation = async (request, context) => {
  const toDeletedItems = disposalOf(request) === 'MoveToDeletedItems';
  return eachMessage(context, 'DeleteFolderResponseMessage', folderIdElements(request), async (id) => {
    const place = await resolveFolder(context, id, 'folder');
    if (place.folder?.role !== 'user') {
      throw new EwsError('ErrorDeleteDistinguishedFolder', 'Distinguished folders cannot be deleted.');
    }
    await remove(context, place, toDeletedItems);
    return {};
  });
};

async function remove(
  { services }: EwsContext,
  { box, folderId }: FolderPlace,
  toDeletedItems: boolean,
): Promise<void> {
  if (toDeletedItems) {
    const moved = await changingFolders(() => throwFolderAway(box.store, folderId));
    if (moved !== null) {
      box.changed();
      await box.tell([{ folderId, modseq: moved.modseq, hierarchy: true }]);
      return;
    }
  }
  const gone = await box.store.deleteFolder(folderId, services.now());
  box.changed();
  const { modseq } = await box.store.usage();
  await box.tell(gone.map((one) => ({ folderId: one, modseq, hierarchy: true as const })));
}
