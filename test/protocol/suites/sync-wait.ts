import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { UserView } from '../../../shared/admin-api.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { Phone } from '../phone.ts';
import {
  change,
  collection,
  commands,
  everything,
  firstKey,
  news,
  type Said,
  said,
  sendSync,
  serverId,
} from '../sync-request.ts';

const HOLD_S = 4;

/** A Sync that waits, and requests that leave out what was said before, on one of the stores. */
export function syncWaitSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store, vars: { PING_HOLD_MAX_S: String(HOLD_S) } });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(): Promise<Phone> {
    const address = `user${++users}@wait.test`;
    await server.addUser(address, 'a-password');
    return another(address);
  }

  async function another(address: string): Promise<Phone> {
    const phone = new Phone(server, address, 'a-password');
    await phone.folderSync();
    return phone;
  }

  const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
  const deliver = (phone: Phone) =>
    server.email('sender@sender.example', phone.address, buildMail({ to: phone.address }));
  const heartbeat = el('AirSync:HeartbeatInterval', 60);
  const empty = async (phone: Phone): Promise<Said> => said(await phone.post('Sync', null));

  /** A key at which there is nothing new. */
  async function settledKey(phone: Phone, id: string = phone.inbox): Promise<string> {
    const key = await firstKey(phone, id);
    const { answer, key: next } = await news(phone, key, id);
    return answer.bytes.length === 0 ? key : next;
  }

  const wait = (phone: Phone, key: string, ...nodes: WbxmlNode[]) =>
    sendSync(phone, [collection(phone.inbox, key, ...nodes)], heartbeat);

  async function objectOf(phone: Phone): Promise<string> {
    const { items } = await server.admin<{ items: UserView[] }>('GET', '/users?limit=200');
    const user = items.find((u) => u.address === phone.address);
    return `${user?.tenantId}/${user?.userId}/${phone.deviceId}`;
  }

  describe('a Sync with HeartbeatInterval or Wait', () => {
    test('has an answer without a body when its time, or the longest that is held, is over', async () => {
      const phone = await newPhone();
      const key = await settledKey(phone);
      for (const node of [heartbeat, el('AirSync:Wait', 1)]) {
        const start = Date.now();
        const end = await sendSync(phone, [collection(phone.inbox, key)], node);
        expect(end.empty).toBe(true);
        expect(Date.now() - start).toBeGreaterThan((HOLD_S - 1) * 1000);
      }
    });

    test('does not wait when there is something to say, of changes or of commands', async () => {
      const phone = await newPhone();
      await deliver(phone);
      await everything(phone, 1);
      const start = Date.now();
      const brought = await wait(phone, await firstKey(phone));
      expect(brought.commands('Add')).toHaveLength(1);
      const pushed = await wait(
        phone,
        brought.key,
        commands(change(serverId(brought.commands('Add')[0]), el('Email:Read', 1))),
      );
      expect(pushed.status).toBe('1');
      expect(Date.now() - start).toBeLessThan(HOLD_S * 1000 - 500);
    });

    test('brings mail that arrives meanwhile (I14)', async () => {
      const phone = await newPhone();
      const waiting = wait(phone, await settledKey(phone));
      await sleep(300);
      await deliver(phone);
      expect((await waiting).commands('Add')).toHaveLength(1);
    });

    test('loses no wake-up however delivery and wait fall together (I14)', async () => {
      const phone = await newPhone();
      let key = await settledKey(phone);
      for (let i = 0; i < 12; i++) {
        const waiting = wait(phone, key);
        await sleep(i * 5);
        await deliver(phone);
        const { commands: said, key: next } = await waiting;
        expect(said('Add'), `round ${i}`).toHaveLength(1);
        key = next;
      }
    });

    test('watches all of its collections', async () => {
      const phone = await newPhone();
      const junk = phone.folders.find((f) => f.name.toLowerCase().startsWith('junk'))?.id ?? '';
      const sent = phone.folders.find((f) => f.type === '5')?.id ?? '';
      const ids = [sent, junk, phone.inbox];
      const keys = await Promise.all(ids.map((id) => settledKey(phone, id)));
      const waiting = sendSync(
        phone,
        ids.map((id, i) => collection(id, keys[i] ?? '')),
        heartbeat,
      );
      await sleep(300);
      await deliver(phone);
      const end = await waiting;
      expect([...end.collections.keys()]).toEqual([phone.inbox]);
      expect(end.commands('Add')).toHaveLength(1);
    });

    test("is not woken by the device's own change, but by another device's", async () => {
      const one = await newPhone();
      await deliver(one);
      const all = await everything(one, 1);
      const two = await another(one.address);
      const theirs = await everything(two, 1);
      const waiting = wait(two, theirs.key);
      await sleep(200);
      const read = change(serverId(all.commands('Add')[0]), el('Email:Read', 1));
      const pushed = await sendSync(one, [collection(one.inbox, all.key, commands(read))]);
      expect((await waiting).commands('Change')).toHaveLength(1);
      // A wait begun right behind the own change is not woken by the news of it.
      expect((await wait(one, pushed.key)).empty).toBe(true);
    });

    test('ends when a newer Sync or Ping of the device waits', async () => {
      const phone = await newPhone();
      const key = await settledKey(phone);
      for (const newer of [() => wait(phone, key), () => phone.ping()]) {
        const older = wait(phone, key);
        await sleep(300);
        const start = Date.now();
        const next = newer();
        expect((await older).empty).toBe(true);
        expect(Date.now() - start).toBeLessThan(HOLD_S * 1000 - 800);
        await next;
      }
    });

    test('wakes although the object was evicted while it waited', async () => {
      const phone = await newPhone();
      const key = await settledKey(phone);
      const name = await objectOf(phone);
      const waiting = wait(phone, key);
      await sleep(300);
      await server.evict('DEVICE', name);
      await deliver(phone);
      expect((await waiting).commands('Add')).toHaveLength(1);
    });
  });

  describe('an empty request (MS-ASCMD 2.2.1.21.1)', () => {
    test('means the one before it, with its wait and its options', async () => {
      const phone = await newPhone();
      await settledKey(phone);
      expect((await wait(phone, await settledKey(phone))).empty).toBe(true);
      const waiting = empty(phone);
      await sleep(300);
      await deliver(phone);
      const woken = await waiting;
      expect(woken.commands('Add')).toHaveLength(1);
      // After news the request before says no more where the device is.
      expect((await empty(phone)).top).toBe('13');
      expect((await news(phone, woken.key)).empty).toBe(true);
      expect((await empty(phone)).empty).toBe(true);
    });
  });

  describe('a partial request (MS-ASCMD 2.2.3.131)', () => {
    const partial = el('AirSync:Partial');

    test('takes what it leaves out from the request before it', async () => {
      const phone = await newPhone();
      const sent = phone.folders.find((f) => f.type === '5')?.id ?? '';
      const keys = [await settledKey(phone), await settledKey(phone, sent)] as const;
      const whole = [collection(phone.inbox, keys[0]), collection(sent, keys[1])];
      expect((await sendSync(phone, whole)).empty).toBe(true);
      const waiting = sendSync(phone, [collection(sent, keys[1])], partial, heartbeat);
      await sleep(300);
      await deliver(phone);
      const woken = await waiting;
      expect([...woken.collections.keys()]).toEqual([phone.inbox]);
      // The Inbox has another key now: it must be named, the other folder need not be.
      expect((await sendSync(phone, [collection(sent, keys[1])], partial)).top).toBe('13');
      expect((await sendSync(phone, [collection(phone.inbox, woken.key), ...whole.slice(1)])).empty).toBe(
        true,
      );
      expect((await sendSync(phone, null, partial, el('AirSync:WindowSize', 10))).empty).toBe(true);
    });

    test('after news of one collection need not name the others', async () => {
      const phone = await newPhone();
      const sent = phone.folders.find((f) => f.type === '5')?.id ?? '';
      const key = await settledKey(phone, sent);
      await deliver(phone);
      await everything(phone, 1);
      const first = await sendSync(phone, [
        collection(phone.inbox, await firstKey(phone)),
        collection(sent, key),
      ]);
      expect(first.commands('Add')).toHaveLength(1);
      expect((await sendSync(phone, [collection(phone.inbox, first.key)], partial)).empty).toBe(true);
    });

    test('with nothing before it is Status 13, with nothing in it Status 4', async () => {
      const phone = await newPhone();
      expect((await sendSync(phone, null, partial, heartbeat)).top).toBe('13');
      expect((await sendSync(phone, null, partial)).top).toBe('4');
    });
  });

  test('what a blocked device holds ends within a second with its refusal: Sync and Ping (I21)', async () => {
    const phone = await newPhone();
    const key = await settledKey(phone);
    const path = `/users/${encodeURIComponent(phone.address)}/devices/${phone.deviceId}/access`;
    const waits: [string, () => Promise<string | undefined>][] = [
      ['Sync', async () => (await wait(phone, key)).top],
      ['Ping', async () => (await phone.ping()).status],
    ];
    for (const [name, hold] of waits) {
      const held = hold();
      await sleep(400);
      const start = Date.now();
      await server.admin('PUT', path, { access: 'blocked' });
      expect(await held, name).toBe('129');
      expect(Date.now() - start, name).toBeLessThan(HOLD_S * 1000 - 1000);
      await server.admin('PUT', path, { access: 'allowed' });
    }
  });

  test('a change of rights that does not touch the device leaves its wait as it is', async () => {
    const phone = await newPhone();
    const key = await settledKey(phone);
    const path = `/users/${encodeURIComponent(phone.address)}/devices/${phone.deviceId}/access`;
    const held = wait(phone, key);
    await sleep(300);
    await server.admin('PUT', path, { access: 'allowed' });
    await sleep(300);
    await deliver(phone);
    expect((await held).commands('Add')).toHaveLength(1);
  });
}
