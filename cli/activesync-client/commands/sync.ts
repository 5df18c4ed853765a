import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { checkNewEmail, type Email, readEmail } from '../email.ts';
import { must, StatusError } from '../errors.ts';
import { type ItemOptions, optionNodes } from '../item-options.ts';

type ClientCommand =
  | { kind: 'change'; serverId: string; read?: boolean; flag?: 'active' | 'complete' | 'clear' }
  | { kind: 'delete'; serverId: string }
  | { kind: 'fetch'; serverId: string };

export interface CollectionRequest {
  collectionId: string;
  syncKey: string;
  getChanges?: boolean;
  windowSize?: number;
  deletesAsMoves?: boolean;
  options?: ItemOptions;
  commands?: ClientCommand[];
}

export type ServerChange =
  | { kind: 'add' | 'change'; serverId: string; email: Email; data: WbxmlElement }
  | { kind: 'delete' | 'softDelete'; serverId: string };

interface CommandOutcome {
  kind: 'add' | 'change' | 'delete' | 'fetch';
  serverId: string;
  status: number;
  /** The item of a Fetch. */
  email: Email | null;
}

export interface CollectionReply {
  collectionId: string;
  status: number;
  syncKey: string;
  moreAvailable: boolean;
  changes: ServerChange[];
  responses: CommandOutcome[];
}

export interface SyncOptions {
  /** WindowSize over all collections. */
  windowSize?: number;
  /** Seconds to wait for a change (14.0 and later). */
  heartbeatInterval?: number;
  signal?: AbortSignal;
}

const RULE = 'MS-ASCMD 2.2.1.21';
const USUAL_WINDOW = 100;
const MAX_WINDOW = 512;

/**
 * Sync of one or more collections. Resolves with the collections that the answer names; none of them when
 * nothing has changed. A Status of a collection is part of its reply; one of the whole is a StatusError.
 */
export async function sync(
  client: ActiveSyncClient,
  collections: CollectionRequest[],
  { windowSize, heartbeatInterval, signal }: SyncOptions = {},
): Promise<CollectionReply[]> {
  const mustAnswer = collections.some((c) => c.syncKey === '0' || (c.commands ?? []).length > 0);
  const { document } = await client.request(
    'Sync',
    el(
      'AirSync:Sync',
      el(
        'AirSync:Collections',
        collections.map((c) => collectionNode(client, c)),
      ),
      heartbeatInterval === undefined ? null : el('AirSync:HeartbeatInterval', heartbeatInterval),
      windowSize === undefined ? null : el('AirSync:WindowSize', windowSize),
    ),
    { mayBeEmpty: true, signal, timeoutMs: ((heartbeatInterval ?? 0) + 60) * 1000 },
  );
  if (document === null) {
    must(!mustAnswer, 'MS-ASCMD 2.2.1.21.2', 'an empty answer to a first Sync or to commands');
    return [];
  }
  const status = textOf(document, 'AirSync:Status');
  if (status !== undefined && status !== '1') throw new StatusError('Sync', Number(status));
  const list = children(child(document, 'AirSync:Collections'), 'AirSync:Collection');
  // Clients are known to choke on an empty Collections element.
  must(list.length > 0, 'MS-ASCMD 2.2.1.21.2', 'an answer with a document but without a Collection');
  const replies = list.map((element) => readCollection(client, element, collections));
  must(new Set(replies.map((r) => r.collectionId)).size === replies.length, RULE, 'a Collection comes twice');
  const total = replies.reduce((sum, r) => sum + r.changes.length, 0);
  must(
    windowSize === undefined || total <= windowOf(windowSize),
    'MS-ASCMD 2.2.3.199',
    `${total} changes in all`,
  );
  for (const c of collections.filter((c) => c.syncKey === '0' || (c.commands ?? []).length > 0)) {
    must(
      replies.some((r) => r.collectionId === c.collectionId),
      RULE,
      `no answer for collection ${c.collectionId}`,
    );
  }
  return replies;
}

// 0 and anything above 512 mean 512 (MS-ASCMD 2.2.3.199).
function windowOf(size: number | undefined): number {
  if (size === undefined) return USUAL_WINDOW;
  return size === 0 || size > MAX_WINDOW ? MAX_WINDOW : size;
}

function collectionNode(client: ActiveSyncClient, request: CollectionRequest): WbxmlNode {
  const { options, commands = [] } = request;
  return el(
    'AirSync:Collection',
    el('AirSync:SyncKey', request.syncKey),
    el('AirSync:CollectionId', request.collectionId),
    request.deletesAsMoves === undefined ? null : el('AirSync:DeletesAsMoves', request.deletesAsMoves),
    request.getChanges === undefined ? null : el('AirSync:GetChanges', request.getChanges),
    request.windowSize === undefined ? null : el('AirSync:WindowSize', request.windowSize),
    options === undefined ? null : el('AirSync:Options', optionNodes(client, options)),
    commands.length === 0 ? null : el('AirSync:Commands', commands.map(commandNode)),
  );
}

function commandNode(command: ClientCommand): WbxmlNode {
  const serverId = el('AirSync:ServerId', command.serverId);
  if (command.kind === 'delete') return el('AirSync:Delete', serverId);
  if (command.kind === 'fetch') return el('AirSync:Fetch', serverId);
  const { read, flag } = command;
  return el(
    'AirSync:Change',
    serverId,
    el(
      'AirSync:ApplicationData',
      read === undefined ? null : el('Email:Read', read),
      flag === undefined ? null : flagNode(flag),
    ),
  );
}

function flagNode(flag: 'active' | 'complete' | 'clear'): WbxmlNode {
  if (flag === 'clear') return el('Email:Flag');
  const now = new Date().toISOString();
  return el(
    'Email:Flag',
    el('Email:Status', flag === 'active' ? 2 : 1),
    el('Email:FlagType', 'Follow up'),
    // MS-ASEMAIL 2.2.2.34: a completed flag carries both of its times.
    flag === 'complete' ? el('Tasks:DateCompleted', now) : null,
    flag === 'complete' ? el('Email:CompleteTime', now) : null,
  );
}

function readCollection(
  client: ActiveSyncClient,
  element: WbxmlElement,
  requests: CollectionRequest[],
): CollectionReply {
  const collectionId = textOf(element, 'AirSync:CollectionId') ?? '';
  const request = requests.find((r) => r.collectionId === collectionId);
  must(request !== undefined, RULE, `an answer for collection "${collectionId}", which was not asked for`);
  const status = Number(textOf(element, 'AirSync:Status') ?? Number.NaN);
  must(status >= 1, 'MS-ASCMD 2.2.3.177.17', `collection ${collectionId} without Status`);
  const syncKey = textOf(element, 'AirSync:SyncKey') ?? '';
  must(syncKey !== '' && syncKey.length <= 64, 'MS-ASCMD 2.2.3.181.4', `SyncKey "${syncKey}"`);
  const wishes = request.options?.bodies ?? [];
  const commands = child(element, 'AirSync:Commands');
  const responses = child(element, 'AirSync:Responses');
  must(commands === undefined || commands.children.length > 0, RULE, 'an empty Commands element');
  must(responses === undefined || responses.children.length > 0, RULE, 'an empty Responses element');
  const reply: CollectionReply = {
    collectionId,
    status,
    syncKey,
    moreAvailable: child(element, 'AirSync:MoreAvailable') !== undefined,
    changes: (commands?.children ?? []).map((c) => readChange(c, wishes)),
    responses: (responses?.children ?? []).map(readOutcome),
  };
  checkCollection(client, request, reply);
  return reply;
}

const CHANGE_KINDS: Record<string, ServerChange['kind']> = {
  'AirSync:Add': 'add',
  'AirSync:Change': 'change',
  'AirSync:Delete': 'delete',
  'AirSync:SoftDelete': 'softDelete',
};

function readChange(element: WbxmlElement, wishes: NonNullable<ItemOptions['bodies']>): ServerChange {
  const kind = CHANGE_KINDS[element.tag];
  must(kind !== undefined, RULE, `${element.tag} among the Commands of the server`);
  const serverId = textOf(element, 'AirSync:ServerId') ?? '';
  must(serverId !== '' && serverId.length <= 64, 'MS-ASCMD 2.2.3.166.8', `ServerId "${serverId}"`);
  must(textOf(element, 'AirSync:Status') === undefined, RULE, `${element.tag} of the server with a Status`);
  if (kind === 'delete' || kind === 'softDelete') return { kind, serverId };
  const data = child(element, 'AirSync:ApplicationData');
  must(
    data !== undefined && data.children.length > 0,
    'MS-ASCMD 2.2.3.11',
    `${element.tag} without properties`,
  );
  const email = readEmail(data, wishes);
  if (kind === 'add') checkNewEmail(email, serverId);
  return { kind, serverId, email, data };
}

const OUTCOME_KINDS: Record<string, CommandOutcome['kind']> = {
  'AirSync:Add': 'add',
  'AirSync:Change': 'change',
  'AirSync:Delete': 'delete',
  'AirSync:Fetch': 'fetch',
};

function readOutcome(element: WbxmlElement): CommandOutcome {
  const kind = OUTCOME_KINDS[element.tag];
  must(kind !== undefined, RULE, `${element.tag} among the Responses`);
  const status = Number(textOf(element, 'AirSync:Status') ?? Number.NaN);
  must(status >= 1, 'MS-ASCMD 2.2.3.177.17', `a response to ${kind} without Status`);
  const data = child(element, 'AirSync:ApplicationData');
  if (kind === 'fetch') {
    must(
      (data !== undefined) === (status === 1),
      'MS-ASCMD 2.2.3.63.2',
      `Fetch with Status ${status} and properties`,
    );
  }
  return {
    kind,
    serverId: textOf(element, 'AirSync:ServerId') ?? '',
    status,
    email: data === undefined ? null : readEmail(data, []),
  };
}

function checkCollection(client: ActiveSyncClient, request: CollectionRequest, reply: CollectionReply): void {
  const { changes, responses, moreAvailable, status, syncKey } = reply;
  const said = changes.length + responses.length > 0 || moreAvailable;
  if (status !== 1) {
    must(!said, 'MS-ASCMD 2.2.3.177.17', `Status ${status} together with changes`);
    return;
  }
  must(syncKey !== '0', 'MS-ASCMD 2.2.3.181.4', 'the new SyncKey is 0');
  if (request.syncKey === '0') {
    must(!said, 'MS-ASCMD 2.2.3.181.4', 'the answer to SyncKey 0 brings more than a new key');
    return;
  }
  const ids = changes.map((c) => c.serverId);
  must(new Set(ids).size === ids.length, RULE, 'two commands for one ServerId');
  const window = windowOf(request.windowSize);
  must(changes.length <= window, 'MS-ASCMD 2.2.3.199', `${changes.length} changes, WindowSize ${window}`);
  must(!moreAvailable || changes.length > 0, 'MS-ASCMD 2.2.3.117', 'MoreAvailable without a single change');
  must(
    request.getChanges !== false || changes.length === 0,
    'MS-ASCMD 2.2.3.84',
    'changes were not asked for',
  );
  const sent = (request.commands ?? []).filter((c) => c.kind !== 'fetch').length;
  must(
    (changes.length === 0 && sent === 0) || syncKey !== request.syncKey,
    'MS-ASCMD 2.2.3.181.4',
    'commands, but the same SyncKey as before',
  );
  checkResponses(client, request, responses);
}

function checkResponses(
  client: ActiveSyncClient,
  request: CollectionRequest,
  responses: CommandOutcome[],
): void {
  const asked = request.commands ?? [];
  for (const { kind, serverId, status } of responses) {
    must(
      asked.some((c) => c.kind === kind && c.serverId === serverId),
      'MS-ASCMD 2.2.3.154',
      `a response to ${kind} of ${serverId}, which was not sent`,
    );
    // Success of a Change or Delete is told by silence, until 16.0 brought responses with new properties.
    if (kind !== 'fetch' && Number(client.version) < 16) {
      must(status !== 1, 'MS-ASCMD 2.2.3.154', `a response to a ${kind} that succeeded`);
    }
  }
  for (const command of asked.filter((c) => c.kind === 'fetch')) {
    must(
      responses.some((r) => r.kind === 'fetch' && r.serverId === command.serverId),
      'MS-ASCMD 2.2.3.63.2',
      `no response to the Fetch of ${command.serverId}`,
    );
  }
}
