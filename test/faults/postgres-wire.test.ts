/** A connection to PostgreSQL that breaks in every way, under the store itself: nothing is half done (I8, I13, I15). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresStores } from '../../store/index.ts';
import { expectRecount } from '../contract/mail-model.ts';
import { message } from '../contract/subject.ts';
import { startDatabase } from '../support/postgres.ts';
import { startTcpProxy, type TcpProxy, type WireFault } from './tcp-proxy.ts';

const FAULTS: WireFault[] = ['refuse', 'cutBefore', 'cutAfter', 'cutAnswer', 'delay'];
let server: Awaited<ReturnType<typeof startDatabase>>;
let proxy: TcpProxy;
let direct: string;
let behind: string;
let mailboxes = 0;

beforeAll(async () => {
  server = await startDatabase();
  direct = server.url;
  const url = new URL(direct);
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  behind = url.href;
}, 120_000);
afterAll(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** Stores of one invocation, and the end of what it left to do. */
function stores(connectionString: string) {
  const deferred: Promise<unknown>[] = [];
  const made = createPostgresStores({ connectionString, idleMs: 20, defer: (work) => deferred.push(work) });
  return { ...made, end: () => Promise.allSettled(deferred) };
}

/** Does it until it is done, each time as a new invocation with the next fault of the list. */
async function until<T>(
  faults: (WireFault | null)[],
  act: (s: ReturnType<typeof stores>) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    proxy.plan = () => faults[attempt] ?? null;
    const invocation = stores(behind);
    try {
      return await act(invocation);
    } catch (error) {
      if (attempt >= faults.length) throw error;
    } finally {
      await invocation.end();
    }
  }
}

describe.each(FAULTS)('a connection with the fault %s', (fault) => {
  test('at each write of a mailbox loses nothing and does nothing twice', async () => {
    const ref = { tenantId: 'wire', mailboxId: `box-${++mailboxes}`, shard: 'MAIL_1' };
    const before = { ...proxy.struck };
    const times: (WireFault | null)[] = [fault, fault];
    await until(times, ({ mail }) => mail.mailbox(ref).create(1));
    const names = Array.from({ length: 8 }, (_, n) => `${ref.mailboxId}-${n}`);
    for (const name of names) {
      const { outcome } = await until(times, ({ mail }) => mail.mailbox(ref).insert(message(name)));
      expect(['inserted', 'present']).toContain(outcome);
    }
    const ids = names.map((name) => `item-${name}`);
    const [first = '', second = '', third = ''] = ids;
    await until(times, ({ mail }) =>
      mail.mailbox(ref).setFlags([{ itemId: first, isRead: true, flag: { status: 2 } }]),
    );
    const archive = await until([], ({ mail }) => mail.mailbox(ref).folderByRole('archive'));
    await until(times, ({ mail }) => mail.mailbox(ref).move([second], archive?.folderId ?? ''));
    await until(times, ({ mail }) => mail.mailbox(ref).remove([third], 9));

    const check = stores(direct);
    const mailbox = check.mail.mailbox(ref);
    const left = await mailbox.messages(ids);
    expect(left.map((m) => m.itemId).sort()).toEqual(ids.filter((id) => id !== third).sort());
    expect(left.find((m) => m.itemId === first)).toMatchObject({ isRead: true, flag: { status: 2 } });
    expect(left.find((m) => m.itemId === second)?.folderId).toBe(archive?.folderId);
    const modseqs = left.map((m) => m.modseq);
    expect(new Set(modseqs).size).toBe(modseqs.length);
    await expectRecount(mailbox);
    await check.end();
    expect(proxy.struck[fault], 'the fault struck').toBeGreaterThan(before[fault] + 8);
  }, 60_000);
});

test('a server that falls silent in the middle of a write is given up, and the write is done once (I8)', async () => {
  const ref = { tenantId: 'wire', mailboxId: `box-${++mailboxes}`, shard: 'MAIL_1' };
  await until([], ({ mail }) => mail.mailbox(ref).create(1));
  const began = Date.now();
  const { outcome } = await until(['silent'], ({ mail }) => mail.mailbox(ref).insert(message('silent')));
  expect(outcome).toBe('inserted');
  expect(proxy.struck.silent).toBe(1);
  // Well before the platform would end the invocation.
  expect(Date.now() - began).toBeLessThan(60_000);
  const check = stores(direct);
  await expectRecount(check.mail.mailbox(ref));
  expect(await check.mail.mailbox(ref).usage()).toMatchObject({ itemCount: 1 });
  await check.end();
}, 120_000);
