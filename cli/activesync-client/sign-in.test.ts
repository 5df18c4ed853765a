import { describe, expect, it } from 'vitest';
import { child, el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { against, F, folders, inboxAdd } from '../../test/clients/eas/scripted-client.ts';
import { options, ProtocolViolation, signIn } from './index.ts';

const DEVICE = { model: 'm', friendlyName: 'f', os: 'o', userAgent: 'u' };

describe('OPTIONS', () => {
  const good = {
    'ms-asprotocolversions': '14.1,16.1',
    'ms-asprotocolcommands': 'Sync,FolderSync',
    'ms-server-activesync': '16.1',
  };

  it('tells versions and commands', async () => {
    const { client } = await against({ headers: good });
    expect(await options(client)).toEqual({
      versions: ['14.1', '16.1'],
      commands: ['Sync', 'FolderSync'],
      server: '16.1',
    });
  });

  it.each([
    ['no versions', { ...good, 'ms-asprotocolversions': '' }],
    ['an unknown version', { ...good, 'ms-asprotocolversions': '16.1,17.0' }],
    ['a command twice', { ...good, 'ms-asprotocolcommands': 'Sync,Sync' }],
  ])('must not name %s', async (_, headers) => {
    const { client } = await against({ headers });
    await expect(options(client)).rejects.toThrow(ProtocolViolation);
  });
});

describe('signing in', () => {
  const headers = {
    'ms-asprotocolversions': '12.1,14.1',
    'ms-asprotocolcommands': 'Sync',
    'ms-server-activesync': '14.1',
  };
  const policy = (...content: WbxmlNode[]) =>
    el(
      'Provision:Policies',
      el('Provision:Policy', el('Provision:PolicyType', 'MS-EAS-Provisioning-WBXML'), ...content),
    );
  const P = (name: string, ...content: Parameters<typeof el>[1][]) => el(`Provision:${name}`, ...content);
  const information = el('Settings:DeviceInformation', el('Settings:Status', 1));

  it('takes the newest version of both and provisions when it is asked to', async () => {
    const { server, client } = await against(
      { headers },
      F('FolderSync', F('Status', 142)),
      P(
        'Provision',
        information,
        P('Status', 1),
        policy(
          P('Status', 1),
          P('PolicyKey', '11'),
          P('Data', P('EASProvisionDoc', P('DevicePasswordEnabled', 0))),
        ),
      ),
      P('Provision', P('Status', 1), policy(P('Status', 1), P('PolicyKey', '22'))),
      folders(inboxAdd()),
    );
    const { folders: list, provisioned } = await signIn(client, DEVICE);
    expect(client.version).toBe('14.1');
    expect(provisioned).toBe(true);
    expect(list.map((f) => f.displayName)).toEqual(['Inbox']);
    expect(server.seen.map((s) => s.headers['x-ms-policykey'])).toEqual([undefined, '0', '0', '11', '22']);
    const acknowledged = child(
      child(server.seen[3]?.document ?? undefined, 'Provision:Policies'),
      'Provision:Policy',
    );
    expect(textOf(acknowledged, 'Provision:PolicyKey')).toBe('11');
  });

  it('goes on without a key when no policy applies', async () => {
    const { client } = await against(
      { headers },
      { status: 449 },
      P('Provision', information, P('Status', 1), policy(P('Status', 2))),
      folders(inboxAdd()),
    );
    expect((await signIn(client, DEVICE)).provisioned).toBe(false);
    expect(client.policyKey).toBeNull();
  });

  it('says so when the server tells it to erase itself', async () => {
    const { client } = await against(
      { headers },
      F('FolderSync', F('Status', 140)),
      P('Provision', information, P('Status', 1), P('RemoteWipe')),
    );
    await expect(signIn(client, DEVICE)).rejects.toThrow('tells this device to erase itself');
  });

  it('refuses a final policy key that is 0 or the temporary one', async () => {
    for (const final of ['0', '11']) {
      const { client } = await against(
        { headers },
        { status: 449 },
        P(
          'Provision',
          information,
          P('Status', 1),
          policy(P('Status', 1), P('PolicyKey', '11'), P('Data', P('EASProvisionDoc'))),
        ),
        P('Provision', P('Status', 1), policy(P('Status', 1), P('PolicyKey', final))),
      );
      await expect(signIn(client, DEVICE)).rejects.toThrow(ProtocolViolation);
    }
  });

  it('says so when the versions have nothing in common', async () => {
    const { client } = await against({ headers });
    await expect(signIn(client, DEVICE, '16.1')).rejects.toThrow('the server speaks 12.1, 14.1, not 16.1');
  });
});
