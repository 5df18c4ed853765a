import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el, textOf } from '../../codecs/wbxml/index.ts';
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
}, 60_000);
afterAll(() => server?.stop());

describe('OPTIONS', () => {
  test('names the versions and exactly the commands that work', async () => {
    const answer = await server.fetch(path, {
      method: 'OPTIONS',
      headers: { authorization: alice.authorization },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ms-asprotocolversions')).toBe('12.1,14.0,14.1,16.0,16.1');
    const commands = answer.headers.get('ms-asprotocolcommands')?.split(',') ?? [];
    expect(commands).toEqual([
      'Sync',
      'FolderSync',
      'GetItemEstimate',
      'ItemOperations',
      'Ping',
      'Provision',
    ]);
    for (const command of commands) {
      const { status } = await alice.post(command, el('AirSync:Sync'));
      expect(status, command).toBe(200);
    }
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

  test('in any letter case of the path', async () => {
    const answer = await server.fetch('/microsoft-server-activesync', {
      method: 'OPTIONS',
      headers: { authorization: alice.authorization },
    });
    expect(answer.status).toBe(200);
  });

  test.each([
    ['an unknown command', '?Cmd=Nonsense&DeviceId=d&DeviceType=t', 501],
    ['a command that is not offered', '?Cmd=SendMail&DeviceId=d&DeviceType=t', 501],
    ['no command', '?DeviceId=d', 400],
    ['nothing', '', 400],
    ['garbage', '?%ff%00', 400],
    ['no device', '?Cmd=Sync', 400],
    ['prototype names', '?Cmd=__proto__&DeviceId=d&DeviceType=t', 501],
  ])('with %s is refused: %s', async (_name, search, status) => {
    expect((await alice.post('x', folderSync, {}, search)).status).toBe(status);
  });

  test('of a version that is not spoken is refused', async () => {
    expect((await alice.post('FolderSync', folderSync, { 'ms-asprotocolversion': '2.5' })).status).toBe(400);
  });
});

describe('the body', () => {
  test.each<[string, Uint8Array, number]>([
    ['no WBXML', new TextEncoder().encode('hello'), 400],
    ['cut WBXML', Uint8Array.from([3, 1, 0x6a, 0, 0x45]), 400],
    ['XML with a DOCTYPE', new TextEncoder().encode('<?xml version="1.0"?><!DOCTYPE a []><Sync/>'), 400],
    ['too large', new Uint8Array(3 * 1024 * 1024), 413],
  ])('%s is refused', async (_name, body, status) => {
    expect((await alice.post('Sync', body)).status).toBe(status);
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
    expect(seen['sync-10000-collections.wbxml']).toBe('200/4');
    expect(seen['sync-dup-collection.wbxml']).toBe('200/4');
    expect(seen['sync-collectionid-1MB.wbxml']).toBe('200/4');
  }, 120_000);
});
