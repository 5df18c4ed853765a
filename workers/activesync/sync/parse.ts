import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { MessageFlag } from '../../../core/mail/types.ts';
import type { SyncOptions } from '../../../core/sync/options.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import type { SyncRequest } from '../../../core/sync/sync-collection.ts';
import { bodyPreferences, flagOf, mimeSupportOf, numberOf } from '../mail/body-preference.ts';
import { STATUS } from '../status.ts';

const WINDOW = { usual: 100, max: 512 } as const;
/** MS-ASCMD 3.1.5.8 (Limiting Size of Command Requests). */
const MAX_COMMANDS = 200;
const MAX_COLLECTIONS = 300;
/** Bytes that all items of one reply may cost together. */
const BYTE_BUDGET = 4 * 1024 * 1024;

export type ParsedSync = { kind: 'ok'; collections: SyncRequest[] } | { kind: 'status'; status: number };

/** A Sync document (MS-ASCMD 2.2.1.21) as requests to the sync engine, or the status that refuses it. */
export function parseSync(root: WbxmlElement): ParsedSync {
  const list = children(child(root, 'AirSync:Collections'), 'AirSync:Collection');
  if (root.tag !== 'AirSync:Sync' || list.length === 0 || list.length > MAX_COLLECTIONS) {
    return { kind: 'status', status: STATUS.sync.protocol };
  }
  const overall = numberOf(root, 'AirSync:WindowSize');
  const collections: SyncRequest[] = [];
  const seen = new Set<string>();
  let commands = 0;
  for (const element of list) {
    const request = parseCollection(element, overall, list.length);
    // A collection named twice would be advanced twice by one request (ATTACKS A09).
    if (request === null || seen.has(request.collectionId))
      return { kind: 'status', status: STATUS.sync.protocol };
    seen.add(request.collectionId);
    commands += request.commands.length;
    collections.push(request);
  }
  return commands > MAX_COMMANDS
    ? { kind: 'status', status: STATUS.sync.protocol }
    : { kind: 'ok', collections };
}

function parseCollection(
  element: WbxmlElement,
  overallWindow: number | undefined,
  collections: number,
): SyncRequest | null {
  const collectionId = textOf(element, 'AirSync:CollectionId');
  const syncKey = textOf(element, 'AirSync:SyncKey');
  if (collectionId === undefined || collectionId === '' || syncKey === undefined || syncKey.length > 64)
    return null;
  if (collectionId.length > 64) return null;
  const window = windowOf(numberOf(element, 'AirSync:WindowSize'));
  const commands = child(element, 'AirSync:Commands');
  return {
    collectionId,
    syncKey,
    // Absent means yes, but for the key 0, which brings no changes (MS-ASCMD 2.2.3.84).
    getChanges: flagOf(element, 'AirSync:GetChanges') ?? syncKey !== '0',
    windowSize: overallWindow === undefined ? window : Math.min(window, windowOf(overallWindow)),
    byteBudget: Math.floor(BYTE_BUDGET / collections),
    options: parseOptions(child(element, 'AirSync:Options')),
    deletesAsMoves: flagOf(element, 'AirSync:DeletesAsMoves') ?? true,
    commands: (commands?.children ?? []).map(parseCommand).filter((c) => c !== null),
  };
}

// 0 and anything above 512 mean 512 (MS-ASCMD 2.2.3.199).
function windowOf(value: number | undefined): number {
  if (value === undefined) return WINDOW.usual;
  return value === 0 ? WINDOW.max : Math.min(value, WINDOW.max);
}

function parseOptions(options: WbxmlElement | undefined): SyncOptions | undefined {
  if (options === undefined) return undefined;
  return {
    filterType: numberOf(options, 'AirSync:FilterType') ?? 0,
    bodies: bodyPreferences(options),
    mimeSupport: mimeSupportOf(options),
  };
}

function parseCommand(element: WbxmlElement): ClientCommand | null {
  const itemId = textOf(element, 'AirSync:ServerId') ?? '';
  const data = child(element, 'AirSync:ApplicationData');
  switch (element.tag) {
    case 'AirSync:Change':
      return { kind: 'change', itemId, ...changeOf(data) };
    case 'AirSync:Delete':
      return { kind: 'delete', itemId };
    case 'AirSync:Fetch':
      return { kind: 'fetch', itemId };
    case 'AirSync:Add': {
      const id = textOf(element, 'AirSync:ClientId') ?? '';
      return { kind: 'refused', command: 'add', id, status: STATUS.sync.conversion };
    }
    default:
      return null;
  }
}

function changeOf(
  data: WbxmlElement | undefined,
): Pick<Extract<ClientCommand, { kind: 'change' }>, 'isRead' | 'flag' | 'categories'> {
  const isRead = flagOf(data, 'Email:Read');
  const flag = child(data, 'Email:Flag');
  const categories = child(data, 'Email:Categories');
  return {
    ...(isRead === undefined ? {} : { isRead }),
    ...(flag === undefined ? {} : { flag: parseFlag(flag) }),
    ...(categories === undefined
      ? {}
      : {
          categories: children(categories, 'Email:Category')
            .map((c) => c.text.slice(0, 255))
            .slice(0, 300),
        }),
  };
}

/** Email:Flag (MS-ASEMAIL 2.2.2.34); an empty one clears the flag. */
function parseFlag(element: WbxmlElement): MessageFlag | null {
  const status = numberOf(element, 'Email:Status');
  if (element.children.length === 0 || (status !== 1 && status !== 2)) return null;
  const flag: MessageFlag = { status };
  const type = textOf(element, 'Email:FlagType');
  const subject = textOf(element, 'Tasks:Subject');
  const subOrdinal = textOf(element, 'Tasks:SubOrdinalDate');
  const reminder = flagOf(element, 'Tasks:ReminderSet');
  if (type !== undefined) flag.type = type.slice(0, 255);
  if (subject !== undefined) flag.subject = subject.slice(0, 255);
  if (subOrdinal !== undefined) flag.subOrdinalDate = subOrdinal.slice(0, 255);
  if (reminder !== undefined) flag.reminderSet = reminder;
  const times = [
    ['startDate', 'Tasks:StartDate'],
    ['utcStartDate', 'Tasks:UtcStartDate'],
    ['dueDate', 'Tasks:DueDate'],
    ['utcDueDate', 'Tasks:UtcDueDate'],
    ['dateCompleted', 'Tasks:DateCompleted'],
    ['completeTime', 'Email:CompleteTime'],
    ['reminderTime', 'Tasks:ReminderTime'],
    ['ordinalDate', 'Tasks:OrdinalDate'],
  ] as const;
  for (const [key, tag] of times) {
    const at = Date.parse(textOf(element, tag) ?? '');
    if (!Number.isNaN(at)) flag[key] = at;
  }
  return flag;
}
