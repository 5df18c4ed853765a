import type { Operation } from '../context.ts';
import { convertId } from './convert-id.ts';
import { createAttachment } from './create-attachment.ts';
import { createItem } from './create-item.ts';
import { deleteAttachment } from './delete-attachment.ts';
import { findFolder } from './find-folder.ts';
import { getFolder } from './get-folder.ts';
import { getItem } from './get-item.ts';
import { getServerTimeZones } from './get-server-time-zones.ts';
import { sendItem } from './send-item.ts';
import { syncFolderHierarchy } from './sync-folder-hierarchy.ts';
import { syncFolderItems } from './sync-folder-items.ts';
import { updateItem } from './update-item.ts';

/** Operations by the name that Exchange gives them; one file each. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['GetItem', getItem],
  ['GetServerTimeZones', getServerTimeZones],
  ['FindFolder', findFolder],
  ['GetFolder', getFolder],
  ['SyncFolderHierarchy', syncFolderHierarchy],
  ['SyncFolderItems', syncFolderItems],
  ['CreateAttachment', createAttachment],
  ['CreateItem', createItem],
  ['DeleteAttachment', deleteAttachment],
  ['SendItem', sendItem],
  ['UpdateItem', updateItem],
]);
