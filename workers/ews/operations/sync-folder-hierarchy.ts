import { child, textOf } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import type { Operation } from '../context.ts';
import { placeOf } from '../folders/resolve.ts';
import { needsCounts, readFolderShape, renderFolder } from '../folders/shape.ts';
import { allBelow, folderTree } from '../folders/tree.ts';
import { folderViews } from '../folders/view.ts';
import { encodeId } from '../ids/id.ts';
import { syncFolder, syncMessage } from '../sync/folder.ts';
import { type KnownFolder, readHierarchyState, writeHierarchyState } from '../sync/hierarchy-state.ts';

/**
 * SyncFolderHierarchy (MS-OXWSSYNC 3.1.4.1): the folders below one, those that went, and those that changed their name or
 * place. Without a SyncFolderId it is what people see of their own mailbox.
 */
export const syncFolderHierarchy: Operation = async (request, context) =>
  syncMessage(context, 'SyncFolderHierarchyResponseMessage', 'IncludesLastFolderInRange', async () => {
    const shape = readFolderShape(child(request, 'FolderShape'), context.requestedVersion);
    const place =
      (await syncFolder(request, context)) ?? (await placeOf(context.own, 'msgfolderroot', 'read'));
    const { box, folderId } = place;
    const root = { mailboxId: box.ref.mailboxId, folderId };
    const before = (await readHierarchyState(textOf(request, 'SyncState'), root)) ?? [];
    const known = new Map(before.map((one) => [one[0], one]));
    const nodes = allBelow(await folderTree(box), folderId);
    const changed = nodes.filter((node) => {
      const old = known.get(node.folderId);
      return old === undefined || old[1] !== node.modseq || old[2] !== node.parentId;
    });
    const changes: XmlPair[] = [];
    for (const view of await folderViews(changed, needsCounts(shape))) {
      const [element, content] = await renderFolder(view, shape, context);
      changes.push([known.has(view.node.folderId) ? 'Update' : 'Create', { [element]: content }]);
    }
    const present = new Set(nodes.map((node) => node.folderId));
    for (const [gone] of before) {
      if (present.has(gone)) continue;
      const id = encodeId({ kind: 'folder', mailboxId: root.mailboxId, folderId: gone });
      changes.push(['Delete', { FolderId: { '@Id': id } }]);
    }
    const now = nodes.map((node): KnownFolder => [node.folderId, node.modseq, node.parentId ?? '']);
    return {
      SyncState: await writeHierarchyState(root, now),
      IncludesLastFolderInRange: true,
      Changes: { $: changes },
    };
  });
