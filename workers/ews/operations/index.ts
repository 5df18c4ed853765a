import type { Operation } from '../context.ts';
import { convertId } from './convert-id.ts';
import { getServerTimeZones } from './get-server-time-zones.ts';
import { getFolder } from './get-folder.ts';
import { getItem } from './get-item.ts';

/** Operations by the name that Exchange gives them; one file each. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
  ['GetServerTimeZones', getServerTimeZones],
  ['GetFolder', getFolder],
  ['GetItem', getItem],
]);
