import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { children, el, textOf } from '../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { Phone } from './phone.ts';

let server: Waypost;
let alice: Phone;
const path = '/Microsoft-Server-ActiveSync';
const folderSync = el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0'));

beforeAll(async () => {
  server = await startWaypost();
  await server.addUser('alice@http.test', 'alice-password');
  await server.addUser('bob@http.test', 'bob-password');
  alice = new Phone(server, 'alice@http.test', 'alice-password');
});
afterAll(() => server?.stop());

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
  test('is asked for with a Basic challenge (MS-ASHTTP S02_TC02)', async () => {
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
  ])('with %s is refused: %s (MS-ASHTTP S02_TC05)', async (_name, search, status) => {
    expect((await alice.post('x', folderSync, {}, search)).status).toBe(status);
  });

  test('of a version that is not spoken is refused', async () => {
    expect((await alice.post('FolderSync', folderSync, { 'ms-asprotocolversion': '2.5' })).status).toBe(400);
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
