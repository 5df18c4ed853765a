import { onTestFinished } from 'vitest';
import { ActiveSyncClient, type CollectionRequest } from '../../../cli/activesync-client/index.ts';
import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { type ScriptedReply, scriptedServer } from './scripted-server.ts';

type Content = Parameters<typeof el>[1];

/** A client and a server that gives these answers, one after another; the server ends with the test. */
export async function against(...replies: ScriptedReply[]) {
  const server = await scriptedServer(replies);
  onTestFinished(() => server.close());
  const client = new ActiveSyncClient({
    url: server.url,
    user: 'ann@example.test',
    password: 'pass',
    deviceId: 'D1',
  });
  return { server, client };
}

/** An element of FolderHierarchy. */
export const F = (name: string, ...content: Content[]) => el(`FolderHierarchy:${name}`, ...content);
/** An element of AirSync. */
export const A = (name: string, ...content: Content[]) => el(`AirSync:${name}`, ...content);

/** Add of an Inbox in FolderSync. */
export function inboxAdd(serverId = '1', parentId = '0') {
  return F('Add', F('ServerId', serverId), F('ParentId', parentId), F('DisplayName', 'Inbox'), F('Type', 2));
}

/** The answer to a first FolderSync. */
export function folders(...adds: WbxmlNode[]): WbxmlNode {
  return F('FolderSync', F('Status', 1), F('SyncKey', 'k1'), F('Changes', F('Count', adds.length), adds));
}

/** Properties of a message. */
export function email(subject = 'Hi') {
  return A(
    'ApplicationData',
    el('Email:From', '"Bob" <bob@example.test>'),
    el('Email:Subject', subject),
    el('Email:DateReceived', '2026-01-05T09:00:00.000Z'),
    el('Email:Read', 0),
    el('Email:MessageClass', 'IPM.Note'),
  );
}

/** A Sync answer with one collection. */
export function collection(...content: (WbxmlNode | null)[]): WbxmlNode {
  return A('Sync', A('Collections', A('Collection', ...content)));
}

/** A reply for collection 1 with a new key and this behind its head. */
export function synced(syncKey: string, ...rest: (WbxmlNode | null)[]): WbxmlNode {
  return collection(A('SyncKey', syncKey), A('CollectionId', '1'), A('Status', 1), ...rest);
}

/** Add of a message. */
export const add = (id: string) => A('Add', A('ServerId', id), email());
/** A later Sync of collection 1. */
export const REQUEST: CollectionRequest = {
  collectionId: '1',
  syncKey: 'k1',
  getChanges: true,
  windowSize: 2,
};
