import { child } from '../../../codecs/soap/read.ts';
import type { XmlPair } from '../../../codecs/soap/write.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { readPager } from '../find/page.ts';
import { resolveFolder } from '../folders/resolve.ts';
import { readFolderRestriction } from '../folders/restriction.ts';
import { needsCounts, readFolderShape, renderFolder } from '../folders/shape.ts';
import { allBelow, byParent, folderTree } from '../folders/tree.ts';
import { folderViews } from '../folders/view.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_PARENTS = 100;

/** FindFolder (MS-OXWSSRCH 3.1.4.1). */
export const findFolder: Operation = async (request, context) => {
  const shape = readFolderShape(child(request, 'FolderShape'), context.requestedVersion);
  const traversal = request.attributes['Traversal'];
  if (traversal !== 'Shallow' && traversal !== 'Deep' && traversal !== 'SoftDeleted') {
    throw new SchemaError('Traversal is none of the schema.');
  }
  const restriction = child(request, 'Restriction');
  const matches = restriction === null ? null : readFolderRestriction(restriction);
  const pager = readPager(request, 'Folder');
  const parents = child(request, 'ParentFolderIds')?.children ?? [];
  if (parents.length === 0 || parents.length > MAX_PARENTS) {
    throw new SchemaError('ParentFolderIds must hold 1 to 100 ids.');
  }
  return eachMessage(context, 'FindFolderResponseMessage', parents, async (parent) => {
    const { box, folderId } = await resolveFolder(context, parent);
    const tree = await folderTree(box);
    const below = traversal === 'Deep' ? allBelow(tree, folderId) : (byParent(tree).get(folderId) ?? []);
    // Folders that were removed for good cannot be looked into here.
    const nodes = traversal === 'SoftDeleted' ? [] : below;
    const found =
      matches === null ? nodes : (await folderViews(nodes, true)).filter(matches).map((view) => view.node);
    const { begin, end, attributes } = pager(found.length);
    const page = found.slice(begin, end);
    const folders: XmlPair[] = [];
    for (const view of await folderViews(page, needsCounts(shape))) {
      folders.push(await renderFolder(view, shape, context));
    }
    return { RootFolder: { ...attributes, Folders: { $: folders } } };
  });
};
