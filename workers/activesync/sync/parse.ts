import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { SyncRequest } from '../../../core/sync/request.ts';
import type { Version } from '../http/versions.ts';
import { flagOf, numberOf } from '../mail/body-preference.ts';
import { STATUS } from '../status.ts';
import { type ParsedCommand, parseCommands } from './parse-commands.ts';
import { parseOptions } from './parse-options.ts';

const WINDOW = { usual: 100, max: 512 } as const;
/** MS-ASCMD 3.1.5.8 (Limiting Size of Command Requests). */
const MAX_COMMANDS = 200;
const MAX_COLLECTIONS = 300;
const MAX_ID = 64;
/** Bytes that all items of one reply may cost together. */
const BYTE_BUDGET = 4 * 1024 * 1024;
/** Minutes of Wait and seconds of HeartbeatInterval that are accepted (MS-ASCMD 2.2.3.198, 2.2.3.87.2). */
const WAIT = { min: 1, max: 59 } as const;
const HEARTBEAT = { min: 60, max: 3540 } as const;

export interface ParsedCollection extends Omit<SyncRequest, 'commands'> {
  commands: ParsedCommand[];
}

export type ParsedSync =
  | {
      kind: 'ok';
      collections: ParsedCollection[];
      partial: boolean;
      waitSeconds: number | null;
      /** Of all collections together (MS-ASCMD 2.2.3.199). */
      windowSize: number | null;
    }
  /** `limit`: the nearest value that would do (MS-ASCMD 2.2.3.97). */
  | { kind: 'status'; status: number; limit?: number };

/** A Sync document (MS-ASCMD 2.2.1.21) as requests to the sync engine, or the status that refuses it. */
export function parseSync(root: WbxmlElement, version: Version): ParsedSync {
  const protocol = { kind: 'status', status: STATUS.sync.protocol } as const;
  if (root.tag !== 'AirSync:Sync') return protocol;
  const wait = parseWait(root);
  if (wait.kind === 'status') return wait;
  const partial = flagOf(root, 'AirSync:Partial') ?? false;
  const list = children(child(root, 'AirSync:Collections'), 'AirSync:Collection');
  // A partial request may name no collection, but then something else is new in it (MS-ASCMD 2.2.3.131).
  const isBare = wait.seconds === null && child(root, 'AirSync:WindowSize') === undefined;
  if (list.length === 0 && (!partial || isBare)) return protocol;
  if (list.length > MAX_COLLECTIONS) {
    return { kind: 'status', status: STATUS.sync.tooManyCollections, limit: MAX_COLLECTIONS };
  }
  const overall = numberOf(root, 'AirSync:WindowSize');
  const collections: ParsedCollection[] = [];
  const seen = new Set<string>();
  let commands = 0;
  for (const element of list) {
    const parsed = parseCollection(element, list.length, version);
    if (typeof parsed === 'number') return { kind: 'status', status: parsed };
    // A collection named twice would be advanced twice by one request (ATTACKS A09).
    if (seen.has(parsed.collectionId)) return protocol;
    seen.add(parsed.collectionId);
    commands += parsed.commands.length;
    collections.push(parsed);
  }
  if (commands > MAX_COMMANDS) return protocol;
  const windowSize = overall === undefined ? null : windowOf(overall);
  return { kind: 'ok', collections, partial, waitSeconds: wait.seconds, windowSize };
}

function parseWait(
  root: WbxmlElement,
): { kind: 'ok'; seconds: number | null } | Extract<ParsedSync, { kind: 'status' }> {
  const wait = child(root, 'AirSync:Wait');
  const heartbeat = child(root, 'AirSync:HeartbeatInterval');
  if (wait !== undefined && heartbeat !== undefined) return { kind: 'status', status: STATUS.sync.protocol };
  const element = wait ?? heartbeat;
  if (element === undefined) return { kind: 'ok', seconds: null };
  if (!/^-?\d{1,10}$/.test(element.text.trim())) return { kind: 'status', status: STATUS.sync.protocol };
  const value = Number(element.text);
  const range = wait === undefined ? HEARTBEAT : WAIT;
  const nearest = Math.min(range.max, Math.max(range.min, value));
  if (nearest !== value) return { kind: 'status', status: STATUS.sync.waitRange, limit: nearest };
  return { kind: 'ok', seconds: wait === undefined ? value : value * 60 };
}

/** A number is the status that refuses the whole request. */
function parseCollection(
  element: WbxmlElement,
  collections: number,
  version: Version,
): ParsedCollection | number {
  const collectionId = textOf(element, 'AirSync:CollectionId');
  const syncKey = textOf(element, 'AirSync:SyncKey');
  if (collectionId === undefined || collectionId === '' || collectionId.length > MAX_ID)
    return STATUS.sync.protocol;
  if (syncKey === undefined || syncKey.length > MAX_ID) return STATUS.sync.protocol;
  const options = parseOptions(element, version);
  if (options?.kind === 'status') return options.status;
  const commands = parseCommands(child(element, 'AirSync:Commands'));
  const getChanges = flagOf(element, 'AirSync:GetChanges');
  // The key 0 starts anew: it brings no changes and takes none (MS-ASCMD 2.2.3.84).
  if (commands === null || (syncKey === '0' && (getChanges === true || commands.length > 0)))
    return STATUS.sync.protocol;
  return {
    collectionId,
    syncKey,
    getChanges: getChanges ?? syncKey !== '0',
    windowSize: windowOf(numberOf(element, 'AirSync:WindowSize') ?? WINDOW.usual),
    byteBudget: Math.floor(BYTE_BUDGET / collections),
    options: options?.options,
    classes: options?.classes ?? [],
    deletesAsMoves: flagOf(element, 'AirSync:DeletesAsMoves') ?? true,
    supported: child(element, 'AirSync:Supported')?.children.map((c) => c.tag) ?? null,
    commands,
  };
}

// 0 and anything above 512 mean 512 (MS-ASCMD 2.2.3.199).
function windowOf(value: number): number {
  return value === 0 ? WINDOW.max : Math.min(value, WINDOW.max);
}
