import { type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml, textOf } from '../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { buildMail } from '../support/mail.ts';
import { bodyPreference, Phone } from './phone.ts';

let server: Waypost;
let alice: Phone;
const path = '/Microsoft-Server-ActiveSync';
const folderSync = el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0'));

beforeAll(async () => {
  server = await startWaypost();
  await server.addUser('alice@bodies.test', 'alice-password');
  alice = new Phone(server, 'alice@bodies.test', 'alice-password');
});
afterAll(() => server?.stop());

/** One request with nothing added or unpacked on the way. */
function rawPost(
  search: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(`${path}${search}`, server.url),
      {
        method: 'POST',
        headers: {
          authorization: alice.authorization,
          'ms-asprotocolversion': '16.1',
          'content-type': 'application/vnd.ms-sync.wbxml',
          'content-length': body.length,
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

describe('the answer', () => {
  test('is WBXML, says its version, and is not packed unasked (MS-ASHTTP S01_TC01, TC02)', async () => {
    const answer = await rawPost('?Cmd=FolderSync&DeviceId=d&DeviceType=t', encodeWbxml(folderSync), {});
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.ms-sync.wbxml');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
    expect(answer.headers['ms-server-activesync']).toBe('16.1');
    expect(decodeWbxml(answer.bytes).tag).toBe('FolderHierarchy:FolderSync');
  });

  test('is packed with gzip when the client takes it and it is worth it (MS-ASHTTP S01_TC02)', async () => {
    const search = '?Cmd=FolderSync&DeviceId=d&DeviceType=t';
    const accepts = { 'accept-encoding': 'gzip' };
    const answer = await rawPost(search, encodeWbxml(folderSync), accepts);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.headers['vary']).toMatch(/accept-encoding/i);
    const plain = await rawPost(search, encodeWbxml(folderSync), {});
    expect(gunzipSync(answer.bytes).equals(plain.bytes)).toBe(true);
    expect(answer.bytes.length).toBeLessThan(plain.bytes.length);
    const small = await rawPost(search, encodeWbxml(el('FolderHierarchy:FolderSync')), accepts);
    expect(small.headers['content-encoding']).toBeUndefined();
    const refused = await rawPost(search, encodeWbxml(folderSync), { 'accept-encoding': 'gzip;q=0' });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  test('is packed also where it is streamed', async () => {
    const phone = await new Phone(server, 'alice@bodies.test', 'alice-password').start();
    const text = 'well worth packing '.repeat(2000);
    await server.email('x@x.example', phone.address, buildMail({ subject: 'long', text }));
    await phone.receive(1, { body: [bodyPreference(1)] });
    const again = new Phone(server, 'alice@bodies.test', 'alice-password');
    await again.start();
    const collection = el(
      'AirSync:Collection',
      el('AirSync:SyncKey', again.key),
      el('AirSync:CollectionId', again.inbox),
      el('AirSync:GetChanges', 1),
      el('AirSync:Options', bodyPreference(1)),
    );
    const search = `?Cmd=Sync&DeviceId=${again.deviceId}&DeviceType=Test`;
    const body = encodeWbxml(el('AirSync:Sync', el('AirSync:Collections', collection)));
    const answer = await rawPost(search, body, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.bytes.length).toBeLessThan(text.length / 10);
    expect(gunzipSync(answer.bytes).toString('latin1')).toContain(text.slice(0, 10_000));
  });

  test('to the first FolderSync says what the server speaks (MS-ASHTTP R1202)', async () => {
    const first = await alice.post('FolderSync', folderSync);
    expect(first.headers.get('x-ms-rp')).toBe('12.1,14.0,14.1,16.0,16.1');
    expect(first.headers.get('ms-asprotocolversions')).toBe('12.1,14.0,14.1,16.0,16.1');
    expect(first.headers.get('ms-asprotocolcommands')).toContain('FolderSync');
    const key = textOf(first.root ?? undefined, 'FolderHierarchy:SyncKey');
    const next = await alice.post(
      'FolderSync',
      el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', key)),
    );
    expect(next.headers.get('x-ms-rp')).toBeNull();
  });

  test('is the same for any User-Agent (MS-ASHTTP S03_TC02)', async () => {
    const { root } = await alice.post('FolderSync', folderSync, { 'user-agent': 'ASOM' });
    expect(textOf(root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
  });
});

describe('the body', () => {
  const broken: [string, Uint8Array][] = [
    ['cut WBXML', Uint8Array.from([3, 1, 0x6a, 0, 0x45])],
    [
      'an element that its page does not have',
      Uint8Array.from([3, 1, 0x6a, 0, 0, 7, 0x56, 0x7f, 3, 0x30, 0, 1, 1]),
    ],
  ];
  const foreign: [string, Uint8Array][] = [
    ['no WBXML', new TextEncoder().encode('hello')],
    ['XML with a DOCTYPE', new TextEncoder().encode('<?xml version="1.0"?><!DOCTYPE a []><Sync/>')],
  ];

  test.each(foreign)('with %s is a bad request in every version', async (_name, body) => {
    for (const version of ['12.1', '14.1', '16.1']) {
      const { status } = await alice.post('FolderSync', body, { 'ms-asprotocolversion': version });
      expect(status, version).toBe(400);
    }
  });

  test.each(broken)('with %s is refused in band from 14.0 on (MS-ASCMD S21_TC07)', async (_name, body) => {
    for (const version of ['14.0', '14.1', '16.0', '16.1']) {
      const answer = await alice.post('FolderSync', body, { 'ms-asprotocolversion': version });
      expect(textOf(answer.root ?? undefined, 'FolderHierarchy:Status'), version).toBe('102');
    }
  });

  test.each(broken)('with %s is refused by HTTP in 12.1', async (_name, body) => {
    expect((await alice.post('FolderSync', body, { 'ms-asprotocolversion': '12.1' })).status).toBe(400);
  });

  test('of another content type is refused (MS-ASCMD 2.2.2, 101)', async () => {
    const type = { 'content-type': 'text/plain' };
    const { root } = await alice.post('Ping', el('Ping:Ping'), type);
    expect(textOf(root ?? undefined, 'Ping:Status')).toBe('101');
    const old = await alice.post('Ping', el('Ping:Ping'), { ...type, 'ms-asprotocolversion': '12.1' });
    expect(old.status).toBe(400);
  });

  test('that is too large is refused, as sent and as unpacked (A08)', async () => {
    const large = new Uint8Array(3 * 1024 * 1024);
    expect((await alice.post('FolderSync', large)).status).toBe(413);
    // Sync carries drafts with their attachments.
    expect((await alice.post('Sync', large)).status).toBe(400);
    const bomb = new Uint8Array(gzipSync(new Uint8Array(40 * 1024 * 1024)));
    expect((await alice.post('FolderSync', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await alice.post('Sync', bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  });

  test('may be packed with gzip', async () => {
    const body = new Uint8Array(gzipSync(encodeWbxml(folderSync)));
    const { root } = await alice.post('FolderSync', body, { 'content-encoding': 'gzip' });
    expect(textOf(root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
  });

  test('packed with gzip that is broken, cut or something else is refused', async () => {
    const whole = gzipSync(encodeWbxml(folderSync));
    for (const body of [encodeWbxml(folderSync), new Uint8Array(whole.subarray(0, whole.length - 9))]) {
      expect((await alice.post('FolderSync', body, { 'content-encoding': 'gzip' })).status).toBe(400);
    }
    const other = await alice.post('FolderSync', new Uint8Array(whole), { 'content-encoding': 'br' });
    expect(other.status).toBe(415);
  });

  test('of another command is refused in the terms of the command', async () => {
    const wrong = el('Search:Search');
    expect(textOf((await alice.post('Sync', wrong)).root ?? undefined, 'AirSync:Status')).toBe('4');
    expect(textOf((await alice.post('FolderSync', wrong)).root ?? undefined, 'FolderHierarchy:Status')).toBe(
      '10',
    );
    expect(textOf((await alice.post('Ping', wrong)).root ?? undefined, 'Ping:Status')).toBe('4');
    expect(
      textOf((await alice.post('ItemOperations', wrong)).root ?? undefined, 'ItemOperations:Status'),
    ).toBe('2');
    expect(
      textOf((await alice.post('GetItemEstimate', wrong)).root ?? undefined, 'GetItemEstimate:Status'),
    ).toBe('103');
    expect(textOf((await alice.post('Provision', wrong)).root ?? undefined, 'Provision:Status')).toBe('2');
  });
});
