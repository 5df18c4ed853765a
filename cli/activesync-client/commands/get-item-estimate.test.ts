import { describe, expect, it } from 'vitest';
import { child, el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { against } from '../../../test/clients/eas/scripted-client.ts';
import { getItemEstimate, ProtocolViolation } from '../index.ts';

describe('GetItemEstimate', () => {
  const G = (name: string, ...content: Parameters<typeof el>[1][]) =>
    el(`GetItemEstimate:${name}`, ...content);
  const answer = (...responses: WbxmlNode[]) => G('GetItemEstimate', responses);
  const wish = { collectionId: '1', syncKey: 'k1', filterType: 2 };

  it('reads the number and puts the filter where the version wants it', async () => {
    const one = answer(
      G('Response', G('Status', 1), G('Collection', G('CollectionId', '1'), G('Estimate', 7))),
    );
    const { server, client } = await against(one, one);
    expect(await getItemEstimate(client, [wish])).toEqual([{ collectionId: '1', status: 1, estimate: 7 }]);
    client.version = '12.1';
    await getItemEstimate(client, [wish]);
    const tags = server.seen.map((s) =>
      child(
        child(s.document ?? undefined, 'GetItemEstimate:Collections'),
        'GetItemEstimate:Collection',
      )?.children.map((c) => c.tag),
    );
    expect(tags).toEqual([
      ['AirSync:SyncKey', 'GetItemEstimate:CollectionId', 'AirSync:Options'],
      ['GetItemEstimate:CollectionId', 'AirSync:FilterType', 'AirSync:SyncKey'],
    ]);
  });

  it('must answer every collection, each with a number', async () => {
    const { client } = await against(
      answer(),
      answer(G('Response', G('Status', 1), G('Collection', G('CollectionId', '1'), G('Estimate', 'many')))),
      answer(G('Response', G('Status', 1), G('Collection', G('CollectionId', '2'), G('Estimate', 1)))),
    );
    for (let i = 0; i < 3; i++)
      await expect(getItemEstimate(client, [wish])).rejects.toThrow(ProtocolViolation);
  });
});
