import { describe, expect, it } from 'vitest';
import { el, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { A, add, against, collection, synced } from '../../test/clients/eas/scripted-client.ts';
import { FolderModel, ProtocolViolation, StatusError, syncFolder } from './index.ts';

describe('a folder model', () => {
  it('follows a folder through windows, changes and deletes', async () => {
    const { client } = await against(
      synced('k1'),
      synced('k2', A('MoreAvailable'), A('Commands', add('a'), add('b'))),
      synced(
        'k3',
        A('Commands', add('c'), A('Change', A('ServerId', 'a'), A('ApplicationData', el('Email:Read', 1)))),
      ),
      synced('k4', A('Commands', A('Delete', A('ServerId', 'b')), A('SoftDelete', A('ServerId', 'c')))),
      {},
    );
    const model = new FolderModel('1');
    const first = await syncFolder(client, model, { windowSize: 2 });
    expect(first.added.map((a) => a.serverId)).toEqual(['a', 'b', 'c']);
    expect(model.items.get('a')).toMatchObject({ read: true, subject: 'Hi' });
    expect((await syncFolder(client, model)).removed).toEqual(['b', 'c']);
    expect((await syncFolder(client, model)).rounds).toBe(1);
    expect([...model.items.keys()]).toEqual(['a']);
    expect(model.syncKey).toBe('k4');
  });

  it.each<[string, WbxmlNode]>([
    ['an Add of what is there', add('a')],
    [
      'a Change of what is not there',
      A('Change', A('ServerId', 'x'), A('ApplicationData', el('Email:Read', 1))),
    ],
    ['a Delete of what is not there', A('Delete', A('ServerId', 'x'))],
  ])('refuses %s', async (_, command) => {
    const { client } = await against(
      synced('k1'),
      synced('k2', A('Commands', add('a'))),
      synced('k3', A('Commands', command)),
    );
    const model = new FolderModel('1');
    await syncFolder(client, model);
    await expect(syncFolder(client, model)).rejects.toThrow(ProtocolViolation);
  });

  it('keeps its key when the server has lost it', async () => {
    const { client } = await against(
      synced('k1'),
      collection(A('SyncKey', '0'), A('CollectionId', '1'), A('Status', 3)),
    );
    const model = new FolderModel('1');
    await expect(syncFolder(client, model)).rejects.toThrow(StatusError);
    expect(model.syncKey).toBe('k1');
  });

  it('begins anew when it is told to forget', async () => {
    const { client } = await against(
      synced('k1'),
      synced('k2', A('Commands', add('a'))),
      synced('n1'),
      synced('n2', A('Commands', add('a'))),
    );
    const model = new FolderModel('1');
    await syncFolder(client, model);
    model.forget();
    expect((await syncFolder(client, model)).added).toHaveLength(1);
    expect(model.syncKey).toBe('n2');
  });
});
