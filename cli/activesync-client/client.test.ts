import { describe, expect, it } from 'vitest';
import { el, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import {
  A,
  against,
  email,
  F,
  folders,
  inboxAdd,
  REQUEST,
  synced,
} from '../../test/clients/eas/scripted-client.ts';
import type { ScriptedReply } from '../../test/clients/eas/scripted-server.ts';
import {
  folderSync,
  HttpStatusError,
  ProtocolViolation,
  ProvisioningNeeded,
  SignInRefused,
  sync,
  Unreachable,
} from './index.ts';

const WBXML = { 'content-type': 'application/vnd.ms-sync.wbxml' };

describe('requests', () => {
  it('carry credentials, version, policy key and device', async () => {
    const { server, client } = await against(folders(inboxAdd()));
    await folderSync(client);
    const [seen] = server.seen;
    expect(seen?.search).toBe('?Cmd=FolderSync&User=ann%40example.test&DeviceId=D1&DeviceType=Waypost');
    expect(seen?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ann@example.test:pass').toString('base64')}`,
      'ms-asprotocolversion': '16.1',
      'x-ms-policykey': '0',
      'content-type': 'application/vnd.ms-sync.wbxml',
    });
  });

  it('put all of it into the base64 query when told so', async () => {
    const { server, client } = await against(folders(inboxAdd()));
    client.queryEncoding = 'base64';
    await folderSync(client);
    expect(server.seen[0]?.search).toMatch(/^\?[A-Za-z0-9+/]+=*$/);
    expect(server.seen[0]?.headers['ms-asprotocolversion']).toBeUndefined();
  });

  it('say what went wrong at the HTTP level in a way that programs can tell apart', async () => {
    const { client } = await against(
      { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
      { status: 449 },
      { status: 503, headers: { 'retry-after': '30' }, body: 'busy' },
      { status: 451, headers: { 'x-ms-location': 'https://other.example.test' } },
    );
    await expect(folderSync(client)).rejects.toThrow(SignInRefused);
    await expect(folderSync(client)).rejects.toThrow(ProvisioningNeeded);
    const busy = await folderSync(client).catch((e: unknown) => e);
    expect(busy).toBeInstanceOf(HttpStatusError);
    expect(busy).toMatchObject({
      status: 503,
      retryAfter: 30,
      message: 'FolderSync: the server answers HTTP 503 (busy)',
    });
    await expect(folderSync(client)).rejects.toThrow('https://other.example.test');
  });

  it('say in words that nothing listens', async () => {
    const { server, client } = await against();
    await server.close();
    const error = await folderSync(client).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Unreachable);
    expect(String(error)).toContain('nothing listens there');
  });
});

describe('the form of answers', () => {
  it.each<[string, ScriptedReply]>([
    ['no body where one is due', { headers: WBXML }],
    ['another content type', { headers: { 'content-type': 'text/html' }, body: '\x03\x01\x6a\x00' }],
    ['bytes that are no WBXML', { headers: WBXML, body: '<html></html>' }],
    ['a document that breaks off', { headers: WBXML, body: Buffer.from([3, 1, 0x6a, 0, 0, 7, 0x56]) }],
    ['the root of another command', el('Ping:Ping', el('Ping:Status', 1))],
    ['a 401 without a challenge', { status: 401 }],
    ['a Status that is no number', F('FolderSync', F('Status', 'ok'))],
    [
      'SyncKey before Status',
      F('FolderSync', F('SyncKey', 'k'), F('Status', 1), F('Changes', F('Count', 0))),
    ],
    ['an element of another place', F('FolderSync', F('Status', 1), F('SyncKey', 'k'), F('Type', 2))],
    ['Status twice', F('FolderSync', F('Status', 1), F('Status', 1))],
  ])('must not be %s', async (_, reply) => {
    const { client } = await against(reply);
    await expect(folderSync(client)).rejects.toThrow(ProtocolViolation);
  });

  it('must not use tags that the version lacks', async () => {
    const withSender = synced(
      'k2',
      A(
        'Commands',
        A(
          'Add',
          A('ServerId', '1:1'),
          A('ApplicationData', ...(email().content as WbxmlNode[]), el('Email2:IsDraft', 1)),
        ),
      ),
    );
    const { client } = await against(withSender, withSender);
    await expect(sync(client, [REQUEST])).resolves.toHaveLength(1);
    client.version = '14.1';
    await expect(sync(client, [REQUEST])).rejects.toThrow('tag-not-in-version');
  });

  it('may carry the common statuses, which are no violation', async () => {
    const status = (n: number) => F('FolderSync', F('Status', n));
    const { client } = await against(status(142), status(129), status(9));
    await expect(folderSync(client)).rejects.toThrow(ProvisioningNeeded);
    await expect(folderSync(client)).rejects.toThrow('this device is blocked');
    await expect(folderSync(client, 'x')).rejects.toMatchObject({ status: 9 });
  });
});
