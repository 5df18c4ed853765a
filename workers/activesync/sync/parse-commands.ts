import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import { STATUS } from '../status.ts';
import { parseFlag } from './flag.ts';

/** An Add: what it makes depends on its folder and its Class. */
export interface NewRequest {
  kind: 'new';
  clientId: string;
  /** As the request has it (SMS in a folder of mail); null when it does not say. */
  itemClass: string | null;
  data: WbxmlElement | undefined;
  send: boolean;
}

/** A Change of more than the marks of a message. */
export interface EditRequest {
  kind: 'edit';
  itemId: string;
  /** One occurrence of an event (MS-ASAIRS 2.2.2.25, 16.x). */
  instanceId: string | null;
  /** It is the Delete of that occurrence, and `data` the command itself; else its ApplicationData. */
  isDelete: boolean;
  data: WbxmlElement | undefined;
  send: boolean;
}

/** What has to be staged before it reaches the engine, beside what is a command already. */
export type ParsedCommand = ClientCommand | NewRequest | EditRequest;

const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;
const MAX_ID = 64;

/** A time in its compact form is shorter. */
const MAX_INSTANCE = 32;

/** What any message may be changed in; everything else is a draft's alone (MS-ASEMAIL 3.1.5.1). */
const MARKS = new Set(['Email:Read', 'Email:Flag', 'Email:Categories']);

/** Children of Commands (MS-ASCMD 2.2.3.32); null when one is no command or names nothing. */
export function parseCommands(element: WbxmlElement | undefined): ParsedCommand[] | null {
  const parsed: ParsedCommand[] = [];
  for (const command of element?.children ?? []) {
    const one = parseCommand(command);
    if (one === null) return null;
    parsed.push(one);
  }
  return parsed;
}

function parseCommand(element: WbxmlElement): ParsedCommand | null {
  if (element.tag === 'AirSync:Add') return parseAdd(element);
  const itemId = textOf(element, 'AirSync:ServerId');
  const instanceId = textOf(element, 'AirSyncBase:InstanceId')?.trim() ?? null;
  if (itemId === undefined || itemId.length > MAX_ID) return null;
  if (instanceId !== null && instanceId.length > MAX_INSTANCE) return null;
  switch (element.tag) {
    case 'AirSync:Change':
      return parseChange(element, itemId, instanceId);
    case 'AirSync:Delete':
      return instanceId === null
        ? { kind: 'delete', itemId }
        : { kind: 'edit', itemId, instanceId, isDelete: true, data: element, send: false };
    case 'AirSync:Fetch':
      return { kind: 'fetch', itemId };
    default:
      return null;
  }
}

function parseAdd(element: WbxmlElement): ParsedCommand | null {
  const clientId = textOf(element, 'AirSync:ClientId');
  if (clientId === undefined || clientId === '' || clientId.length > MAX_ID) return null;
  return {
    kind: 'new',
    clientId,
    itemClass: textOf(element, 'AirSync:Class') ?? null,
    data: child(element, 'AirSync:ApplicationData'),
    send: child(element, 'Email2:Send') !== undefined,
  };
}

function parseChange(element: WbxmlElement, itemId: string, instanceId: string | null): ParsedCommand {
  const data = child(element, 'AirSync:ApplicationData');
  const send = child(element, 'Email2:Send') !== undefined;
  const fields = data?.children ?? [];
  const isMark = fields.length > 0 && fields.every((field) => MARKS.has(field.tag));
  if (!isMark || send || instanceId !== null) {
    return { kind: 'edit', itemId, instanceId, isDelete: false, data, send };
  }
  return markOf(itemId, data);
}

/** Read mark, flag and categories of a message as a command. */
export function markOf(itemId: string, data: WbxmlElement | undefined): ClientCommand {
  const marks = parseMarks(data, true);
  return marks === 'invalid'
    ? { kind: 'refused', command: 'change', id: itemId, status: STATUS.sync.conversion }
    : { kind: 'change', itemId, ...marks };
}

type Marks = Omit<Extract<ClientCommand, { kind: 'change' }>, 'kind' | 'itemId'>;

/** Read mark, flag and categories, as far as they are said. `typeless`: as in parseFlag. */
export function parseMarks(data: WbxmlElement | undefined, typeless = false): Marks | 'invalid' {
  const isRead = booleanOf(data, 'Email:Read');
  const flagElement = child(data, 'Email:Flag');
  const flag = flagElement === undefined ? undefined : parseFlag(flagElement, typeless);
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
