import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children, decodeWbxml, el, encodeWbxml, textOf } from '../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { buildMail } from '../support/mail.ts';
import { bodyPreference, Phone } from './phone.ts';

let server: Waypost;
let alice: Phone;
const path = '/Microsoft-Server-ActiveSync';
const folderSync = el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0'));

beforeAll(async () => {
  server = await startWaypost();
  await server.addUser('alice@http.test', 'alice-password');
  await server.addUser('bob@http.test', 'bob-password');
  alice = new Phone(server, 'alice@http.test', 'alice-password');
}, 60_000);
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

describe('OPTIONS', () => {
  test('names the versions and the commands that work, each once (MS-ASHTTP S04_TC01)', async () => {
    const answer = await server.fetch(path, {
      method: 'OPTIONS',
      headers: { authorization: alice.authorization },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ms-asprotocolversions')).toBe('12.1,14.0,14.1,16.0,16.1');
    expect(answer.headers.get('ms-server-activesync')).toBe('16.1');
    expect(answer.headers.get('allow')).toBe('OPTIONS,POST');
    const commands = answer.headers.get('ms-asprotocolcommands')?.split(',') ?? [];
    expect(new Set(commands).size).toBe(commands.length);
    for (const command of ['Sync', 'FolderSync', 'MoveItems', 'GetItemEstimate', 'Ping', 'Provision']) {
      expect(commands).toContain(command);
    }
    for (const command of commands) {
      alice.version = command.startsWith('Get') && command !== 'GetItemEstimate' ? '12.1' : '16.1';
      const { status } = await alice.post(command, el('AirSync:Sync'));
      expect(status, command).not.toBe(501);
    }
    alice.version = '16.1';
  });
});

describe('signing in', () => {
  test('is asked for with a Basic challenge', async () => {
    for (const authorization of [
      '',
      'Basic !!!',
      'Bearer x',
      new Phone(server, 'alice@http.test', 'wrong').authorization,
    ]) {
      const answer = await server.fetch(path, { method: 'OPTIONS', headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    }
  });

  test('works with an app password, in any letter case of the address, and with a domain in front', async () => {
    const { appPassword } = await server.admin<{ appPassword: string }>(
      'POST',
      '/users/alice%40http.test/app-passwords',
      { label: 'test' },
    );
    for (const [login, password] of [
      ['alice@http.test', appPassword],
      ['ALICE@HTTP.TEST', appPassword.replaceAll('-', '').toUpperCase()],
      ['CORP\\alice@http.test', 'alice-password'],
    ] as const) {
      const phone = new Phone(server, login, password);
      const answer = await phone.post(
        'FolderSync',
        folderSync,
        {},
        `?Cmd=FolderSync&DeviceId=d&DeviceType=t`,
      );
      expect(answer.status, login).toBe(200);
    }
  });

  test('gives only the own mailbox: a query that names a user of another domain is refused (A32)', async () => {
    const answer = await alice.post(
      'FolderSync',
      folderSync,
      {},
      '?Cmd=FolderSync&User=bob%40other.test&DeviceId=d&DeviceType=t',
    );
    expect(answer.status).toBe(403);
  });

  test('is slowed down after repeated failures, and says for how long', async () => {
    const stranger = new Phone(server, 'victim@http.test', 'guess');
    const seen: number[] = [];
    for (let i = 0; i < 12; i++) {
      stranger.password = `guess ${i}`;
      const answer = await stranger.post('FolderSync', folderSync);
      seen.push(answer.status);
      if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(seen.slice(0, 10).every((s) => s === 401)).toBe(true);
    expect(seen.at(-1)).toBe(503);
  });
});

describe('the query', () => {
  test('may be plain or base64: the answers are the same', async () => {
    const plain = await alice.post('FolderSync', folderSync);
    const bytes = [
      161,
      9,
      9,
      4,
      alice.deviceId.length,
      ...new TextEncoder().encode(alice.deviceId),
      0,
      4,
      0x54,
      0x65,
      0x73,
      0x74,
    ];
    const encoded = Buffer.from(bytes).toString('base64');
    const base64 = await alice.post('FolderSync', folderSync, {}, `?${encoded}`);
    expect(Buffer.from(base64.bytes).equals(Buffer.from(plain.bytes))).toBe(true);
  });

  test.each([
    ['FolderSync', 9],
    ['GetItemEstimate', 14],
    ['ItemOperations', 19],
    ['MoveItems', 13],
    ['Ping', 18],
    ['ResolveRecipients', 21],
    ['Settings', 17],
    ['ValidateCert', 22],
    ['FolderCreate', 10],
    ['FolderDelete', 11],
    ['FolderUpdate', 12],
  ])('names %s by its code (MS-ASHTTP S01_TC11 to TC14)', async (command, code) => {
    const bytes = [141, code, 9, 4, 1, 0x64, 0, 1, 0x74];
    const search = `?${Buffer.from(bytes).toString('base64')}`;
    const answer = await alice.post(command, el('Search:Search'), {}, search);
    expect(answer.status).toBe(200);
    expect(answer.root?.tag).toMatch(new RegExp(`:${command}$`));
  });

  test('may leave out the policy key and say it in a header, or the other way round (MS-ASHTTP S03_TC03)', async () => {
    const type = [4, 0x54, 0x65, 0x73, 0x74];
    for (const key of [[0], [4, 0x39, 0x30, 0, 0]]) {
      const search = `?${Buffer.from([141, 9, 9, 4, 1, 0x64, ...key, ...type]).toString('base64')}`;
      expect((await alice.post('FolderSync', folderSync, {}, search)).status).toBe(200);
    }
    expect((await alice.post('FolderSync', folderSync, { 'x-ms-policykey': '12345' })).status).toBe(200);
  });

  test('of a version that does not exist is refused, however often (MS-ASHTTP S02_TC01)', async () => {
    const search = `?${Buffer.from([191, 9, 9, 4, 1, 0x64, 0, 1, 0x74]).toString('base64')}`;
    for (let i = 0; i < 2; i++) {
      expect((await alice.post('FolderSync', folderSync, {}, search)).status).toBe(400);
    }
  });

  test.each([
    ['alice', 200],
    ['ALICE@HTTP.TEST', 200],
    ['CORP\\alice', 200],
    ['http.test\\alice@http.test', 200],
    ['', 200],
    ['bob@http.test', 403],
    ['bob', 403],
    ['CORP\\bob', 403],
    ['alice@other.test', 403],
  ])('with the user %s is answered with %i (A32)', async (user, status) => {
    const search = `?Cmd=FolderSync&User=${encodeURIComponent(user)}&DeviceId=d&DeviceType=t`;
    expect((await alice.post('FolderSync', folderSync, {}, search)).status).toBe(status);
  });

  test.each([
    ['an id that is too long', 'DeviceId=123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ&DeviceType=t', '108'],
    ['no id', 'DeviceType=t', '108'],
    ['a type that is too long', 'DeviceId=d&DeviceType=123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', '109'],
    ['no type', 'DeviceId=d', '109'],
  ])('of a device with %s is refused in band, and by HTTP in 12.1 (MS-ASCMD S21_TC10, TC11)', async (_name, device, status) => {
    const search = `?Cmd=FolderSync&${device}`;
    const { root } = await alice.post('FolderSync', folderSync, {}, search);
    expect(textOf(root ?? undefined, 'FolderHierarchy:Status')).toBe(status);
    const old = await alice.post('FolderSync', folderSync, { 'ms-asprotocolversion': '12.1' }, search);
    expect(old.status).toBe(400);
  });

  test.each([
    ['GetAttachment', '14.0', 501],
    ['GetAttachment', '16.1', 501],
    ['GetHierarchy', '14.0', 501],
    ['GetHierarchy', '12.1', 200],
    ['Find', '16.0', 501],
    ['Find', '12.1', 501],
    ['Find', '16.1', 200],
  ])('for %s in version %s is answered with %i', async (command, version, status) => {
    const answer = await alice.post(command, el('Search:Search'), { 'ms-asprotocolversion': version });
    expect(answer.status).toBe(status);
  });

  test('under another path finds nothing (MS-ASHTTP S02_TC04)', async () => {
    const headers = { authorization: alice.authorization };
    const answer = await server.fetch(`/NotSupport${path}?Cmd=FolderSync`, { method: 'POST', headers });
    expect(answer.status).toBe(404);
  });

  test('by another method is refused', async () => {
    const answer = await server.fetch(`${path}?Cmd=FolderSync`, {
      headers: { authorization: alice.authorization },
    });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('OPTIONS, POST');
  });

  test('in any letter case of the path', async () => {
    const answer = await server.fetch('/microsoft-server-activesync', {
      method: 'OPTIONS',
      headers: { authorization: alice.authorization },
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['an unknown command', '?Cmd=Nonsense&DeviceId=d&DeviceType=t', 501],
    ['a command of versions before 12.1', '?Cmd=CreateCollection&DeviceId=d&DeviceType=t', 501],
    [
      'a code that means nothing',
      `?${Buffer.from([161, 77, 9, 4, 1, 100, 0, 1, 116]).toString('base64')}`,
      501,
    ],
    ['no command', '?DeviceId=d', 400],
    ['nothing', '', 400],
    ['garbage', '?%ff%00', 400],
    ['prototype names', '?Cmd=__proto__&DeviceId=d&DeviceType=t', 501],
  ])('with %s is refused: %s', async (_name, search, status) => {
    expect((await alice.post('x', folderSync, {}, search)).status).toBe(status);
  });

  test('of a version that is not spoken is refused', async () => {
    expect((await alice.post('FolderSync', folderSync, { 'ms-asprotocolversion': '2.5' })).status).toBe(400);
  });
});

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
    const phone = await new Phone(server, 'alice@http.test', 'alice-password').start();
    const text = 'well worth packing '.repeat(2000);
    await server.email('x@x.example', phone.address, buildMail({ subject: 'long', text }));
    await phone.receive(1, { body: [bodyPreference(1)] });
    const again = new Phone(server, 'alice@http.test', 'alice-password');
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
    ['no WBXML', new TextEncoder().encode('hello')],
    ['cut WBXML', Uint8Array.from([3, 1, 0x6a, 0, 0x45])],
    [
      'an element that its page does not have',
      Uint8Array.from([3, 1, 0x6a, 0, 0, 7, 0x56, 0x7f, 3, 0x30, 0, 1, 1]),
    ],
    ['XML with a DOCTYPE', new TextEncoder().encode('<?xml version="1.0"?><!DOCTYPE a []><Sync/>')],
  ];

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
    expect(textOf((await alice.post('Sync', large)).root ?? undefined, 'AirSync:Status')).toBe('102');
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

const generator = join(resolve(process.env['WAYPOST_SHARED'] ?? '../shared'), 'attacks/gen-wbxml.mjs');

describe.skipIf(!existsSync(generator))('hostile documents (A07, A09)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wbxml-http-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are answered with 4xx or a status of the protocol, never with 5xx', async () => {
    execFileSync(process.execPath, [generator, folder], { stdio: 'ignore' });
    const index = JSON.parse(readFileSync(join(folder, 'INDEX.json'), 'utf8')) as { file: string }[];
    const seen: Record<string, string> = {};
    for (const { file } of index) {
      const answer = await alice.post('Sync', new Uint8Array(readFileSync(join(folder, file))));
      expect(answer.status, file).toBeLessThan(500);
      seen[file] = `${answer.status}/${textOf(answer.root ?? undefined, 'AirSync:Status') ?? ''}`;
    }
    // More collections than are looked at, or 4 for what is broken otherwise.
    expect(seen['sync-10000-collections.wbxml']).toMatch(/^200\/(4|15)$/);
    expect(seen['sync-dup-collection.wbxml']).toBe('200/4');
    expect(seen['sync-collectionid-1MB.wbxml']).toBe('200/4');
  }, 120_000);
});

describe('GetHierarchy', () => {
  test('lists the mail folders in 12.1, and is not part of later versions (MS-ASCMD S22_TC01)', async () => {
    const phone = new Phone(server, 'alice@http.test', 'alice-password');
    phone.version = '12.1';
    const { root } = await phone.post('GetHierarchy', null);
    expect(root?.tag).toBe('FolderHierarchy:Folders');
    const folders = children(root ?? undefined, 'FolderHierarchy:Folder');
    const names = folders.map((f) => textOf(f, 'FolderHierarchy:DisplayName'));
    expect(names).toEqual(expect.arrayContaining(['Inbox', 'Sent Items', 'Deleted Items']));
    expect(names).not.toContain('Calendar');
    expect(folders.every((f) => textOf(f, 'FolderHierarchy:ParentId') === '0')).toBe(true);
    phone.version = '14.1';
    expect((await phone.post('GetHierarchy', null)).status).toBe(501);
  });
});
