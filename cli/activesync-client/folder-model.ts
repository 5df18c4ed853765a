import type { ActiveSyncClient } from './client.ts';
import { type CollectionReply, type CollectionRequest, type ServerChange, sync } from './commands/sync.ts';
import type { Email } from './email.ts';
import { must, StatusError } from './errors.ts';
import type { ItemOptions } from './item-options.ts';

export interface FolderDelta {
  added: { serverId: string; email: Email }[];
  changed: string[];
  /** Deletes and soft deletes. */
  removed: string[];
  /** Sync requests that it took. */
  rounds: number;
}

/** More rounds than this for one folder is a server that never comes to an end. */
const MAX_ROUNDS = 5000;

/** What a device knows of one folder, and the key up to which it knows it. */
export class FolderModel {
  readonly collectionId: string;
  syncKey = '0';
  readonly items = new Map<string, Email>();

  constructor(collectionId: string) {
    this.collectionId = collectionId;
  }

  /** Back to the key 0, as after Status 3 (MS-ASCMD 2.2.3.177.17). */
  forget(): void {
    this.syncKey = '0';
    this.items.clear();
  }

  /** Takes in one reply; a change that does not fit to what is known is a ProtocolViolation. */
  apply(reply: CollectionReply): void {
    must(reply.collectionId === this.collectionId, 'MS-ASCMD 2.2.3.30.5', 'a reply for another collection');
    for (const change of reply.changes) this.#applyChange(change);
    this.syncKey = reply.syncKey;
  }

  #applyChange(change: ServerChange): void {
    const { serverId } = change;
    const known = this.items.get(serverId);
    if (change.kind === 'add') {
      must(known === undefined, 'MS-ASCMD 2.2.3.7.2', `Add of ${serverId}, which is there already`);
      this.items.set(serverId, change.email);
      return;
    }
    must(known !== undefined, 'MS-ASCMD 2.2.3.24', `${change.kind} of ${serverId}, which is not there`);
    if (change.kind === 'change') this.items.set(serverId, { ...known, ...said(change) });
    else this.items.delete(serverId);
  }
}

/** The properties that a Change names; those that it leaves out stay as they are (MS-ASCMD 2.2.3.24). */
function said({ email, data }: Extract<ServerChange, { email: Email }>): Partial<Email> {
  const has = (tag: string) => data.children.some((c) => c.tag === tag);
  return {
    ...(has('Email:Read') ? { read: email.read } : {}),
    ...(has('Email:Flag') ? { flagStatus: email.flagStatus } : {}),
    ...(has('Email:Categories') ? { categories: email.categories } : {}),
    ...(has('Email:Subject') ? { subject: email.subject } : {}),
    ...(has('AirSyncBase:Body') ? { body: email.body } : {}),
  };
}

export interface SyncFolderSettings {
  windowSize?: number;
  options?: ItemOptions;
}

/**
 * Syncs a folder until the server has nothing more. Rejects with StatusError for a Status other than 1; the
 * model then still holds its last good key.
 */
export async function syncFolder(
  client: ActiveSyncClient,
  model: FolderModel,
  { windowSize = 100, options = {} }: SyncFolderSettings = {},
): Promise<FolderDelta> {
  const delta: FolderDelta = { added: [], changed: [], removed: [], rounds: 0 };
  if (model.syncKey === '0') {
    delta.rounds++;
    await step(client, model, { collectionId: model.collectionId, syncKey: '0' });
  }
  for (;;) {
    must(++delta.rounds <= MAX_ROUNDS, 'MS-ASCMD 2.2.3.117', 'the folder never comes to an end');
    const { collectionId, syncKey } = model;
    const reply = await step(client, model, { collectionId, syncKey, getChanges: true, windowSize, options });
    for (const change of reply?.changes ?? []) {
      if (change.kind === 'add') delta.added.push({ serverId: change.serverId, email: change.email });
      else if (change.kind === 'change') delta.changed.push(change.serverId);
      else delta.removed.push(change.serverId);
    }
    if (reply?.moreAvailable !== true) return delta;
  }
}

async function step(
  client: ActiveSyncClient,
  model: FolderModel,
  request: CollectionRequest,
): Promise<CollectionReply | undefined> {
  const [reply] = await sync(client, [request]);
  if (reply === undefined) return undefined;
  if (reply.status !== 1) throw new StatusError('Sync', reply.status);
  model.apply(reply);
  return reply;
}
