import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { type FolderPlace, isMissing, resolveFolder } from '../folders/resolve.ts';

/** The folder of SyncFolderId; one that went is reported in the words of synchronization. */
export async function syncFolder(request: XmlElement, context: EwsContext): Promise<FolderPlace | null> {
  const target = child(request, 'SyncFolderId');
  if (target === null) return null;
  const [id] = target.children;
  if (id === undefined) throw new SchemaError('SyncFolderId is empty.');
  return resolveFolder(context, id).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new EwsError('ErrorSyncFolderNotFound', 'The folder to synchronize could not be found.');
  });
}
