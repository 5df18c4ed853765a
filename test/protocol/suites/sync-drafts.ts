import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import { bodyOf, bodyPreference, Phone } from '../phone.ts';
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
  type Said,
  sendSync,
  serverId,
} from '../sync-request.ts';

/** Drafts that a device makes, changes and sends (16.x), on one of the stores. */
export function syncDraftsSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  let phone: Phone;
  let friend: Phone;
  let drafts: string;
  let users = 0;
  let clients = 0;

  beforeAll(async () => {
    server = await startServer({ store });
  });
  afterAll(() => server?.stop());

  async function begin(): Promise<string> {
    phone = await newPhone();
    friend = await newPhone();
    drafts = folder(phone, '3');
    return firstKey(phone, drafts);
  }

  async function newPhone(): Promise<Phone> {
    const address = `user${++users}@drafts.test`;
    await server.addUser(address, 'a-password');
    return another(address);
  }

  async function another(address: string): Promise<Phone> {
    const one = new Phone(server, address, 'a-password');
    await one.folderSync();
    return one;
  }

  const folder = (one: Phone, type: string) => one.folders.find((f) => f.type === type)?.id ?? '';
  const send = el('Email2:Send');
  const draft = (subject: string, ...more: WbxmlNode[]) => [
    el('Email:To', friend.address),
    el('Email:Subject', subject),
    ...more,
  ];
  const add = (data: WbxmlNode[], ...more: WbxmlNode[]) =>
    el(
      'AirSync:Add',
      el('AirSync:ClientId', `client-${++clients}`),
      el('AirSync:ApplicationData', data),
      more,
    );
  const text = (data: string, type = 1) =>
    el('AirSyncBase:Body', el('AirSyncBase:Type', type), el('AirSyncBase:Data', data));
  const file = (clientId: string, name: string, content: Uint8Array) =>
    el(
      'AirSyncBase:Add',
      el('AirSyncBase:ClientId', clientId),
      el('AirSyncBase:Method', 1),
      el('AirSyncBase:Content', content),
      el('AirSyncBase:DisplayName', name),
      el('AirSyncBase:ContentType', 'application/octet-stream'),
    );
  const files = (...nodes: WbxmlNode[]) => el('AirSyncBase:Attachments', nodes);
  const attachments = (data: WbxmlElement | undefined) =>
    children(child(data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment').map((a) => ({
      name: textOf(a, 'AirSyncBase:DisplayName'),
      reference: textOf(a, 'AirSyncBase:FileReference') ?? '',
      clientId: textOf(a, 'AirSyncBase:ClientId'),
    }));
  const push = (key: string, ...nodes: WbxmlNode[]) =>
    sendSync(phone, [collection(drafts, key, el('AirSync:GetChanges', 1), commands(...nodes))]);
  const all = (at: number, ...nodes: WbxmlNode[]) =>
    everything(phone, at, drafts, options(bodyPreference(1), ...nodes));
  const statusOf = (element: WbxmlElement | undefined) => textOf(element, 'AirSync:Status');
  const bytesOfFile = async (reference: string) => {
    const { fetched } = await phone.fetch([el('AirSyncBase:FileReference', reference)]);
    const data = textOf(child(fetched, 'ItemOperations:Properties'), 'ItemOperations:Data') ?? '';
    return Buffer.from(data, 'base64');
  };
  const added = (answer: Said) => serverId(answer.responses('Add')[0]);

  test('an Add makes a draft, which has a conversation at once, for this and every device (MSASEMAIL_S01_TC26)', async () => {
    const key = await begin();
    const made = await push(
      key,
      add([
        ...draft(
          'Plan',
          el('Email:Cc', '"Zoë, B." <zoe@drafts.test>'),
          el('Email2:Bcc', 'secret@drafts.test'),
        ),
        el('Email:ReplyTo', 'other@drafts.test'),
        el('Email:Importance', 2),
        text('Grüße 🚀'),
      ]),
    );
    const [response] = made.responses('Add');
    expect([statusOf(response), textOf(response, 'AirSync:ClientId')]).toEqual(['1', `client-${clients}`]);
    expect(child(dataOf(response), 'Email2:ConversationId')?.opaque).toHaveLength(16);
    expect(child(dataOf(response), 'Email2:ConversationIndex')?.opaque).toHaveLength(5);
    expect(made.commands('Add')).toEqual([]);
    expect((await news(phone, made.key, drafts)).empty).toBe(true);

    const two = await another(phone.address);
    const seen = await everything(two, 1, drafts, options(bodyPreference(1)));
    const [item] = seen.commands('Add');
    expect(serverId(item)).toBe(serverId(response));
    const data = dataOf(item);
    for (const [tag, value] of [
      ['Email2:IsDraft', '1'],
      ['Email:To', friend.address],
      ['Email:Cc', '"Zoë, B." <zoe@drafts.test>'],
      ['Email2:Bcc', 'secret@drafts.test'],
      ['Email:ReplyTo', 'other@drafts.test'],
      ['Email:Subject', 'Plan'],
      ['Email:Importance', '2'],
      ['Email:Read', '1'],
    ] as const) {
      expect(textOf(data, tag), tag).toContain(value);
    }
    expect(bodyOf(data).text?.trim()).toBe('Grüße 🚀');
    expect(child(data, 'Email2:ConversationId')?.opaque).toHaveLength(16);
    const fetched = await phone.fetch([
      el('AirSync:CollectionId', drafts),
      el('AirSync:ServerId', serverId(item)),
    ]);
    const properties = child(fetched.fetched, 'ItemOperations:Properties');
    expect(textOf(properties, 'Email2:IsDraft')).toBe('1');
  });

  test('an Add says at once what is read, flagged and categorised', async () => {
    const key = await begin();
    const made = await push(
      key,
      add(
        draft(
          'Marked',
          text('later'),
          el('Email:Read', 0),
          el('Email:Flag', el('Email:Status', 2), el('Email:FlagType', 'Follow up')),
          el('Email:Categories', el('Email:Category', 'Red'), el('Email:Category', 'Blue')),
        ),
      ),
    );
    expect(made.responses('Add').map(statusOf)).toEqual(['1']);
    expect(made.responses('Change')).toEqual([]);
    expect((await news(phone, made.key, drafts)).empty).toBe(true);
    const seen = await everything(await another(phone.address), 1, drafts, options(bodyPreference(1)));
    const data = dataOf(seen.commands('Add')[0]);
    expect(textOf(data, 'Email:Read')).toBe('0');
    expect(textOf(child(data, 'Email:Flag'), 'Email:Status')).toBe('2');
    expect(children(child(data, 'Email:Categories'), 'Email:Category').map((c) => c.text)).toEqual([
      'Red',
      'Blue',
    ]);
  });

  test('a draft is found by Search', async () => {
    const key = await begin();
    await push(key, add(draft('findable words')));
    const query = el(
      'Search:Query',
      el('Search:And', el('AirSync:CollectionId', drafts), el('Search:FreeText', 'findable')),
    );
    const found = async () => {
      const { root } = await phone.post(
        'Search',
        el('Search:Search', el('Search:Store', el('Search:Name', 'Mailbox'), query)),
      );
      const list = child(child(child(root ?? undefined, 'Search:Response'), 'Search:Store'), 'Search:Result');
      return textOf(child(list, 'Search:Properties'), 'Email:Subject');
    };
    await expect.poll(found, { timeout: 60_000 }).toBe('findable words');
  });

  test('an Add that is sent again makes no second draft (I16)', async () => {
    const key = await begin();
    const node = add(draft('Once', files(file('f', 'a.bin', randomBytes(500)))));
    const first = await push(key, node);
    const again = await push(key, node);
    expect(again.key).toBe(first.key);
    expect(Buffer.from(again.answer.bytes).equals(Buffer.from(first.answer.bytes))).toBe(true);
    expect((await all(1)).commands('Add').map(serverId)).toEqual([added(first)]);
    const [atOnce, other] = await Promise.all([push(again.key, add(draft('Two'))), push(again.key, node)]);
    expect([atOnce.answer.status, other.answer.status]).toEqual([200, 200]);
  });

  test('a Change replaces what it says and keeps the rest, for every device', async () => {
    const key = await begin();
    const made = await push(key, add(draft('First', el('Email:Importance', 2), text('one'))));
    const id = added(made);
    const two = await another(phone.address);
    const theirs = await everything(two, 1, drafts);
    const saved = await push(
      made.key,
      change(
        id,
        el('Email:Subject', 'Second'),
        text('<p>two</p>', 2),
        el('Email:Flag', el('Email:Status', 2), el('Email:FlagType', 'x')),
      ),
    );
    expect([saved.status, saved.responses('Change').length]).toEqual(['1', 0]);
    const heard = await news(two, theirs.key, drafts, options(bodyPreference(2)));
    const [item] = heard.commands('Change');
    expect(serverId(item)).toBe(id);
    const data = dataOf(item);
    expect(textOf(data, 'Email:Subject')).toBe('Second');
    expect(textOf(data, 'Email:To')).toContain(friend.address);
    expect(textOf(data, 'Email:Importance')).toBe('2');
    expect(textOf(data, 'Email2:IsDraft')).toBe('1');
    expect(textOf(child(data, 'Email:Flag'), 'Email:Status')).toBe('2');
    expect(bodyOf(data).text).toContain('<p>two</p>');
    expect((await news(phone, saved.key, drafts)).empty).toBe(true);
    const emptied = await push(saved.key, change(id, el('Email:To'), el('Email:Subject')));
    expect(emptied.status).toBe('1');
    const [now] = (await all(1)).commands('Add');
    expect(textOf(dataOf(now), 'Email:Subject')).toBe('');
  });

  describe('an attachment', () => {
    test('is added with its bytes, named in the answer by its ClientId, and removed by its FileReference', async () => {
      const key = await begin();
      const [a, b, c] = [randomBytes(3000), randomBytes(10), randomBytes(77_777)];
      const made = await push(
        key,
        add(draft('Files', files(file('id-a', 'a.bin', a), file('id-b', 'a.bin', b)))),
      );
      const [response] = made.responses('Add');
      const named = attachments(dataOf(response));
      expect(named.map((n) => [n.name, n.clientId])).toEqual([
        ['a.bin', 'id-a'],
        ['a.bin', 'id-b'],
      ]);
      expect((await bytesOfFile(named[0]?.reference ?? '')).equals(a)).toBe(true);
      expect((await bytesOfFile(named[1]?.reference ?? '')).equals(b)).toBe(true);

      const node = change(
        added(made),
        files(
          el('AirSyncBase:Delete', el('AirSyncBase:FileReference', named[0]?.reference)),
          file('id-c', 'répört.bin', c),
        ),
      );
      const saved = await push(made.key, node);
      expect(saved.status).toBe('1');
      // The references number the parts of a draft, which are others now: it is told anew, the added file by its name.
      const left = attachments(dataOf(saved.commands('Change')[0]));
      expect(left.map((n) => [n.name, n.clientId])).toEqual([
        ['a.bin', undefined],
        ['répört.bin', 'id-c'],
      ]);
      expect((await bytesOfFile(left[0]?.reference ?? '')).equals(b)).toBe(true);
      expect((await bytesOfFile(left[1]?.reference ?? '')).equals(c)).toBe(true);
      // I16: the same request again adds and removes nothing more.
      const again = await push(made.key, node);
      expect(Buffer.from(again.answer.bytes).equals(Buffer.from(saved.answer.bytes))).toBe(true);
      expect((await news(phone, saved.key, drafts)).empty).toBe(true);
      const [item] = (await all(1)).commands('Add');
      expect(attachments(dataOf(item)).map((n) => n.name)).toEqual(['a.bin', 'répört.bin']);
    });

    test('that is not there, or of another draft, is not removed: Status 6', async () => {
      const key = await begin();
      const made = await push(key, add(draft('Files', files(file('x', 'x.bin', randomBytes(9))))));
      const id = added(made);
      for (const reference of [`${id}.99`, 'other.1', '']) {
        const node = change(id, files(el('AirSyncBase:Delete', el('AirSyncBase:FileReference', reference))));
        const refused = await push(made.key, node);
        expect(statusOf(refused.responses('Change')[0]), reference).toBe('6');
      }
    });
  });

  describe('Send', () => {
    const inboxOf = async (one: Phone, count: number) => (await everything(one, count)).commands('Add');
    const sentItems = async () => (await everything(phone, 1, folder(phone, '5'))).commands('Add');

    test('in an Add sends at once, keeps a copy, and leaves no draft; a repeat sends nothing (MSASEMAIL_S01_TC27, I16)', async () => {
      const key = await begin();
      const node = add(draft('Off it goes', text('now')), send);
      const first = await push(key, node);
      const [response] = first.responses('Add');
      expect([statusOf(response), serverId(response)]).toEqual(['1', '']);
      const again = await push(key, node);
      expect(Buffer.from(again.answer.bytes).equals(Buffer.from(first.answer.bytes))).toBe(true);
      const got = await inboxOf(friend, 1);
      expect(got.map((g) => textOf(dataOf(g), 'Email:Subject'))).toEqual(['Off it goes']);
      expect(textOf(dataOf(got[0]), 'Email2:IsDraft')).toBe('0');
      expect(await sentItems()).toHaveLength(1);
      expect((await news(phone, await firstKey(phone, drafts), drafts)).empty).toBe(true);
    });

    test('in a Change sends the draft as it then is, and takes it away from every device (I16)', async () => {
      const key = await begin();
      const content = randomBytes(2000);
      const made = await push(key, add(draft('Almost', files(file('x', 'x.bin', content)))));
      const id = added(made);
      const two = await another(phone.address);
      const theirs = await everything(two, 1, drafts);
      const node = el(
        'AirSync:Change',
        el('AirSync:ServerId', id),
        el('AirSync:ApplicationData', el('Email:Subject', 'Done')),
        send,
      );
      const first = await push(made.key, node);
      expect([first.status, first.responses('Change').length]).toEqual(['1', 0]);
      expect(first.commands('Delete').map(serverId)).toEqual([id]);
      const again = await push(made.key, node);
      expect(Buffer.from(again.answer.bytes).equals(Buffer.from(first.answer.bytes))).toBe(true);
      const got = await inboxOf(friend, 1);
      expect(got.map((g) => textOf(dataOf(g), 'Email:Subject'))).toEqual(['Done']);
      const [reference] = attachments(dataOf(got[0]));
      const { fetched } = await friend.fetch([el('AirSyncBase:FileReference', reference?.reference)]);
      const data = textOf(child(fetched, 'ItemOperations:Properties'), 'ItemOperations:Data') ?? '';
      expect(Buffer.from(data, 'base64').equals(content)).toBe(true);
      expect(bySubject(await sentItems(), 'Done')).toBeDefined();
      expect((await news(two, theirs.key, drafts)).commands('Delete').map(serverId)).toEqual([id]);
      expect((await news(phone, first.key, drafts)).empty).toBe(true);
    });

    test.each([
      ['nobody', []],
      ['something that is no address', [el('Email:To', 'not an address')]],
    ])('to %s is Status 183, and keeps the draft', async (_name, to) => {
      const key = await begin();
      const refused = await push(key, add([el('Email:Subject', 'x'), ...to], send));
      expect(statusOf(refused.responses('Add')[0])).toBe('183');
      const made = await push(refused.key, add([el('Email:Subject', 'kept'), text('words')]));
      const id = added(made);
      const node = el('AirSync:Change', el('AirSync:ServerId', id), el('AirSync:ApplicationData', to), send);
      const still = await push(made.key, node);
      expect(statusOf(still.responses('Change')[0])).toBe('183');
      expect((await all(1)).commands('Add').map(serverId)).toEqual([id]);
    });
  });

  test('a draft elsewhere than in Drafts is Status 6, a Change of one that is not there Status 8', async () => {
    const key = await begin();
    const sent = folder(phone, '5');
    const there = await sendSync(phone, [
      collection(sent, await firstKey(phone, sent), commands(add(draft('x')))),
    ]);
    expect(statusOf(there.responses('Add')[0])).toBe('6');
    const none = await push(key, change('nothing', el('Email:Subject', 'x')));
    expect(statusOf(none.responses('Change')[0])).toBe('8');
    const unsent = await push(
      none.key,
      el('AirSync:Change', el('AirSync:ServerId', 'nothing'), el('AirSync:ApplicationData'), send),
    );
    expect(statusOf(unsent.responses('Change')[0])).toBe('8');
    await server.email('a@b.example', phone.address, buildMail({ to: phone.address, subject: 'in' }));
    const got = await everything(phone, 1);
    const changed = await sendSync(phone, [
      collection(phone.inbox, got.key, commands(change(serverId(got.commands('Add')[0]), text('mine')))),
    ]);
    expect(statusOf(changed.responses('Change')[0])).toBe('6');
  });
}
