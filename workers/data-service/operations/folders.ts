import type { Handler } from '../context.ts';
import { openBox } from '../scope.ts';

export const listFolders: Handler<'listFolders'> = async (context, input) => {
  const { store } = await openBox(context, input);
  const [all, { modseq }] = await Promise.all([store.folders(), store.usage()]);
  const counts = await store.folderCounts(all.map(({ folderId }) => folderId));
  return {
    modseq,
    folders: all.map((folder) => {
      const { total = 0, unread = 0, size = 0 } = counts.get(folder.folderId) ?? {};
      return {
        ...{ id: folder.folderId, parent: folder.parentId, name: folder.displayName, role: folder.role },
        ...{ class: folder.itemClass, modseq: folder.modseq, contentModseq: folder.contentModseq },
        ...{ total, unread, size },
      };
    }),
  };
};
