import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Folder } from '../../../core/mail/types.ts';
import type { EasContext } from '../context.ts';
import { STATUS } from '../status.ts';
import { announceFolders } from './announce.ts';

const { itemOperations: S } = STATUS;

/** EmptyFolderContents (MS-ASCMD 2.2.3.60): removes what is in a folder for good, on request its subfolders too. */
export async function emptyFolderContents(context: EasContext, element: WbxmlElement): Promise<WbxmlNode> {
  const collectionId = textOf(element, 'AirSync:CollectionId') ?? '';
  const options = child(element, 'ItemOperations:Options');
  return el(
    'ItemOperations:EmptyFolderContents',
    el('ItemOperations:Status', await empty(context, collectionId, element, options)),
    el('AirSync:CollectionId', collectionId.slice(0, 64)),
  );
}

async function empty(
  context: EasContext,
  collectionId: string,
  element: WbxmlElement,
  options: WbxmlElement | undefined,
): Promise<number> {
  if (collectionId === '' || children(element, 'AirSync:CollectionId').length > 1) return S.protocol;
  if (options?.children.some((c) => c.tag !== 'ItemOperations:DeleteSubFolders')) return S.protocol;
  const { mailbox, services } = context;
  const folders = await mailbox.folders();
  const target = folders.find((f) => f.folderId === collectionId);
  if (target === undefined) return S.notFound;
  if (target.role === 'recipientCache') return S.denied;
  const now = services.now();
  const gone = child(options, 'ItemOperations:DeleteSubFolders') === undefined ? [] : below(folders, target);
  const touched = [target.folderId];
  for (const folder of gone) {
    // A folder that something else lives under has gone with it already.
    if (!touched.includes(folder.folderId))
      touched.push(...(await mailbox.deleteFolder(folder.folderId, now)));
  }
  await mailbox.emptyFolders([target.folderId], now);
  await announceFolders(context, touched, (await mailbox.usage()).modseq);
  return S.ok;
}

/** Folders right below that people made: those the mailbox came with stay wherever they are. */
function below(folders: Folder[], parent: Folder): Folder[] {
  return folders.filter((f) => f.parentId === parent.folderId && f.role === 'user');
}
