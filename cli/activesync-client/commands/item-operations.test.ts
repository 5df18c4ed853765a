import { describe, expect, it } from 'vitest';
import { el, encodeWbxml, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { against } from '../../../test/clients/eas/scripted-client.ts';
import { fetchAttachment, fetchItem, ProtocolViolation } from '../index.ts';

describe('ItemOperations', () => {
  const I = (name: string, ...content: Parameters<typeof el>[1][]) =>
    el(`ItemOperations:${name}`, ...content);
  const fetched = (...content: (WbxmlNode | null)[]) =>
    I('ItemOperations', I('Status', 1), I('Response', I('Fetch', I('Status', 1), ...content)));
  const reference = el('AirSyncBase:FileReference', 'f1');
  const type = el('AirSyncBase:ContentType', 'text/plain');

  it('fetches an attachment inline, in a range, and as multipart', async () => {
    const document = encodeWbxml(fetched(reference, I('Properties', type, I('Part', 1))));
    const head = Buffer.alloc(20);
    for (const [i, n] of [2, 20, document.length, 20 + document.length, 5].entries())
      head.writeInt32LE(n, i * 4);
    const { server, client } = await against(
      fetched(reference, I('Properties', type, I('Data', Buffer.from('hello').toString('base64')))),
      fetched(
        reference,
        I(
          'Properties',
          I('Range', '1-3'),
          I('Total', 5),
          type,
          I('Data', Buffer.from('ell').toString('base64')),
        ),
      ),
      {
        headers: { 'content-type': 'application/vnd.ms-sync.multipart' },
        body: Buffer.concat([head, document, Buffer.from('hello')]),
      },
    );
    const text = (data: Uint8Array | null) => Buffer.from(data ?? []).toString();
    const inline = await fetchAttachment(client, 'f1');
    expect([inline.contentType, text(inline.data), inline.range]).toEqual(['text/plain', 'hello', null]);
    const part = await fetchAttachment(client, 'f1', { range: { first: 1, last: 3 } });
    expect([text(part.data), part.range]).toEqual(['ell', { first: 1, last: 3, total: 5 }]);
    expect(text((await fetchAttachment(client, 'f1', { multipart: true })).data)).toBe('hello');
    expect(server.seen[2]?.headers['ms-asacceptmultipart']).toBe('T');
  });

  it.each<[string, WbxmlNode]>([
    [
      'a Range nobody asked for',
      fetched(reference, I('Properties', I('Range', '0-4'), I('Total', 5), type, I('Data', 'aGVsbG8='))),
    ],
    [
      'another FileReference',
      fetched(el('AirSyncBase:FileReference', 'f2'), I('Properties', type, I('Data', 'aGVsbG8='))),
    ],
    ['Data that is no base64', fetched(reference, I('Properties', type, I('Data', 'h?')))],
    ['a Part outside of multipart', fetched(reference, I('Properties', type, I('Part', 1)))],
    ['no Properties', fetched(reference)],
    [
      'two answers',
      I(
        'ItemOperations',
        I('Status', 1),
        I('Response', I('Fetch', I('Status', 6)), I('Fetch', I('Status', 6))),
      ),
    ],
  ])('must not bring %s', async (_, reply) => {
    const { client } = await against(reply);
    await expect(fetchAttachment(client, 'f1')).rejects.toThrow(ProtocolViolation);
  });

  it('hands on the Status of an item that is gone', async () => {
    const { client } = await against(
      I('ItemOperations', I('Status', 1), I('Response', I('Fetch', I('Status', 6)))),
    );
    const ids = { collectionId: '1', serverId: 'gone' };
    expect(await fetchItem(client, ids, {})).toEqual({ status: 6, email: null, data: null });
  });
});
