import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const DOMAIN = 'sync-ews.example';

function mail(n: number, to: string): string {
  return `From: Bob <bob@far.example>\r\nTo: ${to}\r\nSubject: Number ${n}\r\nMessage-ID: <n${n}@far.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nText ${n}.\r\n`;
}

describe('synchronization of EWS', () => {
  let server: InProcess;
  let client: EwsClient;
  let address: string;
  let count = 0;

  beforeAll(async () => {
    server = await startInProcess();
    address = (await server.addUser(`ann@${DOMAIN}`, 'secret-ann-1')).address;
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  async function deliver(n: number): Promise<void> {
    for (let i = 0; i < n; i++) await server.email('bob@far.example', address, mail(count++, address));
    await server.drain();
  }

  async function syncItems(
    state: string,
    { folder = 'inbox', most = 512, more = '', shape = 'IdOnly' } = {},
  ) {
    const { messages, codes } = await client.call(
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>${shape}</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SyncFolderId>${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}${more}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`,
    );
    const [message] = messages;
    if (message === undefined) throw new Error('no message');
    return {
      code: codes[0],
      state: textOf(message, 'SyncState') ?? '',
      last: textOf(message, 'IncludesLastItemInRange'),
      changes: child(message, 'Changes')?.children ?? [],
    };
  }
  const idOf = (change: XmlElement) =>
    (at(change, 'ItemId') ?? child(change.children[0] ?? null, 'ItemId'))?.attributes['Id'] ?? '';

  it('tells a folder in pages, newest first, and nothing twice', async () => {
    await deliver(5);
    const first = await syncItems('', { most: 3 });
    expect([first.changes.map((one) => one.name), first.last]).toEqual([
      ['Create', 'Create', 'Create'],
      'false',
    ]);
    const second = await syncItems(first.state, { most: 3 });
    expect([second.changes.map((one) => one.name), second.last]).toEqual([['Create', 'Create'], 'true']);
    expect(new Set([...first.changes, ...second.changes].map(idOf)).size).toBe(5);
    const third = await syncItems(second.state);
    expect([third.changes, third.last]).toEqual([[], 'true']);
    // The state of an answer that told nothing goes on as well.
    await deliver(1);
    expect((await syncItems(third.state)).changes.map((one) => one.name)).toEqual(['Create']);
  });

  it('tells an item with what its row says in the shape asked for', async () => {
    const { changes } = await syncItems('', { shape: 'AllProperties', most: 1 });
    const message = at(changes[0] ?? null, 'Message');
    expect(textOf(message, 'Subject')).toBe(`Number ${count - 1}`);
  });

  it('leaves out what the client ignores', async () => {
    const all = (await syncItems('')).changes.map(idOf);
    const more = `<m:Ignore><t:ItemId Id="${all[0]}"/></m:Ignore>`;
    expect((await syncItems('', { more })).changes.map(idOf)).toEqual(all.slice(1));
    const unknown = await syncItems('', { more: '<m:Ignore><t:ItemId Id="AAA="/></m:Ignore>' });
    expect(unknown.changes.map(idOf)).toEqual(all);
  });

  it('refuses the state of another folder, of another operation, and what is no state', async () => {
    const { state } = await syncItems('');
    expect((await syncItems(state, { folder: 'drafts' })).code).toBe('ErrorInvalidSyncStateData');
    for (const bad of ['nonsense', 'AAAA', btoa('{}'), `${state.slice(0, 20)}${state.slice(24)}`]) {
      // Programs read the state before they look for the error.
      expect(await syncItems(bad)).toEqual({
        code: 'ErrorInvalidSyncStateData',
        state: '',
        last: 'true',
        changes: [],
      });
    }
    const hierarchy = await syncHierarchy('');
    expect((await syncItems(hierarchy.state)).code).toBe('ErrorInvalidSyncStateData');
    expect((await syncHierarchy(state)).code).toBe('ErrorInvalidSyncStateData');
  });

  it('finds an empty folder in the roots', async () => {
    const root = await syncItems('', { folder: 'msgfolderroot' });
    expect([root.code, root.changes, root.last]).toEqual(['NoError', [], 'true']);
    expect((await syncItems('', { folder: 'conversationhistory' })).code).toBe('ErrorSyncFolderNotFound');
  });

  async function syncHierarchy(state: string, folder: string | null = 'msgfolderroot') {
    const target =
      folder === null ? '' : `<m:SyncFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SyncFolderId>`;
    const { messages, codes } = await client.call(
      `<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>${target}${state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`}</m:SyncFolderHierarchy>`,
    );
    const [message] = messages;
    return {
      code: codes[0],
      state: textOf(message ?? null, 'SyncState') ?? '',
      changes: child(message ?? null, 'Changes')?.children ?? [],
    };
  }

  it('tells the folders of the user, with and without a folder to begin at', async () => {
    const names = (changes: XmlElement[]) =>
      changes.map((one) => textOf(one.children[0] ?? null, 'DistinguishedFolderId'));
    const below = await syncHierarchy('');
    expect(names(below.changes)).toContain('inbox');
    expect(names(below.changes)).not.toContain('recipientcache');
    expect(names((await syncHierarchy('', null)).changes)).toEqual(names(below.changes));
    expect(names((await syncHierarchy('', 'root')).changes)).toEqual([
      'msgfolderroot',
      ...names(below.changes),
      'recipientcache',
      'recoverableitemsroot',
      'recoverableitemsdeletions',
    ]);
    expect((await syncHierarchy(below.state)).changes).toEqual([]);
  });

  async function act(request: string) {
    return client.ok(request);
  }
  const update = (id: string, uri: string, content: string) =>
    act(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Message>${content}</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const move = (id: string, to: string) =>
    act(
      `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="${to}"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:MoveItem>`,
    );

  it('tells what changed: read flags by themselves, and what came and went', async () => {
    await deliver(3);
    const whole = await syncItems('');
    const [a = '', b = '', c = ''] = whole.changes.map(idOf);
    await update(a, 'message:IsRead', '<t:IsRead>true</t:IsRead>');
    await update(b, 'item:Categories', '<t:Categories><t:String>Red</t:String></t:Categories>');
    await update(b, 'message:IsRead', '<t:IsRead>true</t:IsRead>');
    await move(c, 'junkemail');
    const next = await syncItems(whole.state);
    expect(new Map(next.changes.map((one) => [idOf(one), one.name]))).toEqual(
      new Map([
        [a, 'ReadFlagChange'],
        [b, 'Update'],
        [c, 'Delete'],
      ]),
    );
    const read = next.changes.find((one) => one.name === 'ReadFlagChange') ?? null;
    expect(textOf(read, 'IsRead')).toBe('true');
    await move(c, 'inbox');
    const back = await syncItems(next.state);
    expect(back.changes.map((one) => [idOf(one), one.name])).toEqual([[c, 'Create']]);
    await act(
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${c}"/></m:ItemIds></m:DeleteItem>`,
    );
    const gone = await syncItems(back.state);
    expect(gone.changes.map((one) => [idOf(one), one.name])).toEqual([[c, 'Delete']]);
    // An older state is still good: it tells what happened since, once.
    expect((await syncItems(whole.state)).changes.map(idOf).sort()).toEqual([a, b, c].sort());
  });

  it('tells folders that were made, renamed, moved and deleted', async () => {
    const { state } = await syncHierarchy('');
    const made = await act(
      '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Sync</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>',
    );
    const id = at(made.messages[0] ?? null, 'Folders')?.children[0]?.children[0]?.attributes['Id'] ?? '';
    const facts = (changes: XmlElement[]) =>
      changes.map((one) => [
        one.name,
        (child(one, 'FolderId') ?? child(one.children[0] ?? null, 'FolderId'))?.attributes['Id'],
        textOf(one.children[0] ?? null, 'DisplayName'),
      ]);
    const second = await syncHierarchy(state);
    expect(facts(second.changes)).toEqual([['Create', id, 'Sync']]);
    await act(
      `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${id}"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>Synced</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
    );
    const third = await syncHierarchy(second.state);
    expect(facts(third.changes)).toEqual([['Update', id, 'Synced']]);
    await act(
      `<m:MoveFolder><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:MoveFolder>`,
    );
    const fourth = await syncHierarchy(third.state);
    expect(facts(fourth.changes)).toEqual([['Update', id, 'Synced']]);
    // Below the Inbox alone it has gone.
    const below = await syncHierarchy('', 'inbox');
    expect(below.changes).toEqual([]);
    await act(
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`,
    );
    expect(facts((await syncHierarchy(fourth.state)).changes)).toEqual([['Delete', id, null]]);
  });
});
