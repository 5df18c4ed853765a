import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { DEFAULT_OPTIONS, type SyncOptions } from '../../../core/sync/options.ts';
import type { Version } from '../http/versions.ts';
import {
  flagOf,
  mimeSupportOf,
  mimeTruncationOf,
  numberOf,
  readBodyPreferences,
} from '../mail/body-preference.ts';
import { STATUS } from '../status.ts';

export type ParsedOptions =
  | { kind: 'ok'; options: SyncOptions; classes: string[] }
  | { kind: 'status'; status: number };

/**
 * The Options elements of a Collection (MS-ASCMD 2.2.3.125.5). There may be one for each class; those of Email count
 * for a folder that takes SMS too. Elements that are said twice count once, as the first says.
 */
export function parseOptions(collection: WbxmlElement, version: Version): ParsedOptions | null {
  const elements = children(collection, 'AirSync:Options');
  const conversationMode = flagOf(collection, 'AirSync:ConversationMode') ?? false;
  const first = elements.find((o) => textOf(o, 'AirSync:Class') !== 'SMS') ?? elements[0];
  if (first === undefined) return null;
  const classes = elements.flatMap((o) => textOf(o, 'AirSync:Class') ?? []);
  // MS-ASCMD 2.2.3.27.5
  if (new Set(classes).size !== classes.length) return refused(STATUS.sync.protocol);
  const filterType =
    child(first, 'AirSync:FilterType') === undefined ? 0 : numberOf(first, 'AirSync:FilterType');
  const conflict = textOf(first, 'AirSync:Conflict');
  if (filterType === undefined || (conflict !== undefined && conflict !== '0' && conflict !== '1'))
    return refused(STATUS.sync.protocol);
  const read = readBodyPreferences(first, 'sync', version);
  if (read.kind === 'error') return refused(read.status);
  const options: SyncOptions = {
    ...DEFAULT_OPTIONS,
    filterType,
    bodies: read.bodies,
    bodyParts: read.bodyParts,
    mimeSupport: mimeSupportOf(first),
    mimeTruncation: mimeTruncationOf(first),
    conversationMode,
    maxItems: numberOf(first, 'AirSync:MaxItems') ?? null,
    conflict: conflict === '0' ? 'client' : 'server',
  };
  return { kind: 'ok', options, classes };
}

function refused(status: number): ParsedOptions {
  return { kind: 'status', status };
}
