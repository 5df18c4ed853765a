import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErasureView, UserView } from '../../shared/admin-api.ts';
import { Phone } from '../protocol/phone.ts';
import { type CommandLine, commandLine } from '../support/cli.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';

const [ANN, BOB, CAT, DAN] = ['ann@life.test', 'bob@life.test', 'cat@life.test', 'dan@life.test'] as const;
const PASSWORD = 'a-password-1';
/** Words of the user's own that nothing may hold afterwards. */
const WORDS = ['Quokkaberry', 'Zebrafinch', 'Wombatstein', 'ann.alias'];
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

interface Rows {
  prepare(sql: string): {
    all(): Promise<{ results: Record<string, unknown>[] }>;
    bind(...values: string[]): { run(): Promise<unknown> };
  };
}
interface Bucket {
  list(options: { cursor?: string; include: string[] }): Promise<{
    objects: { key: string; customMetadata?: Record<string, string> }[];
    truncated: boolean;
    cursor?: string;
  }>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
}

let server: Waypost;
let cli: CommandLine;

beforeAll(async () => {
  server = await startWaypost();
  cli = await commandLine(server);
  for (const address of [ANN, BOB, CAT, DAN]) await server.addUser(address, PASSWORD);
});

afterAll(async () => {
  cli?.end();
  await server?.stop();
});

const basic = (address: string) => ({
  authorization: `Basic ${Buffer.from(`${address}:${PASSWORD}`).toString('base64')}`,
});
const signIn = async (address: string) =>
  (await server.fetch('/EWS/Exchange.asmx', { headers: basic(address) })).status;
const mail = (to: string, subject: string, id: string) =>
  server.email(
    'out@sender.example',
    to,
    `From: Out <out@sender.example>\r\nTo: <${to}>\r\nSubject: ${subject}\r\nMessage-ID: <${id}@sender.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nText of ${subject}\r\n`,
  );

/** Everything that the databases and the bucket hold, by where it lies. */
async function everything(): Promise<Map<string, string>> {
  const bindings = await server.bindings<Record<string, unknown>>();
  const held = new Map<string, string>();
  for (const name of ['DIRECTORY', 'MAIL_1', 'MAIL_2', 'SEARCH', 'AUDIT']) {
    const database = bindings[name] as Rows;
    const tables = await database.prepare("select name from sqlite_master where type = 'table'").all();
    for (const { name: table } of tables.results) {
      if (/^(sqlite_|_cf_|d1_migrations|document_text)/.test(String(table))) continue;
      const { results } = await database.prepare(`select * from "${table}"`).all();
      for (const [n, row] of results.entries()) held.set(`${name}.${table} ${n}`, JSON.stringify(row));
    }
  }
  const bucket = bindings['BLOBS'] as Bucket;
  for (let cursor: string | undefined; ; ) {
    const page = await bucket.list({
      ...(cursor === undefined ? {} : { cursor }),
      include: ['customMetadata'],
    });
    for (const { key, customMetadata } of page.objects) {
      held.set(key, `${key} ${JSON.stringify(customMetadata)} ${await (await bucket.get(key))?.text()}`);
    }
    if (!page.truncated) return held;
    cursor = page.cursor;
  }
}

/** Where one of these stands. */
async function placesOf(words: readonly string[]): Promise<string[]> {
  const held = await everything();
  return [...held].filter(([, text]) => words.some((word) => text.includes(word))).map(([place]) => place);
}

describe('waypost user suspend', () => {
  it('closes a user, or only the way in for mail, until it is resumed', async () => {
    expect((await cli.waypost('user', 'suspend', CAT)).out).toBe(`${CAT} is suspended.\n`);
    expect(await signIn(CAT)).toBe(401);
    expect((await mail(CAT, 'no', 's1')).rejectReason).toContain('5.');
    expect((await cli.waypost('user', 'suspend', CAT, '--mail-only')).out).toBe(`${CAT} gets no new mail.\n`);
    expect(await signIn(CAT)).not.toBe(401);
    expect((await cli.waypost('user', 'resume', CAT)).out).toBe(`${CAT} is active.\n`);
    expect((await mail(CAT, 'yes', 's2')).rejectReason).toBeUndefined();
    expect((await cli.waypost('user', 'suspend', 'nobody@life.test')).err).toContain('no user');
  });
});

describe('waypost user delete', () => {
  it('closes a user, whose address stays taken, and restore brings everything back', async () => {
    await mail(CAT, 'before', 'd1');
    await server.waitForLog((line) => line.event === 'mail.placed');
    expect(await signIn(CAT)).not.toBe(401);
    const deleted = await cli.waypost('user', 'delete', CAT, '--days', '7');
    expect(deleted.out).toContain(`${CAT} is deleted.`);
    expect(await signIn(CAT)).toBe(401);
    expect((await cli.waypost('user', 'add', CAT, '--password', PASSWORD)).err).toContain('taken');
    expect((await cli.waypost('user', 'resume', CAT)).err).toContain('restore it first');
    expect((await cli.waypost('user', 'delete', CAT)).err).toContain('deleted already');
    expect((await cli.waypost('user', 'list')).out).toContain('deleted');
    const erasure = await cli.json<ErasureView>('user', 'erasure', CAT);
    expect(erasure).toMatchObject({ address: CAT, state: 'deleted', removed: {}, finishedAt: null });
    expect(erasure.eraseAfter - erasure.deletedAt).toBe(7 * 86_400_000);
    expect((await cli.waypost('user', 'restore', CAT)).out).toBe(`${CAT} is back: active.\n`);
    expect(await signIn(CAT)).not.toBe(401);
    expect((await cli.waypost('user', 'restore', CAT)).err).toContain('not deleted');
    await cli.waypost('user', 'delete', DAN);
    expect((await mail(DAN, 'no', 'd2')).rejectReason).toContain('5.');
    expect((await cli.waypost('user', 'erasure', CAT)).err).toContain('was deleted');
    expect((await server.admin<{ messages: number }>('GET', `/users/${CAT}/stats`)).messages).toBe(2);
  });
});

describe('waypost user erase', () => {
  it('leaves nothing of a user anywhere, and everything of others (I27)', async () => {
    const ann = await server.admin<UserView>('GET', `/users/${ANN}`);
    await server.admin('POST', '/aliases', { alias: 'ann.alias@life.test', address: ANN });
    await server.admin('POST', `/users/${ANN}/app-passwords`, { label: 'Wombatstein' });
    await server.admin('PUT', `/users/${ANN}/attributes`, { title: 'Quokkaberry', office: 'Zebrafinch' });
    await server.admin('PUT', `/users/${BOB}/calendar-shares/${ANN}`, { level: 'read' });
    await server.admin('PUT', `/users/${BOB}/send-grants/${ANN}`, { kind: 'as' });
    await server.admin('POST', '/groups', { address: 'all@life.test', members: [ANN, BOB] });
    await server.fetch(`/admin/v1/users/${ANN}/photo`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'image/png' },
      body: PNG,
    });
    await mail(ANN, 'Quokkaberry', 'e1');
    await mail('ann.alias@life.test', 'Zebrafinch', 'e2');
    await mail(BOB, 'for Bob alone', 'e3');
    const phone = new Phone(server, ANN, PASSWORD);
    await phone.folderSync();
    await phone.sync();
    await expect
      .poll(async () => (await server.admin<{ messages: number }>('GET', `/users/${ANN}/stats`)).messages)
      .toBe(2);
    await phone.sync({ filterType: 0 });
    await server.admin('POST', '/snapshot', {});
    await server.scheduled('7-59/15 * * * *');
    expect((await placesOf([ann.userId])).length).toBeGreaterThan(15);
    // As a move of the tenant leaves rows behind in the other shard.
    const { MAIL_2 } = await server.bindings<{ MAIL_2: Rows }>();
    await MAIL_2.prepare(
      'insert into mailbox_settings (tenant_id, mailbox_id, name, value) values (?, ?, ?, ?)',
    )
      .bind(ann.tenantId, ann.userId, 'signature', '"Quokkaberry"')
      .run();

    expect((await cli.waypost('user', 'erase', ANN)).err).toContain('say --yes');
    await cli.waypost('hold', 'add', ANN, '--reason', 'Case 1');
    expect((await cli.waypost('user', 'erase', ANN, '--yes')).err).toContain('legal hold');
    const [hold] = await cli.json<{ holdId: string }[]>('hold', 'list', 'life.test');
    await cli.waypost('hold', 'release', 'life.test', hold?.holdId ?? '');

    const { out, err } = await cli.waypost('user', 'erase', ANN, '--yes');
    expect(err).toBe('');
    expect(out).toContain('nothing was left');
    expect(out).toContain('backups of the databases');
    expect(await signIn(ANN)).toBe(401);

    const report = await cli.json<ErasureView>('user', 'erasure', ANN);
    expect(report).toMatchObject({ state: 'erased', address: null, problem: null, userId: ann.userId });
    for (const place of ['mail.items', 'mail.acl', 'search.documents', 'directory.devices', 'bucket.blobs'])
      expect(report.removed[place]).toBeGreaterThan(0);
    expect(report.removed['bucket.photos']).toBe(1);
    expect(JSON.stringify(report)).not.toContain('ann@');

    // What is named in the report as staying, and nothing else.
    const named = /^(AUDIT\.(events|entries)|DIRECTORY\.erasures) /;
    const bob = await server.admin<UserView>('GET', `/users/${BOB}`);
    const journal = `actions/mail/${bob.tenantId}/${bob.userId}/`;
    const left = await placesOf([...WORDS, ANN, ann.userId]);
    expect(left.filter((place) => !named.test(place) && !place.startsWith(journal))).toEqual([]);
    expect(await placesOf(WORDS.slice(0, 2))).toEqual([]);
    const { SEARCH } = await server.bindings<{ SEARCH: Rows }>();
    const found = await SEARCH.prepare(
      "select count(*) as n from document_text where document_text match 'quokkaberry'",
    ).all();
    expect(found.results).toEqual([{ n: 0 }]);
    expect((await server.admin<{ messages: number }>('GET', `/users/${BOB}/stats`)).messages).toBe(1);
    expect(await server.admin('GET', '/groups/all@life.test')).toMatchObject({ members: [BOB] });
    expect(await server.admin('GET', `/users/${BOB}/calendar-shares`)).toMatchObject({ items: [] });

    // What an isolate had just looked up is let in for a moment; it goes no further.
    if ((await mail(ANN, 'Zebrafinch', 'e4')).rejectReason === undefined) {
      await server.waitForLog((line) => line.event === 'mail.erased');
      expect(await placesOf(WORDS.slice(0, 2))).toEqual([]);
    }

    // The address is free for somebody else; the report of the one before is still found by it.
    expect((await cli.waypost('user', 'restore', ANN)).err).toContain('no user');
    await cli.waypost('user', 'add', ANN, '--password', 'another-password');
    expect(await signIn(ANN)).toBe(401);
    expect((await cli.json<ErasureView>('user', 'erasure', ANN)).userId).toBe(ann.userId);
    expect((await server.admin<{ messages: number }>('GET', `/users/${ANN}/stats`)).messages).toBe(0);
  });
});
