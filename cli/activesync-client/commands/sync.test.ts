import { describe, expect, it } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import {
  A,
  add,
  against,
  collection,
  email,
  REQUEST,
  synced,
} from '../../../test/clients/eas/scripted-client.ts';
import { ProtocolViolation, sync } from '../index.ts';

describe('Sync', () => {
  it('reads messages with bodies and attachments', async () => {
    const data = A(
      'ApplicationData',
      el('Email:Subject', 'Grüße 🎉'),
      el('Email:DateReceived', '2026-01-05T09:00:00.000Z'),
      el('Email:MessageClass', 'IPM.Note'),
      el('Email:Read', 1),
      el(
        'AirSyncBase:Attachments',
        el(
          'AirSyncBase:Attachment',
          el('AirSyncBase:DisplayName', 'a.pdf'),
          el('AirSyncBase:FileReference', 'f1'),
          el('AirSyncBase:Method', 1),
          el('AirSyncBase:EstimatedDataSize', 10),
        ),
      ),
      el(
        'AirSyncBase:Body',
        el('AirSyncBase:Type', 1),
        el('AirSyncBase:EstimatedDataSize', 100),
        el('AirSyncBase:Truncated', 1),
        el('AirSyncBase:Data', 'Hällo'),
        el('AirSyncBase:Preview', 'Hä'),
      ),
      el('Email2:ConversationId', Uint8Array.of(1, 255)),
    );
    const { client } = await against(synced('k2', A('Commands', A('Add', A('ServerId', '1:1'), data))));
    const [reply] = await sync(client, [
      { ...REQUEST, options: { bodies: [{ type: 1, truncationSize: 6, preview: 2 }] } },
    ]);
    expect(reply?.changes[0]).toMatchObject({
      kind: 'add',
      serverId: '1:1',
      email: {
        subject: 'Grüße 🎉',
        read: true,
        conversationId: '01ff',
        attachments: [{ displayName: 'a.pdf', fileReference: 'f1', size: 10 }],
        body: { type: 1, truncated: true, preview: 'Hä' },
      },
    });
  });

  it('takes an answer without a body for "nothing new", but not to a first Sync or to commands', async () => {
    const { client } = await against({}, {}, {});
    expect(await sync(client, [REQUEST])).toEqual([]);
    await expect(sync(client, [{ ...REQUEST, syncKey: '0' }])).rejects.toThrow(ProtocolViolation);
    const commands = [{ kind: 'delete', serverId: '1:1' } as const];
    await expect(sync(client, [{ ...REQUEST, commands }])).rejects.toThrow(ProtocolViolation);
  });

  it.each<[string, WbxmlNode]>([
    ['more changes than the window', synced('k2', A('Commands', add('a'), add('b'), add('c')))],
    ['one ServerId twice', synced('k2', A('Commands', add('a'), add('a')))],
    ['changes under the same key', synced('k1', A('Commands', add('a')))],
    ['MoreAvailable with nothing', synced('k2', A('MoreAvailable'))],
    ['an empty Commands element', synced('k2', A('Commands'))],
    ['an empty Collections element', A('Sync', A('Collections'))],
    [
      'a collection that was not asked for',
      collection(A('SyncKey', 'k2'), A('CollectionId', '2'), A('Status', 1)),
    ],
    ['a new key 0', synced('0')],
    ['no Status', collection(A('SyncKey', 'k2'), A('CollectionId', '1'))],
    ['an item without properties', synced('k2', A('Commands', A('Add', A('ServerId', 'a'))))],
    [
      'a Status on a command of its own',
      synced('k2', A('Commands', A('Delete', A('ServerId', 'a'), A('Status', 1)))),
    ],
    [
      'a time without milliseconds',
      synced(
        'k2',
        A(
          'Commands',
          A(
            'Add',
            A('ServerId', 'a'),
            A('ApplicationData', el('Email:DateReceived', '2026-01-05T09:00:00Z')),
          ),
        ),
      ),
    ],
    [
      'an answer to what was not sent',
      synced('k2', A('Responses', A('Change', A('ServerId', 'a'), A('Status', 8)))),
    ],
    [
      'changes with a bad Status',
      collection(A('SyncKey', 'k2'), A('CollectionId', '1'), A('Status', 3), A('Commands', add('a'))),
    ],
  ])('must not bring %s', async (_, reply) => {
    const { client } = await against(reply);
    await expect(sync(client, [REQUEST])).rejects.toThrow(ProtocolViolation);
  });

  it('must not bring items with the first key', async () => {
    const { client } = await against(synced('k1', A('Commands', add('a'))));
    await expect(sync(client, [{ collectionId: '1', syncKey: '0' }])).rejects.toThrow(ProtocolViolation);
  });

  it.each<[string, WbxmlNode[]]>([
    ['longer than TruncationSize', [el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Häll')]],
    ['of a type that was not asked for', [el('AirSyncBase:Type', 2), el('AirSyncBase:Data', 'x')]],
    ['truncated without its size', [el('AirSyncBase:Type', 1), el('AirSyncBase:Truncated', 1)]],
    [
      'with a Preview nobody wanted',
      [el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'x'), el('AirSyncBase:Preview', 'x')],
    ],
  ])('must not bring a body %s', async (_, body) => {
    const data = A('ApplicationData', ...(email().content as WbxmlNode[]), el('AirSyncBase:Body', body));
    const { client } = await against(synced('k2', A('Commands', A('Add', A('ServerId', 'a'), data))));
    const bodies = [{ type: 1, truncationSize: 4 } as const];
    await expect(sync(client, [{ ...REQUEST, options: { bodies } }])).rejects.toThrow(ProtocolViolation);
  });

  it('sends changes, flags and deletes in the order of the schema', async () => {
    const { server, client } = await against(synced('k2'));
    await sync(client, [
      {
        ...REQUEST,
        deletesAsMoves: false,
        options: { filterType: 3, mimeSupport: 0 },
        commands: [
          { kind: 'change', serverId: 'a', read: true, flag: 'active' },
          { kind: 'delete', serverId: 'b' },
        ],
      },
    ]);
    const sent = child(
      child(server.seen[0]?.document ?? undefined, 'AirSync:Collections'),
      'AirSync:Collection',
    );
    expect(sent?.children.map((c) => c.tag.slice(8))).toEqual([
      'SyncKey',
      'CollectionId',
      'DeletesAsMoves',
      'GetChanges',
      'WindowSize',
      'Options',
      'Commands',
    ]);
    const change = children(child(sent, 'AirSync:Commands'), 'AirSync:Change')[0];
    expect(textOf(child(change, 'AirSync:ApplicationData'), 'Email:Read')).toBe('1');
  });
});
