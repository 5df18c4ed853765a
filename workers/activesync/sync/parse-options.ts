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

const SMS = 'SMS';

export type ParsedOptions =
  | { kind: 'ok'; options: SyncOptions; classes: string[] }
  | { kind: 'status'; status: number };

/**
 * The Options elements of a Collection (MS-ASCMD 2.2.3.125.5): one for each class, which in a folder of mail may be that
 * of text messages too (MS-ASMS 3.1.5.1). Elements that are said twice count once, as the first says.
 */
export function parseOptions(collection: WbxmlElement, version: Version): ParsedOptions | null {
  const elements = children(collection, 'AirSync:Options');
  if (elements.length === 0) return null;
  const classes = elements.flatMap((o) => textOf(o, 'AirSync:Class') ?? []);
  // MS-ASCMD 2.2.3.27.5
  if (new Set(classes).size !== classes.length) return refused(STATUS.sync.protocol);
  const main = elements.find((o) => textOf(o, 'AirSync:Class') !== SMS);
  const texts = elements.find((o) => textOf(o, 'AirSync:Class') === SMS);
  const sms = texts === undefined ? null : readOptions(texts, version);
  if (sms?.kind === 'status') return sms;
  // Without options of its own the class of the folder is not meant.
  const own: Read =
    main === undefined
      ? { kind: 'read', options: { ...DEFAULT_OPTIONS, mail: false } }
      : readOptions(main, version);
  if (own.kind === 'status') return own;
  const { filterType, bodies } = sms?.options ?? DEFAULT_OPTIONS;
  const options: SyncOptions = {
    ...own.options,
    conversationMode: flagOf(collection, 'AirSync:ConversationMode') ?? false,
    sms: sms === null ? null : { filterType, bodies },
  };
  return { kind: 'ok', options, classes };
}

type Read = { kind: 'read'; options: SyncOptions } | Extract<ParsedOptions, { kind: 'status' }>;

function readOptions(element: WbxmlElement, version: Version): Read {
  const filterType =
    child(element, 'AirSync:FilterType') === undefined ? 0 : numberOf(element, 'AirSync:FilterType');
  const conflict = textOf(element, 'AirSync:Conflict');
  if (filterType === undefined || (conflict !== undefined && conflict !== '0' && conflict !== '1'))
    return refused(STATUS.sync.protocol);
  const read = readBodyPreferences(element, 'sync', version);
  if (read.kind === 'error') return refused(read.status);
  const options: SyncOptions = {
    ...DEFAULT_OPTIONS,
    filterType,
    bodies: read.bodies,
    bodyParts: read.bodyParts,
    mimeSupport: mimeSupportOf(element),
    mimeTruncation: mimeTruncationOf(element),
    maxItems: numberOf(element, 'AirSync:MaxItems') ?? null,
    conflict: conflict === '0' ? 'client' : 'server',
  };
  return { kind: 'read', options };
}

function refused(status: number): Extract<ParsedOptions, { kind: 'status' }> {
  return { kind: 'status', status };
}
