import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { Phone } from '../phone.ts';
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
  sendSync,
  serverId,
} from '../sync-request.ts';

/** Changes and Deletes of mail by a device, and what it hears of them, on one of the stores. */
export function syncChangesSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startWaypost({ store });
  });
  afterAll(() => server?.stop());

  let users = 0;

  async function newPhone(version: string): Promise<Phone> {
    const address = `user${++users}@changes.test`;
    await server.addUser(address, 'a-password');
    return another(address, version);
  }

  async function another(address: string, version: string): Promise<Phone> {
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    return phone;
  }

  const deliver = async (phone: Phone, mail: Parameters<typeof buildMail>[0] = {}) => {
    const raw = buildMail({ subject: 'mail', to: phone.address, ...mail });
    expect((await server.email('sender@sender.example', phone.address, raw)).outcome).toBe('ok');
  };

  /** A device that has one mail: its key and the item. */
  async function withMail(version: string, mail: Parameters<typeof buildMail>[0] = {}) {
    const phone = await newPhone(version);
    await deliver(phone, mail);
    const all = await everything(phone, 1);
    return { phone, key: all.key, id: serverId(all.commands('Add')[0]), add: all.commands('Add')[0] };
  }

  const push = (phone: Phone, key: string, ...nodes: WbxmlNode[]) =>
    sendSync(phone, [collection(phone.inbox, key, el('AirSync:GetChanges', 1), commands(...nodes))]);
  const remove = (id: string) => el('AirSync:Delete', el('AirSync:ServerId', id));
  const tags = (element: WbxmlElement | undefined) => (dataOf(element)?.children ?? []).map((c) => c.tag);
  const folder = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
  const day = (n: number) => new Date(Date.UTC(2026, 10, 20 + n)).toISOString();
  const flag = (...nodes: WbxmlNode[]) => el('Email:Flag', nodes);
  const status = (n: number | string) => el('Email:Status', n);
  const followUp = el('Email:FlagType', 'for Follow Up');
  const categories = (...names: string[]) =>
    el('Email:Categories', ...names.map((name) => el('Email:Category', name)));
  const completed = [el('Email:CompleteTime', day(0)), el('Tasks:DateCompleted', day(0))];

  describe.each(['14.1', '16.1'])('in %s', (version) => {
    test.each([
      ['the read mark', [el('Email:Read', 0)], ['Email:Read']],
      ['the flag', [flag(status(2), followUp)], ['Email:Flag']],
      ['the categories', [categories('Blue')], ['Email:Categories']],
      ['read mark and flag', [el('Email:Read', 0), flag(status(2), followUp)], ['Email:Read', 'Email:Flag']],
      [
        'read mark and categories',
        [el('Email:Read', 0), categories('Blue')],
        ['Email:Read', 'Email:Categories'],
      ],
      [
        'flag and categories',
        [flag(status(2), followUp), categories('Blue')],
        ['Email:Flag', 'Email:Categories'],
      ],
      [
        'all three',
        [el('Email:Read', 0), flag(status(2), followUp), categories('Blue')],
        ['Email:Read', 'Email:Flag', 'Email:Categories'],
      ],
    ])('asked again under the old key without its change of %s, the device hears that alone (MSASEMAIL_S01_TC05 to TC08, TC25, TC28 to TC31)', async (_name, changes, heard) => {
      const { phone, key, id } = await withMail(version);
      // As the cases do: flag and categories first, then the change in question.
      const before = await push(phone, key, change(id, flag(status(2), followUp), categories('Red')));
      expect(before).toMatchObject({ status: '1' });
      const told = await news(phone, key);
      expect(tags(told.commands('Change')[0])).toEqual(['Email:Flag', 'Email:Categories']);
      expect((await push(phone, told.key, change(id, ...changes))).status).toBe('1');
      const again = await news(phone, told.key);
      expect(again.status).toBe('1');
      expect(again.commands('Change').map(serverId)).toEqual([id]);
      expect(tags(again.commands('Change')[0])).toEqual(heard);
    });

    test('a device hears nothing of its own change, nor when nothing changed (MSASEMAIL_S01_TC09)', async () => {
      const { phone, key, id } = await withMail(version);
      const changed = await push(phone, key, change(id, el('Email:Read', 1)));
      expect(changed.commands('Change')).toEqual([]);
      expect((await news(phone, changed.key)).empty).toBe(true);
    });

    test('a read mark that is none is Status 6 of the Change (MSASEMAIL_S01_TC10)', async () => {
      const { phone, key, id } = await withMail(version);
      const read = await push(phone, key, change(id, el('Email:Read', 'true')));
      expect(read.responses('Change')).toEqual([]);
      const all = await everything(phone, 1);
      expect(textOf(dataOf(all.commands('Add')[0]), 'Email:Read')).toBe('1');
      const bad = await push(phone, all.key, change(id, el('Email:Read', 'NON_BOOL')));
      expect(bad.status).toBe('1');
      expect(textOf(bad.responses('Change')[0], 'AirSync:Status')).toBe('6');
    });

    test.each([
      ['Sender (MSASEMAIL_S01_TC11)', [el('Email2:Sender', 'someone')]],
      ['ReceivedAsBcc (MSASEMAIL_S01_TC14)', [el('Email2:ReceivedAsBcc', 'false')]],
      [
        'ConversationId beside a read mark (MSASEMAIL_S01_TC17)',
        [el('Email2:ConversationId', new Uint8Array(16)), el('Email:Read', 1)],
      ],
      ['UmCallerID (MSASEMAIL_S02_TC02)', [el('Email2:UmCallerID', '77777777777')]],
      ['UmUserNotes (MSASEMAIL_S02_TC03)', [el('Email2:UmUserNotes', 'note')]],
      ['Subject of what is no draft (S19_TC27)', [el('Email:Subject', 'other'), flag(status(2), followUp)]],
    ])('a change of %s is Status 6 of the Change, and changes nothing', async (_name, data) => {
      const { phone, key, id } = await withMail(version);
      const refused = await push(phone, key, change(id, ...data));
      expect(refused.status).toBe('1');
      expect(textOf(refused.responses('Change')[0], 'AirSync:Status')).toBe('6');
      const all = await everything(phone, 1);
      expect(textOf(dataOf(all.commands('Add')[0]), 'Email:Read')).toBe('0');
      expect(bySubject(all.commands('Add'), 'mail')).toBeDefined();
    });

    test('Sender is not said when it is the author (MSASEMAIL_S01_TC12)', async () => {
      const from = 'One <one@sender.example>';
      const { add } = await withMail(version, { from, headers: [`Sender: ${from}`] });
      expect(child(dataOf(add), 'Email2:Sender')).toBeUndefined();
      const delegate = await withMail(version, { from, headers: ['Sender: two@sender.example'] });
      expect(textOf(dataOf(delegate.add), 'Email2:Sender')).toContain('two@sender.example');
    });

    test('a Delete goes to Deleted Items, and for good with DeletesAsMoves 0 (S19_TC34, TC35)', async () => {
      const { phone, key, id } = await withMail(version);
      await deliver(phone, { subject: 'second' });
      await deliver(phone, { subject: 'third' });
      const all = await everything(phone, 3);
      const named = (subject: string) => serverId(bySubject(all.commands('Add'), subject));
      const asked = (at: string, item: string, ...nodes: WbxmlNode[]) =>
        sendSync(phone, [collection(phone.inbox, at, ...nodes, commands(remove(item)))]);
      expect((await news(phone, key)).status).toBe('3');
      const one = await asked(all.key, id, el('AirSync:DeletesAsMoves', 1));
      const two = await asked(one.key, named('second'));
      const three = await asked(two.key, named('third'), el('AirSync:DeletesAsMoves', 0));
      expect([one, two, three].map((r) => r.status)).toEqual(['1', '1', '1']);
      expect((await news(phone, await firstKey(phone))).empty).toBe(true);
      const trash = folder(phone, '4');
      const gone = await news(phone, await firstKey(phone, trash), trash);
      const subjects = gone.commands('Add').map((a) => textOf(dataOf(a), 'Email:Subject'));
      expect(subjects.sort()).toEqual(['mail', 'second']);
    });

    test("another device's Changes and Deletes come as such (S19_TC27, TC38)", async () => {
      const { phone, key, id } = await withMail(version);
      const other = await another(phone.address, version);
      const theirs = await everything(other, 1);
      const changed = await push(other, theirs.key, change(id, el('Email:Read', 1)));
      const heard = await news(phone, key);
      expect(heard.commands('Change').map(serverId)).toEqual([id]);
      await push(other, changed.key, remove(id));
      expect((await news(phone, heard.key)).commands('Delete').map(serverId)).toEqual([id]);
    });

    test('who changed what the server changed too is told by Conflict who wins (S19_TC40)', async () => {
      const { phone, key, id } = await withMail(version);
      const other = await another(phone.address, version);
      const theirs = await everything(other, 1);
      await push(other, theirs.key, change(id, categories('Theirs')));
      const mine = (...nodes: WbxmlNode[]) =>
        sendSync(phone, [collection(phone.inbox, key, ...nodes, commands(change(id, categories('Mine'))))]);
      const said = (answer: Awaited<ReturnType<typeof mine>>) =>
        children(child(dataOf(answer.commands('Change')[0]), 'Email:Categories'), 'Email:Category').map(
          (c) => c.text,
        );
      expect(said(await mine())).toEqual(['Theirs']);
      const kept = await mine(options(el('AirSync:Conflict', 1)));
      expect(textOf(kept.responses('Change')[0], 'AirSync:Status')).toBe('7');
      expect(said(kept)).toEqual(['Theirs']);
      const overruled = await mine(options(el('AirSync:Conflict', 0)));
      expect(overruled.status).toBe('1');
      expect(overruled.responses('Change')).toEqual([]);
      const all = await everything(phone, 1);
      const [now] = all.commands('Add');
      expect(textOf(child(dataOf(now), 'Email:Categories'), 'Email:Category')).toBe('Mine');
    });

    describe('a conversation (MSASCON_S01)', () => {
      async function conversation() {
        const phone = await newPhone(version);
        await deliver(phone, { messageId: '<root@x.example>', subject: 'Plan' });
        await everything(phone, 1);
        await deliver(phone, {
          messageId: '<two@x.example>',
          subject: 'Re: Plan',
          inReplyTo: '<root@x.example>',
        });
        const all = await everything(phone, 2);
        return { phone, key: all.key, ids: all.commands('Add').map(serverId), adds: all.commands('Add') };
      }

      test('is read and unread, flagged, done and cleared item by item (TC01, TC02)', async () => {
        const { phone, key, ids, adds } = await conversation();
        const index = (e: WbxmlElement | undefined) =>
          child(dataOf(e), 'Email2:ConversationIndex')?.opaque?.length ?? 0;
        const newest = serverId([...adds].sort((a, b) => index(b) - index(a))[0]);
        let at = key;
        const all = async (...data: WbxmlNode[]) => {
          const changed = await push(phone, at, ...ids.map((id) => change(id, ...data)));
          expect(changed).toMatchObject({ status: '1' });
          expect(changed.responses('Change')).toEqual([]);
          at = changed.key;
          return (await everything(phone, 2)).commands('Add');
        };
        const marks = (list: WbxmlElement[]) => list.map((e) => textOf(dataOf(e), 'Email:Read'));
        const flags = (list: WbxmlElement[]) =>
          list.map((e) => textOf(child(dataOf(e), 'Email:Flag'), 'Email:Status'));
        expect(marks(await everyTime(all, el('Email:Read', 1)))).toEqual(['1', '1']);
        expect(marks(await everyTime(all, el('Email:Read', 0)))).toEqual(['0', '0']);
        const one = await push(phone, await freshKey(phone), change(newest, flag(status(2), followUp)));
        expect(one.status).toBe('1');
        const flagged = (await everything(phone, 2)).commands('Add');
        for (const item of flagged) {
          const expected = serverId(item) === newest ? '2' : undefined;
          expect(textOf(child(dataOf(item), 'Email:Flag'), 'Email:Status')).toBe(expected);
        }
        expect(flags(await everyTime(all, flag(status(0), followUp)))).toEqual([undefined, undefined]);
        expect(flags(await everyTime(all, flag(...completed, status(1), followUp)))).toEqual(['1', '1']);

        /** Each of them at the key that the Sync before it gave. */
        async function everyTime(act: typeof all, ...data: WbxmlNode[]) {
          at = await freshKey(phone);
          return act(...data);
        }
      });

      test('is deleted item by item, and what comes later stays (TC03)', async () => {
        const { phone, key, ids } = await conversation();
        await push(phone, key, ...ids.map(remove));
        const trash = folder(phone, '4');
        expect((await everything(phone, 2, trash)).commands('Add').map(serverId).sort()).toEqual(ids.sort());
        await deliver(phone, { subject: 'Re: Plan', inReplyTo: '<two@x.example>' });
        const later = await everything(phone, 1);
        expect(later.commands('Add')).toHaveLength(1);
        const id = (e: WbxmlElement | undefined) => child(dataOf(e), 'Email2:ConversationId')?.opaque;
        const [old] = (await everything(phone, 2, trash)).commands('Add');
        expect(id(later.commands('Add')[0])).toEqual(id(old));
      });

      test('has one id, and an index that grows by five bytes with each answer (TC05)', async () => {
        const { adds } = await conversation();
        const indexes = adds.map(
          (e) => child(dataOf(e), 'Email2:ConversationIndex')?.opaque ?? new Uint8Array(),
        );
        const [first, second] = indexes.sort((a, b) => a.length - b.length);
        expect([first?.length, second?.length]).toEqual([5, 10]);
        expect(second?.subarray(0, 5)).toEqual(first);
        const ids = adds.map((e) => Buffer.from(child(dataOf(e), 'Email2:ConversationId')?.opaque ?? []));
        expect(ids[0]?.equals(ids[1] ?? Buffer.alloc(0))).toBe(true);
      });
    });
  });

  /** A key at which the device has all of the Inbox. */
  async function freshKey(phone: Phone): Promise<string> {
    return (await everything(phone, 1)).key;
  }
}
