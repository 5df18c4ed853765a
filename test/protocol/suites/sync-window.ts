import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { deliverOld } from '../old-mail.ts';
import { bodyOf, bodyPreference, Phone } from '../phone.ts';
import {
  change,
  collection,
  commands,
  dataOf,
  everything,
  firstKey,
  news,
  options,
  sendSync,
  serverId,
} from '../sync-request.ts';

/** How much a Sync brings, of which time and in which form, on one of the stores. */
export function syncWindowSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `user${++users}@window.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    return phone;
  }

  async function deliver(phone: Phone, count = 1, mail: Parameters<typeof buildMail>[0] = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      await server.email(
        'sender@sender.example',
        phone.address,
        buildMail({ subject: `mail ${i}`, ...mail }),
      );
    }
  }

  const DAY = 86_400_000;
  const old = (phone: Phone, days: number, mail: Parameters<typeof buildMail>[0] = {}) =>
    deliverOld(server, phone.address, buildMail(mail), Date.now() - days * DAY);
  const filter = (type: number) => options(el('AirSync:FilterType', type));
  const window = (size: number) => el('AirSync:WindowSize', size);
  const folder = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';

  describe.each(['14.1', '16.1'])('in %s', (version) => {
    test('MoreAvailable is said while there is more than the window, then no more (S19_TC02, TC16)', async () => {
      const phone = await newPhone(version);
      await deliver(phone, 3);
      await everything(phone, 3);
      for (const where of ['root', 'collection']) {
        const ask = (at: string) =>
          where === 'root'
            ? sendSync(phone, [collection(phone.inbox, at)], window(1))
            : sendSync(phone, [collection(phone.inbox, at, window(1))]);
        let at = await firstKey(phone);
        const got: string[] = [];
        for (let i = 0; i < 3; i++) {
          const part = await ask(at);
          expect([part.commands('Add').length, part.more], where).toEqual([1, i < 2]);
          got.push(...part.commands('Add').map(serverId));
          at = part.key;
        }
        expect(new Set(got).size, where).toBe(3);
        expect((await ask(at)).empty).toBe(true);
      }
    });

    test('one window may be for all collections together; who had no room is told so (MS-ASCMD 2.2.3.199)', async () => {
      const phone = await newPhone(version);
      await deliver(phone, 4);
      const all = await everything(phone, 4);
      const gone = all.commands('Add').slice(0, 2).map(serverId);
      const deletes = gone.map((id) => el('AirSync:Delete', el('AirSync:ServerId', id)));
      await sendSync(phone, [collection(phone.inbox, all.key, commands(...deletes))]);
      const trash = folder(phone, '4');
      const keys = { inbox: await firstKey(phone), trash: await firstKey(phone, trash) };
      const both = () =>
        sendSync(phone, [collection(phone.inbox, keys.inbox), collection(trash, keys.trash)], window(2));
      const first = await both();
      const second = first.collections.get(trash);
      expect(first.commands('Add')).toHaveLength(2);
      expect(child(second, 'AirSync:MoreAvailable')).toBeDefined();
      expect(child(second, 'AirSync:Commands')).toBeUndefined();
      expect(textOf(second, 'AirSync:SyncKey')).toBe(keys.trash);
      keys.inbox = first.key;
      const rest = await both();
      expect([...rest.collections.keys()]).toEqual([trash]);
      expect(rest.commands('Add').map(serverId).sort()).toEqual(gone.sort());
    });

    test('what ages out of FilterType is taken away by SoftDelete, and comes back when it is widened (S19_TC49)', async () => {
      const phone = await newPhone(version);
      await old(phone, 16, { subject: 'old' });
      await deliver(phone, 1, { subject: 'new' });
      const all = await everything(phone, 2, phone.inbox, filter(0));
      const narrowed = await news(phone, all.key, phone.inbox, filter(4));
      const subject = (id: string | undefined) =>
        textOf(dataOf(all.commands('Add').find((a) => serverId(a) === id)), 'Email:Subject');
      expect(narrowed.commands('SoftDelete').map((s) => subject(serverId(s)))).toEqual(['old']);
      expect(narrowed.commands('Delete')).toEqual([]);
      expect((await everything(phone, 1, phone.inbox, filter(4))).commands('Add')).toHaveLength(1);
      const widened = await news(
        phone,
        (await news(phone, await firstKey(phone), phone.inbox, filter(4))).key,
      );
      expect(widened.empty).toBe(true);
      const last = await everything(phone, 1, phone.inbox, filter(4));
      const back = await news(phone, last.key, phone.inbox, filter(0));
      expect(back.commands('Add').map((a) => textOf(dataOf(a), 'Email:Subject'))).toEqual(['old']);
    });

    test('ConversationMode brings the whole conversation of what is in the window (S19_TC45, MSASCON_S01_TC04)', async () => {
      const phone = await newPhone(version);
      await old(phone, 10, { messageId: '<root@x.example>', subject: 'Plan' });
      await old(phone, 10, { subject: 'Alone' });
      await everything(phone, 2);
      await deliver(phone, 1, { subject: 'Re: Plan', inReplyTo: '<root@x.example>' });
      await everything(phone, 3);
      const mode = (value: number) => [el('AirSync:ConversationMode', value), filter(1)];
      const subjects = async (...nodes: WbxmlNode[]) =>
        (await news(phone, await firstKey(phone), phone.inbox, ...nodes))
          .commands('Add')
          .map((a) => textOf(dataOf(a), 'Email:Subject'))
          .sort();
      expect(await subjects(...mode(1))).toEqual(['Plan', 'Re: Plan']);
      expect(await subjects(filter(1))).toEqual(['Re: Plan']);
    });

    test('MIMETruncation cuts MIME data at its sizes (S19_TC43), MIMESupport gives it (TC44)', async () => {
      const phone = await newPhone(version);
      await deliver(phone, 1, { text: 'X'.repeat(102_500) });
      await everything(phone, 1);
      const sizes = [undefined, 4096, 5120, 7168, 10_240, 20_480, 51_200, 102_400];
      const body = async (truncation?: number) => {
        const nodes = [el('AirSync:MIMESupport', 2), bodyPreference(4)];
        if (truncation !== undefined) nodes.push(el('AirSync:MIMETruncation', truncation));
        const all = await news(phone, await firstKey(phone), phone.inbox, options(...nodes));
        return bodyOf(dataOf(all.commands('Add')[0]));
      };
      const whole = await body();
      expect(whole).toMatchObject({ type: '4', truncated: false });
      expect(whole.text?.length).toBe(whole.size);
      expect((await body(8)).text?.length).toBe(whole.size);
      for (const [value, size] of sizes.entries()) {
        const cut = await body(value);
        expect([cut.text?.length, cut.truncated, cut.size], `value ${value}`).toEqual([
          size,
          true,
          whole.size,
        ]);
      }
    });

    test('mail that is no S/MIME has a Body although only MIME is asked for (S19_TC18)', async () => {
      const phone = await newPhone(version);
      await deliver(phone);
      const nodes = options(el('AirSync:MIMESupport', 1), bodyPreference(4));
      const all = await everything(phone, 1, phone.inbox, nodes);
      expect(child(dataOf(all.commands('Add')[0]), 'AirSyncBase:Body')).toBeDefined();
    });
  });

  test('without a WindowSize it is 100; 512 is an upper bound (S19_TC17, TC37)', async () => {
    const phone = await newPhone();
    await deliver(phone, 103);
    await expect
      .poll(
        async () => {
          const part = await news(phone, await firstKey(phone));
          return [part.commands('Add').length, part.more];
        },
        { timeout: 60_000 },
      )
      .toEqual([100, true]);
    await expect
      .poll(async () => (await everything(phone, 1, phone.inbox, window(512))).commands('Add').length, {
        timeout: 60_000,
      })
      .toBe(103);
    // The same key with another window: the same step.
    const key = await firstKey(phone);
    const hundred = await news(phone, key);
    const again = await sendSync(phone, [collection(phone.inbox, key)], window(512));
    expect([again.commands('Add').length, again.more]).toEqual([hundred.commands('Add').length, true]);
  });

  describe('the recipient information cache', () => {
    test('says name, address and rank of whom the user wrote to (MSASCNTC_S01_TC04), as many as MaxItems (S19_TC21)', async () => {
      const phone = await newPhone();
      const to = ['a', 'b', 'c'].map((name) => `${name}@window.test`);
      for (const address of to) {
        await server.addUser(address, 'a-password').catch(() => undefined);
        const raw = buildMail({ from: phone.address, to: address, subject: 'to whom I write' });
        const sent = await phone.post(
          'SendMail',
          el(
            'ComposeMail:SendMail',
            el('ComposeMail:ClientId', crypto.randomUUID()),
            el('ComposeMail:Mime', raw),
          ),
        );
        expect([sent.status, sent.bytes.length]).toEqual([200, 0]);
      }
      const cache = folder(phone, '19');
      const all = await everything(phone, 3, cache);
      expect(all.status).toBe('1');
      for (const add of all.commands('Add')) {
        const data = dataOf(add);
        expect(to).toContain(textOf(data, 'Contacts:Email1Address'));
        expect(textOf(data, 'Contacts:FileAs')).toBeTruthy();
        expect(textOf(data, 'Contacts:WeightedRank')).toMatch(/^\d+$/);
      }
      const limited = options(el('AirSync:MaxItems', 2), el('AirSync:MaxItems', 3));
      const two = await news(phone, await firstKey(phone, cache), cache, limited);
      expect([two.status, two.commands('Add').length, two.more]).toEqual(['1', 2, false]);
    });
  });

  test('a device that only pushes is told nothing, and later all (GetChanges 0)', async () => {
    const phone = await newPhone();
    await deliver(phone, 2);
    const all = await everything(phone, 2);
    const [first] = all.commands('Add').map(serverId);
    await deliver(phone, 1, { subject: 'later' });
    await server.waitForLog((l) => l.event === 'notify.woken' && l['folderId'] === phone.inbox);
    const pushed = await sendSync(phone, [
      collection(
        phone.inbox,
        all.key,
        el('AirSync:GetChanges', 0),
        commands(change(first ?? '', el('Email:Read', 1))),
      ),
    ]);
    expect([pushed.status, pushed.commands('Add').length]).toEqual(['1', 0]);
    await expect
      .poll(async () => (await news(phone, pushed.key)).commands('Add').length, { timeout: 60_000 })
      .toBe(1);
  });
}
