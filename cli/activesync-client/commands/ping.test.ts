import { describe, expect, it } from 'vitest';
import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { against } from '../../../test/clients/eas/scripted-client.ts';
import { ProtocolViolation, ping } from '../index.ts';

describe('Ping', () => {
  const P = (...content: WbxmlNode[]) => el('Ping:Ping', ...content);
  const status = (n: number) => el('Ping:Status', n);
  const request = { heartbeat: 60, folders: [{ id: '1' }] };

  it('reads every way in which a wait ends', async () => {
    const { server, client } = await against(
      P(status(1)),
      P(status(2), el('Ping:Folders', el('Ping:Folder', '1'))),
      P(status(5), el('Ping:HeartbeatInterval', 3540)),
      P(status(6), el('Ping:MaxFolders', 300)),
      P(status(7)),
    );
    expect(await ping(client, request)).toEqual({ status: 1 });
    expect(await ping(client, request)).toEqual({ status: 2, folders: ['1'] });
    expect(await ping(client, request)).toEqual({ status: 5, heartbeat: 3540 });
    expect(await ping(client, request)).toEqual({ status: 6, maxFolders: 300 });
    expect(await ping(client)).toEqual({ status: 7 });
    expect(server.seen[4]?.document).toBeNull();
  });

  it.each<[string, WbxmlNode]>([
    ['Status 2 without a folder', P(status(2))],
    ['a folder that is not watched', P(status(2), el('Ping:Folders', el('Ping:Folder', '9')))],
    ['folders with another Status', P(status(1), el('Ping:Folders', el('Ping:Folder', '1')))],
    ['Status 5 without the limit', P(status(5))],
    ['an unknown Status', P(status(9))],
  ])('must not be answered by %s', async (_, reply) => {
    const { client } = await against(reply);
    await expect(ping(client, request)).rejects.toThrow(ProtocolViolation);
  });

  it('ends when its caller wants it to', async () => {
    const { client } = await against();
    await expect(
      ping(client, { ...request, signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});
