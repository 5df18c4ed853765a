import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { type FolderPlace, isMissing, resolveFolder } from '../folders/resolve.ts';
import { eachMessage, errorMessage, ownFault } from '../response-messages.ts';

/**
 * The one message of a synchronization. One that reports an error holds a state too, and an empty one: programs read it
 * before they look for the error.
 */
export async function syncMessage(
  context: EwsContext,
  name: string,
  ends: 'IncludesLastItemInRange' | 'IncludesLastFolderInRange',
  act: () => Promise<XmlObject>,
): Promise<XmlObject> {
  return eachMessage(context, name, [null], async () => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof SchemaError) throw error;
      return { ...errorMessage(ownFault(context, name, error)), SyncState: '', [ends]: true };
    }
  });
}

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
