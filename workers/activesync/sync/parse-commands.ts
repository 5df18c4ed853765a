import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { STATUS } from '../status.ts';
import { parseFlag } from './flag.ts';

/** A draft that the device makes, changes or sends: to be turned into a message before it reaches the engine (16.x). */
export interface DraftRequest {
  kind: 'draft';
  /** Of an Add; null of a Change. */
  clientId: string | null;
  /** Of a Change; null of an Add. */
  itemId: string | null;
  data: WbxmlElement | undefined;
  send: boolean;
}

export type ParsedCommand = ClientCommand | DraftRequest;

const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;
const MAX_ID = 64;

/** What any message may be changed in; everything else is a draft's alone (MS-ASEMAIL 3.1.5.1). */
const CHANGEABLE = new Set(['Email:Read', 'Email:Flag', 'Email:Categories']);
const DRAFT_FIELDS = new Set([
  'Email:To',
  'Email:Cc',
  'Email2:Bcc',
  'Email:ReplyTo',
  'Email:Subject',
  'Email:Importance',
  'Email:From',
  'AirSyncBase:Body',
  'AirSyncBase:Attachments',
]);

/** Children of Commands (MS-ASCMD 2.2.3.32); null when one is no command or names nothing. */
export function parseCommands(element: WbxmlElement | undefined, version: Version): ParsedCommand[] | null {
  const parsed: ParsedCommand[] = [];
  for (const command of element?.children ?? []) {
    const one = parseCommand(command, version);
    if (one === null) return null;
    parsed.push(one);
  }
  return parsed;
}

function parseCommand(element: WbxmlElement, version: Version): ParsedCommand | null {
  if (element.tag === 'AirSync:Add') return parseAdd(element, version);
  const itemId = textOf(element, 'AirSync:ServerId');
  if (itemId === undefined || itemId.length > MAX_ID) return null;
  switch (element.tag) {
    case 'AirSync:Change':
      return parseChange(element, itemId, version);
    case 'AirSync:Delete':
      return { kind: 'delete', itemId };
    case 'AirSync:Fetch':
      return { kind: 'fetch', itemId };
    default:
      return null;
  }
}

function parseAdd(element: WbxmlElement, version: Version): ParsedCommand | null {
  const clientId = textOf(element, 'AirSync:ClientId');
  if (clientId === undefined || clientId === '' || clientId.length > MAX_ID) return null;
  const itemClass = textOf(element, 'AirSync:Class') ?? 'Email';
  const data = child(element, 'AirSync:ApplicationData');
  if (!atLeast(version, '16.0') || itemClass !== 'Email') {
    return { kind: 'refused', command: 'add', id: clientId, status: STATUS.sync.conversion };
  }
  return { kind: 'draft', clientId, itemId: null, data, send: child(element, 'Email2:Send') !== undefined };
}

function parseChange(element: WbxmlElement, itemId: string, version: Version): ParsedCommand {
  const data = child(element, 'AirSync:ApplicationData');
  const send = child(element, 'Email2:Send') !== undefined;
  const refused = { kind: 'refused', command: 'change', id: itemId, status: STATUS.sync.conversion } as const;
  const tags = (data?.children ?? []).map((c) => c.tag);
  if (send || tags.some((tag) => DRAFT_FIELDS.has(tag))) {
    return atLeast(version, '16.0') ? { kind: 'draft', clientId: null, itemId, data, send } : refused;
  }
  if (tags.some((tag) => !CHANGEABLE.has(tag))) return refused;
  const marks = parseMarks(data);
  return marks === 'invalid' ? refused : { kind: 'change', itemId, ...marks };
}

type Marks = Omit<Extract<ClientCommand, { kind: 'change' }>, 'kind' | 'itemId'>;

/** Read mark, flag and categories, as far as they are said. */
export function parseMarks(data: WbxmlElement | undefined): Marks | 'invalid' {
  const isRead = booleanOf(data, 'Email:Read');
  const flagElement = child(data, 'Email:Flag');
  const flag = flagElement === undefined ? undefined : parseFlag(flagElement);
  const categories = child(data, 'Email:Categories');
  if (isRead === 'invalid' || flag === 'invalid') return 'invalid';
  return {
    ...(isRead === undefined ? {} : { isRead }),
    ...(flag === undefined ? {} : { flag }),
    ...(categories === undefined ? {} : { categories: categoriesOf(categories) }),
  };
}

function categoriesOf(element: WbxmlElement): string[] {
  return children(element, 'Email:Category')
    .map((c) => c.text.slice(0, MAX_TEXT))
    .filter((c) => c !== '')
    .slice(0, MAX_CATEGORIES);
}

/** 0 or 1, and as some clients write it true or false; an empty element is true (MS-ASDTYPE 2.1). */
function booleanOf(data: WbxmlElement | undefined, tag: string): boolean | undefined | 'invalid' {
  const text = child(data, tag)?.text.trim().toLowerCase();
  if (text === undefined) return undefined;
  if (text === '0' || text === 'false') return false;
  return text === '' || text === '1' || text === 'true' ? true : 'invalid';
}
