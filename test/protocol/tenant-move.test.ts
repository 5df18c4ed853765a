import type { D1Database } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el, textOf } from '../../codecs/wbxml/index.ts';
import type { MoveView } from '../../shared/admin-api.ts';
import { d1Tables } from '../../store/dialect/d1/kit.ts';
import { createD1Stores } from '../../store/index.ts';
import { movedTables } from '../../store/repos/moves/tables.ts';
import { ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { Phone } from './phone.ts';

const DOMAIN = 'moving.example';
const ANN = `ann@${DOMAIN}`;
const PASSWORD = 'secret-ann-1';

const FIND =
  '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>';

interface Bindings {
  DIRECTORY: D1Database;
  MAIL_1: D1Database;
  MAIL_2: D1Database;
  SEARCH: D1Database;
  AUDIT: D1Database;
}
type Shard = 'MAIL_1' | 'MAIL_2';

function mail(n: number, to = ANN): string {
  return `From: Bob <bob@far.example>\r\nTo: ${to}\r\nSubject: Number ${n}\r\nMessage-ID: <n${n}@far.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\nText ${n}.\r\n`;
}

describe('a tenant that is moved to another mail shard', () => {
  let server: InProcess;
  let bindings: Bindings;
  let tenantId: string;
  let userId: string;
  let from: Shard;
  let to: Shard;
  let sent = 0;

  beforeAll(async () => {
    server = await startInProcess();
    bindings = await server.bindings<Bindings>();
    ({ tenantId, userId } = await server.addUser(ANN, PASSWORD));
    await server.addUser(`bea@${DOMAIN}`, PASSWORD);
    from = await shardOf();
    to = from === 'MAIL_1' ? 'MAIL_2' : 'MAIL_1';
  });
  afterAll(() => server?.stop());

  async function shardOf(): Promise<Shard> {
    const { items } = await server.admin<{ items: { tenantId: string; mailShard: Shard }[] }>(
      'GET',
      '/tenants',
    );
    return items.find((one) => one.tenantId === tenantId)?.mailShard ?? 'MAIL_1';
  }
  async function deliver(n: number, address = ANN): Promise<void> {
    for (let i = 0; i < n; i++) await server.email('bob@far.example', address, mail(sent++, address));
  }
  async function arrived(n: number): Promise<void> {
    await deliver(n);
    await server.drain();
  }
  /** Every row of the tenant in a shard, by table. */
  async function rowsIn(shard: Shard): Promise<Record<string, string[]>> {
    const out: Record<string, string[]> = {};
    for (const name of movedTables(d1Tables.mail).keys()) {
      const statement = bindings[shard].prepare(`select * from ${name} where tenant_id = ?`).bind(tenantId);
      out[name] = ((await statement.raw()) as unknown[][]).map((row) => JSON.stringify(row)).sort();
    }
    return out;
  }
  async function step(): Promise<MoveView> {
    return server.admin<MoveView>('POST', `/tenants/${tenantId}/move/step`);
  }

  test('keeps devices in step, and loses and doubles nothing', async () => {
    const phone = await new Phone(server, ANN, PASSWORD).start();
    await arrived(30);
    const first = await phone.receive(30, { window: 100 });
    const client = ewsClient(server, ANN, PASSWORD);
    const before = await client.call(FIND);
    expect(before.codes).toEqual(['NoError']);

    const begun = await server.admin<MoveView>('POST', `/tenants/${tenantId}/move`, { to });
    expect(begun).toMatchObject({ phase: 'preparing', from, to });
    const waiting = phone.ping(60);
    const moving = step();
    const during = deliver(20);
    const removed = phone.sync({
      commands: [el('AirSync:Delete', el('AirSync:ServerId', first[0]?.serverId ?? ''))],
    });
    const [moved] = await Promise.all([moving, during, removed]);
    await server.drain();
    expect((await waiting).status).toBe('2');

    expect(moved.phase).toBe('kept');
    expect(moved.error).toBeNull();
    expect(await shardOf()).toBe(to);
    expect(moved.verified['items']?.rows).toBeGreaterThan(29);
    expect((await removed).status).toBe('1');
    const later = await phone.receive(20 - (await removed).adds.length, { window: 100 });
    const all = [...first, ...(await removed).adds, ...later].map((one) => one.serverId);
    expect(new Set(all).size).toBe(50);
    const quiet = await phone.sync();
    expect([quiet.status, quiet.adds, quiet.changes, quiet.deletes]).toEqual(['1', [], [], []]);
    const after = await client.call(FIND);
    expect(after.codes).toEqual(['NoError']);

    const ping = phone.ping(60);
    await arrived(1);
    expect((await ping).status).toBe('2');
    expect(await phone.receive(1)).toHaveLength(1);
  });

  test('is found by whoever still names the old shard, to read and to write', async () => {
    const { DIRECTORY, MAIL_1, MAIL_2, SEARCH, AUDIT } = bindings;
    const stale = createD1Stores({
      ...{ directory: DIRECTORY, mail: { MAIL_1, MAIL_2 }, search: SEARCH, audit: AUDIT },
    }).mail.mailbox({ tenantId, mailboxId: userId, shard: from });
    const left = await rowsIn(from);
    const inbox = (await stale.folderByRole('inbox'))?.folderId ?? '';
    const items = await stale.snapshot(inbox, 0, null, 1000);
    expect(items).toHaveLength(50);
    const [changed] = await stale.setFlags([{ itemId: items[0]?.itemId ?? '', isRead: true }]);
    expect(changed?.outcome).toBe('changed');
    await stale.createFolder({
      folderId: 'made-late',
      parentId: null,
      displayName: 'Late',
      itemClass: 'Email',
    });
    expect(await rowsIn(from)).toEqual(left);
    expect((await rowsIn(to))['folders']?.some((row) => row.includes('made-late'))).toBe(true);
  });

  test('leaves nothing behind when it is finished, and can come back', async () => {
    await expect(server.admin('POST', `/tenants/${tenantId}/move`, { to: from })).rejects.toThrow('409');
    await server.admin('POST', `/tenants/${tenantId}/move/finish`);
    expect((await step()).phase).toBe('done');
    expect(Object.values(await rowsIn(from)).flat()).toEqual([]);
    const there = await rowsIn(to);
    await server.admin('POST', `/tenants/${tenantId}/move`, { to: from, keepDays: 0 });
    expect((await step()).phase).toBe('done');
    expect(await rowsIn(from)).toEqual(there);
    expect(Object.values(await rowsIn(to)).flat()).toEqual([]);
    expect(await shardOf()).toBe(from);
  });

  test('makes writers wait in their own words when the turn takes long, while reading goes on', async () => {
    const phone = await new Phone(server, ANN, PASSWORD).start();
    const [known] = await phone.receive(50, { window: 100 });
    const client = ewsClient(server, ANN, PASSWORD);
    const tree = textOf(await phone.folderSync(), 'FolderHierarchy:SyncKey') ?? '';
    const say = (state: string) =>
      bindings[from]
        .prepare('update shard_moves set state = ? where tenant_id = ?')
        .bind(state, tenantId)
        .run();
    await say('frozen');
    const writing = Promise.all([
      phone.post(
        'FolderCreate',
        el('FolderHierarchy:FolderCreate', [
          el('FolderHierarchy:SyncKey', tree),
          el('FolderHierarchy:ParentId', '0'),
          el('FolderHierarchy:DisplayName', 'Not now'),
          el('FolderHierarchy:Type', 12),
        ]),
      ),
      client.call(
        '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Not now</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>',
      ),
    ]);
    expect((await client.call(FIND)).codes).toEqual(['NoError']);
    const { fetched } = await phone.fetch([
      el('AirSync:CollectionId', phone.inbox),
      el('AirSync:ServerId', known?.serverId ?? ''),
    ]);
    expect(fetched).toBeDefined();
    await deliver(1);
    const [device, ews] = await writing;
    expect(device.status).toBe(503);
    expect(Number(device.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(ews.codes).toEqual(['ErrorServerBusy']);
    await say('open');
    await server.drain();
    expect(await phone.receive(1)).toHaveLength(1);
    expect((await client.call(FIND)).codes).toEqual(['NoError']);
  });

  test('leaves room: a new tenant goes where there are fewer items', async () => {
    const { mailShard } = await server.admin<{ mailShard: string }>('POST', '/tenants', { name: 'New' });
    expect(mailShard).toBe(to);
    expect((await server.admin<{ mailShard: string }>('POST', '/tenants', { name: 'Newer' })).mailShard).toBe(
      to,
    );
  });
});
