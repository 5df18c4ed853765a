import { beforeEach, describe, expect, it } from 'vitest';
import {
  createMemoryBlobStore,
  createMemoryObjectStore,
  createMemoryStores,
} from '../../store/memory/index.ts';
import { message } from '../../test/contract/subject.ts';
import type { RawEnvelope } from '../ports/blobs.ts';
import { runErasure } from './run.ts';
import type { ErasureServices } from './services.ts';
import { beginErase, deleteUser } from './users.ts';

const TENANT = 't1';
const DAY = 24 * 3_600_000;
const refOf = (mailboxId: string) => ({ tenantId: TENANT, mailboxId, shard: 'MAIL_1' });

/** Two users with mail, of whom each may look into the other's mailbox, and a bucket with things of both. */
async function house() {
  const stores = createMemoryStores(['MAIL_1']);
  const clock = { now: 1_800_000_000_000 };
  const now = () => clock.now;
  const [blobs, objects] = [createMemoryBlobStore(now), createMemoryObjectStore(now)];
  const { directory, mail } = stores;
  await directory.createTenant({ tenantId: TENANT, name: 'One', status: 'active', mailShard: 'MAIL_1' });
  await directory.createDomain({
    domain: 'one.example',
    tenantId: TENANT,
    catchAllUserId: null,
    enabled: true,
  });
  const emptied: string[] = [];
  const put = async (mailboxId: string, rawKey: string, group = false) => {
    const envelope = {
      ...refOf(mailboxId),
      mailFrom: '',
      rcptTo: '',
      receivedAt: 1,
      rawSize: 3,
      correlationId: '',
    };
    const facts: RawEnvelope = { ...envelope, authResults: '', ...(group ? { group } : {}) };
    await blobs.putRaw(rawKey, new Uint8Array(3), facts);
  };
  for (const userId of ['ann', 'bob']) {
    const other = userId === 'ann' ? 'bob' : 'ann';
    const user = { userId, tenantId: TENANT, address: `${userId}@one.example`, displayName: userId };
    const mailbox = mail.mailbox(refOf(userId));
    await mailbox.create(1);
    await directory.createUser({ ...user, status: 'active', quotaBytes: null, createdAt: 1 });
    await mailbox.putGrant({ folderId: '', granteeId: other, rights: ['read'] });
    await directory.putUserSetting(TENANT, userId, 'delegates', {
      list: [{ userId: other, copies: true, privateItems: false }],
    });
    await directory.touchDevice({
      ...{ tenantId: TENANT, userId, deviceId: `phone-${userId}`, deviceType: '', userAgent: '' },
      ...{ protocolVersion: '16.1', firstSeenAt: 1, lastSeenAt: 1 },
    });
    for (const n of [1, 2, 3]) {
      const rawKey = `blobs/${TENANT}/2026/11/21/${userId}${n}.eml`;
      await put(userId, rawKey);
      await mailbox.insert(message(`${userId}${n}`, { rawKey }));
    }
    // A raw that no row names, the mark of a duplicate, and what lies under keys of the mailbox alone.
    await put(userId, `blobs/${TENANT}/2026/11/22/stray-${userId}.eml`);
    await put(userId, `duplicates/blobs/${TENANT}/2026/11/22/${userId}.eml`);
    for (const place of ['drafts', 'outgoing', 'links', 'photos', 'objects', 'actions/mail'])
      await objects.create(`${place}/${TENANT}/${userId}/x`, userId);
  }
  const traced = (traceId: string, sender: string, recipient: string, mailboxId: string) => {
    const message = { tenantId: TENANT, traceId, recipient, at: 1, sender, mailboxId };
    const rest = {
      direction: 'out',
      domain: 'one.example',
      messageId: '',
      correlationId: '',
      size: 1,
    } as const;
    const step = {
      tenantId: TENANT,
      traceId,
      key: 'k',
      at: 1,
      recipient: '',
      step: 'outbox',
      verdict: 'sent',
    };
    return stores.trace.add({ messages: [{ ...message, ...rest }], steps: [{ ...step, details: {} }] });
  };
  await traced('sent', 'ann@one.example', 'eve@far.example', 'ann');
  await traced('other', 'bob@one.example', 'eve@far.example', 'bob');
  await traced('between', 'ann@one.example', 'bob@one.example', 'bob');
  await objects.create(`actions/directory/${TENANT}/${'1'.padStart(15, '0')}/manifest.json`, 'ann');
  const services: ErasureServices = {
    ...{ directory, erasure: stores.erasure, mail, blobs, objects, archive: stores.archive, seal: null, now },
    trace: stores.trace,
    wake: {
      eraseDevices: async (_ref, ids) => void emptied.push(...ids),
      eraseHub: async ({ mailboxId }) => void emptied.push(mailboxId),
      revoke: async () => undefined,
    },
    throttle: { forget: async (account) => void emptied.push(account) },
  };
  const user = async (userId: string) => {
    const found = await directory.getUser(TENANT, userId);
    if (found === null) throw new Error(`no user ${userId}`);
    return found.user;
  };
  const keys = async () =>
    [...(await blobs.list('', null, 1000)).objects, ...(await objects.list('', '', 1000)).objects].map(
      (o) => o.key,
    );
  return { ...stores, services, clock, user, keys, emptied };
}

type House = Awaited<ReturnType<typeof house>>;

/** Runs as the queue does, until there is nothing to do for now. */
async function run({ services }: House, pieces = 3, userId = 'ann') {
  for (let n = 0; n < 200; n++) {
    const { outcome, erasure } = await runErasure(services, { tenantId: TENANT, userId }, pieces);
    if (outcome !== 'more') return { outcome, erasure };
  }
  throw new Error('it does not come to an end');
}

async function expectErased(h: House): Promise<void> {
  const subject = { ref: refOf('ann'), addresses: ['ann@one.example'] };
  expect(await h.erasure.leftovers(subject)).toEqual({});
  expect((await h.keys()).filter((key) => /ann/.test(key))).toEqual([]);
  expect((await h.keys()).filter((key) => /bob/.test(key)).length).toBe(11);
  expect((await h.mail.mailbox(refOf('bob')).usage()).itemCount).toBe(3);
  expect(await h.mail.mailbox(refOf('bob')).grants()).toEqual([]);
  expect(await h.directory.getUserSetting(TENANT, 'bob', 'delegates')).toMatchObject({ list: [] });
  expect((await h.trace.list(TENANT, { limit: 9 })).map(({ traceId }) => traceId)).toEqual(['other']);
  expect((await h.trace.steps(TENANT, ['sent', 'other', 'between'], 9)).length).toBe(1);
  expect(await h.directory.getUser(TENANT, 'ann')).toBeNull();
  expect(await h.directory.getErasure(TENANT, 'ann')).toMatchObject({ state: 'erased' });
  for (const name of ['ann', 'phone-ann', 'login/ann@one.example']) expect(h.emptied).toContain(name);
}

describe('I27: an erase', () => {
  let h: House;
  beforeEach(async () => {
    h = await house();
  });
  const begin = async () =>
    beginErase(h.directory, await h.user('ann'), { by: 'admin-token', now: h.clock.now });

  it('takes everything of a user, and nothing of others, and says how much', async () => {
    await begin();
    const { outcome, erasure } = await run(h);
    expect(outcome).toBe('waits');
    await expectErased(h);
    expect(erasure?.progress.removed).toMatchObject({ 'bucket.blobs': 4, 'bucket.photos': 1, 'mail.acl': 1 });
  });

  it('comes to its end whatever call fails, before or after it did its work', async () => {
    let calls = 0;
    for (const when of ['before', 'after'] as const) {
      for (let k = 0; ; k++) {
        h = await house();
        await begin();
        const fault = { left: k };
        const faulty = { ...h, services: failing(h.services, fault, when) };
        await run(faulty).catch((error: unknown) => {
          if (!String(error).includes('planned')) throw error;
        });
        const isOver = fault.left >= 0;
        await run(h);
        await expectErased(h);
        if (isOver) break;
        calls++;
      }
    }
    expect(calls).toBeGreaterThan(60);
  });

  it('begins when the time to restore is over, and not before; then nobody restores the user', async () => {
    await deleteUser(h.directory, await h.user('ann'), { by: 'x', now: h.clock.now, graceDays: 30 });
    expect((await run(h)).outcome).toBe('over');
    expect((await h.user('ann')).status).toBe('deleted');
    h.clock.now += 30 * DAY;
    const due = await h.directory.dueErasures(TENANT, h.clock.now, 10);
    expect(due.map(({ userId }) => userId)).toEqual(['ann']);
    await runErasure(h.services, { tenantId: TENANT, userId: 'ann' }, 1);
    expect(await h.directory.restoreUser(TENANT, 'ann')).toBe(false);
    await run(h);
    await expectErased(h);
  });

  it('stands still while a legal hold covers the mailbox, and goes on after it', async () => {
    await begin();
    await runErasure(h.services, { tenantId: TENANT, userId: 'ann' }, 2);
    const hold = { holdId: 'h1', tenantId: TENANT, userId: 'ann', reason: '', placedBy: '', since: 1 };
    await h.directory.placeHold(hold);
    const { outcome, erasure } = await run(h);
    expect([outcome, erasure?.state]).toEqual(['waits', 'erasing']);
    expect(erasure?.progress.problem).toContain('h1');
    await expect(begin()).rejects.toThrow('legal hold');
    await h.directory.releaseHold(TENANT, 'h1', 'x', 2);
    h.clock.now += DAY;
    await run(h);
    await expectErased(h);
  });

  it('looks twice more for what came late, and takes it', async () => {
    await begin();
    await run(h);
    await h.mail.mailbox(refOf('ann')).create(2);
    // Somebody else has the address by then.
    await h.directory.createUser({
      ...{ userId: 'ann2', tenantId: TENANT, address: 'ann@one.example', displayName: '' },
      ...{ status: 'active', quotaBytes: null, createdAt: 3 },
    });
    h.clock.now += DAY;
    expect((await run(h)).outcome).toBe('waits');
    expect((await h.mail.mailbox(refOf('ann')).usage()).exists).toBe(false);
    expect((await h.user('ann2')).status).toBe('active');
    h.clock.now += 15 * DAY;
    expect((await run(h)).outcome).toBe('over');
    expect(await h.directory.dueErasures(TENANT, h.clock.now + 1000 * DAY, 9)).toEqual([]);
  });

  it('leaves what a group is to get, though its envelope names an id', async () => {
    const facts = { ...refOf('ann'), mailFrom: '', rcptTo: '', receivedAt: 1, rawSize: 1, correlationId: '' };
    const key = `blobs/${TENANT}/2026/11/22/group.eml`;
    await h.services.blobs.putRaw(key, new Uint8Array(1), { ...facts, authResults: '', group: true });
    await begin();
    await run(h);
    expect(await h.keys()).toContain(key);
  });
});

/** The services, of whose calls one fails: before it is made, or when it was. */
function failing(
  services: ErasureServices,
  fault: { left: number },
  when: 'before' | 'after',
): ErasureServices {
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        // What answers at once asks no store.
        if (name === 'tables') return value;
        if (name === 'mailbox')
          return (...args: unknown[]) => wrap(Reflect.apply(value, target, args) as object);
        return async (...args: unknown[]) => {
          const fails = fault.left-- === 0;
          if (fails && when === 'before') throw new Error('planned');
          const result: unknown = await Reflect.apply(value, target, args);
          if (fails) throw new Error('planned');
          return result;
        };
      },
    });
  return {
    ...services,
    directory: wrap(services.directory),
    erasure: wrap(services.erasure),
    mail: wrap(services.mail),
    blobs: wrap(services.blobs),
    objects: wrap(services.objects),
    wake: wrap(services.wake),
    throttle: wrap(services.throttle),
  };
}
