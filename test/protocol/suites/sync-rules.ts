import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { bodyPreference, Phone } from '../phone.ts';
import {
  bySubject,
  change,
  collection,
  commands,
  dataOf,
  everything,
  firstKey,
  news,
  options,
  said,
  sendSync,
  serverId,
} from '../sync-request.ts';

/** What a Sync may say, and how it is refused (MS-ASCMD 2.2.1.21), on one of the stores. */
export function syncRulesSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `user${++users}@rules.test`;
    await server.addUser(address, 'a-password');
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    return phone;
  }

  async function deliver(phone: Phone, count = 1, mail: Parameters<typeof buildMail>[0] = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      const raw = buildMail({ subject: `mail ${i}`, to: phone.address, ...mail });
      expect((await server.email('sender@sender.example', phone.address, raw)).outcome).toBe('ok');
    }
  }

  const folder = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
  const fetched = (id: string) => el('AirSync:Fetch', el('AirSync:ServerId', id));

  describe.each(['14.1', '16.1'])('in %s', (version) => {
    test('a first Sync brings a key, the next its items, and then nothing is an answer without a body (S19_TC01, TC03, TC19)', async () => {
      const phone = await newPhone(version);
      await deliver(phone);
      const all = await everything(phone, 1);
      expect(all).toMatchObject({ status: '1', top: undefined, more: false });
      expect(all.key).not.toBe('0');
      expect(all.responses('Add')).toEqual([]);
      expect(child(all.collections.get(phone.inbox), 'AirSync:Responses')).toBeUndefined();
      expect((await news(phone, all.key)).empty).toBe(true);
    });

    test('a key that the server never gave is Status 3 of the collection (S19_TC04)', async () => {
      const phone = await newPhone(version);
      const answer = await sendSync(phone, [collection(phone.inbox, crypto.randomUUID())]);
      expect(answer).toMatchObject({ status: '3', top: undefined });
    });

    test('a document that is none is Status 4 of the whole (S19_TC05, TC46)', async () => {
      const phone = await newPhone(version);
      expect((await sendSync(phone, null)).top).toBe('4');
      const supported = el('AirSync:Supported', el('Contacts:JobTitle'));
      const noCollection = el('AirSync:Collection', el('AirSync:SyncKey', '0'), supported);
      expect((await sendSync(phone, [noCollection])).top).toBe('4');
      const noKey = el('AirSync:Collection', el('AirSync:CollectionId', phone.inbox));
      expect((await sendSync(phone, [noKey])).top).toBe('4');
      // A collection named twice (ATTACKS A09).
      expect((await sendSync(phone, [collection(phone.inbox, '0'), collection(phone.inbox, '0')])).top).toBe(
        '4',
      );
    });

    test('the recipient information cache takes nothing (S19_TC05)', async () => {
      const phone = await newPhone(version);
      const cache = folder(phone, '19');
      const key = await firstKey(phone, cache);
      const add = el('AirSync:Add', el('AirSync:ClientId', '1'), el('AirSync:ApplicationData'));
      expect((await sendSync(phone, [collection(cache, key, commands(add))])).top).toBe('4');
    });

    test('an empty request with nothing before it is Status 13 (S19_TC06)', async () => {
      const phone = await newPhone(version);
      await firstKey(phone);
      expect(said(await phone.post('Sync', null)).top).toBe('13');
    });

    test.each([
      ['HeartbeatInterval', 3541, '3540'],
      ['HeartbeatInterval', 59, '60'],
      ['Wait', 0, '1'],
      ['Wait', 60, '59'],
    ])('%s %i is Status 14 with the limit %s (S19_TC07, TC30 to TC33, TC47)', async (name, value, limit) => {
      const phone = await newPhone(version);
      const answer = await sendSync(phone, [collection(phone.inbox, '0')], el(`AirSync:${name}`, value));
      expect(answer).toMatchObject({ top: '14', limit });
    });

    test('Wait and HeartbeatInterval together are Status 4 (S19_TC29)', async () => {
      const phone = await newPhone(version);
      const both = [el('AirSync:Wait', 10), el('AirSync:HeartbeatInterval', 1000)];
      expect((await sendSync(phone, [collection(phone.inbox, '0')], ...both)).top).toBe('4');
    });

    test('ConversationMode is for mail only (S19_TC08)', async () => {
      const phone = await newPhone(version);
      const contacts = folder(phone, '9');
      const key = await firstKey(phone, contacts);
      const nodes = [
        el('AirSync:GetChanges', 1),
        el('AirSync:ConversationMode', 1),
        options(el('AirSync:FilterType', 1)),
      ];
      expect((await sendSync(phone, [collection(contacts, key, ...nodes)])).top).toBe('4');
    });

    test('two Options for one class are Status 4; Email goes with SMS alone (S19_TC09, TC42)', async () => {
      const phone = await newPhone(version);
      const of = (name: string) => options(el('AirSync:Class', name));
      const calendar = folder(phone, '8');
      const day = await firstKey(phone, calendar);
      for (const pair of [
        ['Calendar', 'Calendar'],
        ['Calendar', 'Tasks'],
      ]) {
        expect((await sendSync(phone, [collection(calendar, day, ...pair.map(of))])).top).toBe('4');
      }
      await deliver(phone);
      const both = await everything(phone, 1, phone.inbox, of('Email'), of('SMS'));
      expect(both.status).toBe('1');
    });

    test('Commands without children are no error (S19_TC10)', async () => {
      const phone = await newPhone(version);
      expect((await sendSync(phone, [collection(phone.inbox, '0', commands())])).status).toBe('1');
    });

    test('mail knows FilterTypes 0 to 5, tasks 0 and 8, calendars 0 and 4 to 7; contacts ignore it (S19_TC11, TC13, TC15)', async () => {
      const phone = await newPhone(version);
      const known = { 2: [0, 1, 2, 3, 4, 5], 7: [0, 8], 8: [0, 4, 5, 6, 7], 9: [0, 1, 2, 3, 4, 5, 6, 7, 8] };
      for (const [type, valid] of Object.entries(known)) {
        for (let filter = 0; filter <= 8; filter++) {
          const filtered = options(el('AirSync:FilterType', filter));
          const answer = await sendSync(phone, [collection(folder(phone, type), '0', filtered)]);
          const expected = valid.includes(filter) ? [undefined, '1'] : ['4', undefined];
          expect([answer.top, answer.status], `type ${type} filter ${filter}`).toEqual(expected);
        }
      }
    });

    test('what Options say twice counts as it is said first (S19_TC14, TC20, TC22, TC23, TC41)', async () => {
      const phone = await newPhone(version);
      await deliver(phone);
      await everything(phone, 1);
      for (const [name, ...values] of [
        ['FilterType', 0, 1],
        ['Class', 'Email', 'Email'],
        ['MIMESupport', 0, 1],
        ['MIMETruncation', 2, 3],
        ['Conflict', 1, 1],
      ]) {
        const twice = options(...values.map((v) => el(`AirSync:${name}`, v)));
        const all = await news(phone, await firstKey(phone), phone.inbox, twice);
        expect(all.status, String(name)).toBe('1');
        expect(bySubject(all.commands('Add'), 'mail 0'), String(name)).toBeDefined();
      }
    });

    test('a mail added to the Inbox is Status 6 of the Add (S19_TC25)', async () => {
      const phone = await newPhone(version);
      const add = el(
        'AirSync:Add',
        version === '14.1' ? null : el('AirSync:Class', 'Email'),
        el('AirSync:ClientId', 'mine'),
        el('AirSync:ApplicationData', el('Email:To', 'someone@rules.test')),
      );
      const key = await firstKey(phone);
      const [response] = (await sendSync(phone, [collection(phone.inbox, key, commands(add))])).responses(
        'Add',
      );
      expect([textOf(response, 'AirSync:ClientId'), textOf(response, 'AirSync:Status')]).toEqual([
        'mine',
        '6',
      ]);
      // MSASAIRS_S04_TC02: of a Body whose type is none
      const bad = el('AirSyncBase:Body', el('AirSyncBase:Type', 'a'), el('AirSyncBase:Data', 'x'));
      const drafts = folder(phone, '3');
      const draft = el('AirSync:Add', el('AirSync:ClientId', 'd'), el('AirSync:ApplicationData', bad));
      const wrong = await sendSync(phone, [
        collection(drafts, await firstKey(phone, drafts), commands(draft)),
      ]);
      expect(textOf(wrong.responses('Add')[0], 'AirSync:Status')).toBe('6');
    });

    test('GetChanges: refused at key 0, taken as wanted by default, and 0 brings nothing, also for a key that was used (S19_TC26)', async () => {
      const phone = await newPhone(version);
      await deliver(phone);
      await everything(phone, 1);
      const asked = (value?: number) =>
        value === undefined ? el('AirSync:GetChanges') : el('AirSync:GetChanges', value);
      for (const value of [1, undefined]) {
        expect((await sendSync(phone, [collection(phone.inbox, '0', asked(value))])).top).toBe('4');
      }
      const zero = await sendSync(phone, [collection(phone.inbox, '0', asked(0))]);
      expect(zero.status).toBe('1');
      const key = await firstKey(phone);
      for (const nodes of [[], [], [asked(1)]]) {
        const brought = await sendSync(phone, [collection(phone.inbox, key, ...nodes)]);
        expect(brought.commands('Add')).toHaveLength(1);
      }
      expect((await sendSync(phone, [collection(phone.inbox, key, asked(0))])).empty).toBe(true);
      const again = await sendSync(phone, [collection(phone.inbox, key)]);
      expect((await news(phone, again.key)).empty).toBe(true);
    });

    test('a Change and a Fetch of what is not there are Status 8 of their own; a Fetch brings the whole item (S19_TC28, TC36, TC52)', async () => {
      const phone = await newPhone(version);
      await deliver(phone, 1, { text: 'long '.repeat(500) });
      const cut = options(bodyPreference(1, 10));
      const all = await everything(phone, 1, phone.inbox, cut);
      const id = serverId(all.commands('Add')[0]);
      const unknown = crypto.randomUUID();
      const both = [change(unknown, el('Email:Read', 1)), fetched(id)];
      const first = await sendSync(phone, [collection(phone.inbox, all.key, commands(...both))]);
      expect(first.status).toBe('1');
      const [failed] = first.responses('Change');
      expect([serverId(failed), textOf(failed, 'AirSync:Status')]).toEqual([unknown, '8']);
      const [item] = first.responses('Fetch');
      expect(textOf(item, 'AirSync:Status')).toBe('1');
      const text = textOf(child(dataOf(item), 'AirSyncBase:Body'), 'AirSyncBase:Data');
      expect(text?.trim()).toBe('long '.repeat(500).trim());

      const gone = el('AirSync:Delete', el('AirSync:ServerId', id));
      const nodes = [el('AirSync:DeletesAsMoves', 0), commands(gone)];
      const deleted = await sendSync(phone, [collection(phone.inbox, first.key, ...nodes)]);
      const none = await sendSync(phone, [collection(phone.inbox, deleted.key, commands(fetched(id)))]);
      expect(textOf(none.responses('Fetch')[0], 'AirSync:Status')).toBe('8');
    });

    test('more than 200 commands are Status 4 (S19_TC48)', async () => {
      const phone = await newPhone(version);
      const key = await firstKey(phone);
      const many = (n: number) =>
        Array.from({ length: n }, (_, i) =>
          i % 2 === 0 ? fetched(`nothing-${i}`) : change(`nothing-${i}`, el('Email:Read', 1)),
        );
      expect((await sendSync(phone, [collection(phone.inbox, key, commands(...many(201)))])).top).toBe('4');
      const fits = await sendSync(phone, [collection(phone.inbox, key, commands(...many(200)))]);
      expect(fits.status).toBe('1');
    });

    test('preferences that break their schema are Status 4, a BodyPart of another type 164 (MSASAIRS_S04_TC01, MSASCON_S01_TC08)', async () => {
      const phone = await newPhone(version);
      const key = await firstKey(phone);
      const ask = async (name: string, ...nodes: ReturnType<typeof el>[]) =>
        (await news(phone, key, phone.inbox, options(el(`AirSyncBase:${name}`, nodes)))).top;
      const type = el('AirSyncBase:Type', 1);
      const all = el('AirSyncBase:AllOrNone', 1);
      const size = el('AirSyncBase:TruncationSize', 100);
      expect(await ask('BodyPreference', size, all, type)).toBe('4');
      expect(await ask('BodyPreference', type, size, el('AirSyncBase:AllOrNone', 'a'))).toBe('4');
      expect(await ask('BodyPreference', type, size, all, all)).toBe('4');
      expect(await ask('BodyPartPreference', el('AirSyncBase:Type', 3))).toBe('164');
    });

    test('a folder that is not there is Status 12', async () => {
      const phone = await newPhone(version);
      expect((await sendSync(phone, [collection('nowhere', '0')])).status).toBe('12');
    });
  });
}
