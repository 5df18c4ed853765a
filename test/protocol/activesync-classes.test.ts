import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { folder } from './item-operations.ts';
import { Phone } from './phone.ts';
import {
  change,
  collection,
  commands,
  dataOf,
  options,
  type Said,
  sendSync,
  serverId,
} from './sync-request.ts';

/** What the sync engine does alike for events, contacts, tasks, notes and text messages. */

let server: Waypost;
beforeAll(async () => {
  server = await startWaypost();
});
afterAll(() => server?.stop());

let users = 0;
let clients = 0;

async function newUser(): Promise<string> {
  const address = `class${++users}@mail.test`;
  await server.addUser(address, 'a-password');
  return address;
}

const TYPES = { inbox: '2', deleted: '4', tasks: '7', calendar: '8', contacts: '9', notes: '10' } as const;

/** One folder on one device. */
class Place {
  readonly phone: Phone;
  readonly id: string;
  key: string;
  readonly #options: WbxmlNode | null;

  constructor(phone: Phone, id: string, key: string, wishes: WbxmlNode | null) {
    this.phone = phone;
    this.id = id;
    this.key = key;
    this.#options = wishes;
  }

  static async open(phone: Phone, name: keyof typeof TYPES, wishes: WbxmlNode | null = null): Promise<Place> {
    if (phone.folders.length === 0) await phone.folderSync();
    const id = folder(phone, TYPES[name]);
    const { key, status } = await sendSync(phone, [collection(id, '0')]);
    expect(status).toBe('1');
    return new Place(phone, id, key, wishes);
  }

  /** `keep`: as if the answer had been lost. */
  async sync(nodes: WbxmlNode[] = [], keep = false): Promise<Said> {
    const asked = [el('AirSync:GetChanges', 1), ...(this.#options === null ? [] : [this.#options])];
    const before = nodes.filter((n) => n.tag === 'AirSync:DeletesAsMoves');
    const after = nodes.filter((n) => n.tag !== 'AirSync:DeletesAsMoves');
    const all = await sendSync(this.phone, [collection(this.id, this.key, ...before, ...asked, ...after)]);
    if (all.status === '1' && !keep) this.key = all.key;
    return all;
  }

  async add(...data: WbxmlNode[]): Promise<string> {
    const all = await this.sync([commands(newItem(`c${++clients}`, ...data))]);
    const [answer] = all.responses('Add');
    expect(textOf(answer, 'AirSync:Status')).toBe('1');
    return serverId(answer);
  }

  async change(id: string, ...data: WbxmlNode[]): Promise<string | undefined> {
    const all = await this.sync([commands(change(id, ...data))]);
    return textOf(all.responses('Change')[0], 'AirSync:Status');
  }
}

function newItem(clientId: string, ...data: WbxmlNode[]): WbxmlNode {
  return el('AirSync:Add', el('AirSync:ClientId', clientId), el('AirSync:ApplicationData', data));
}

function newPhone(address: string, version = '16.1'): Phone {
  const phone = new Phone(server, address, 'a-password');
  phone.version = version;
  return phone;
}

const note = (subject: string) => [el('Notes:Subject', subject), el('Notes:MessageClass', 'IPM.StickyNote')];
const contact = (name: string) => [el('Contacts:LastName', name)];
const when = [el('Calendar:StartTime', '20301126T083000Z'), el('Calendar:EndTime', '20301126T093000Z')];
const ids = (list: WbxmlElement[]) => list.map(serverId);
const deleted = (id: string) => commands(el('AirSync:Delete', el('AirSync:ServerId', id)));

describe('an Add', () => {
  test('that is sent again makes no second item, and is not echoed (I16)', async () => {
    const address = await newUser();
    const place = await Place.open(newPhone(address), 'notes');
    const request = [commands(newItem('once', ...note('Once')))];
    const lost = await place.sync(request, true);
    const again = await place.sync(request);
    expect(serverId(again.responses('Add')[0])).toBe(serverId(lost.responses('Add')[0]));
    expect(again.commands('Add')).toEqual([]);
    const other = await Place.open(newPhone(address), 'notes');
    expect((await other.sync()).commands('Add')).toHaveLength(1);
  });

  test.each([
    '14.1',
    '16.1',
  ])('of an event that the calendar has by this UID (%s) is that event, with what the Add says put over it', async (version) => {
    const address = await newUser();
    const isOld = version === '14.1';
    const uid = isOld ? el('Calendar:UID', 'the-meeting') : el('Calendar:ClientUid', 'mine');
    const first = await Place.open(newPhone(address, version), 'calendar');
    const body = el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Bring cake'));
    const id = await first.add(...when, el('Calendar:Subject', 'Theirs'), uid, body);
    const second = await Place.open(newPhone(address, version), 'calendar');
    const said = await second.sync([
      commands(newItem('again', ...when, el('Calendar:Subject', 'Mine'), uid)),
    ]);
    expect(serverId(said.responses('Add')[0])).toBe(id);
    const third = await Place.open(newPhone(address, version), 'calendar');
    const all = (await third.sync()).commands('Add').map(dataOf);
    const words = all.map((event) => [
      textOf(event, 'Calendar:Subject'),
      textOf(child(event, 'AirSyncBase:Body'), 'AirSyncBase:Data'),
    ]);
    expect(words).toEqual([['Mine', 'Bring cake']]);
  });

  test('of another class than the folder has, or of a mail that is no draft, is Status 6', async () => {
    const phone = newPhone(await newUser());
    const place = await Place.open(phone, 'contacts');
    const wrong = el(
      'AirSync:Add',
      el('AirSync:Class', 'Tasks'),
      el('AirSync:ClientId', 'x'),
      el('AirSync:ApplicationData', el('Tasks:Subject', 'x')),
    );
    expect(textOf((await place.sync([commands(wrong)])).responses('Add')[0], 'AirSync:Status')).toBe('6');
    const inbox = await Place.open(phone, 'inbox');
    const said = await inbox.sync([commands(newItem('y', ...contact('Nobody')))]);
    expect(textOf(said.responses('Add')[0], 'AirSync:Status')).toBe('6');
  });
});

describe('a mailbox that is full', () => {
  test('takes nothing new and lets nothing grow: Status 9; what shrinks, is ticked off or goes it lets', async () => {
    const address = await newUser();
    const place = await Place.open(newPhone(address), 'tasks');
    const text = (length: number) =>
      el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'x'.repeat(length)));
    const id = await place.add(el('Tasks:Subject', 'Write'), text(4_000));
    const quota = (quotaBytes: number | null) =>
      server.admin('PUT', `/users/${encodeURIComponent(address)}/quota`, { quotaBytes });
    await quota(5_000);
    const full = await place.sync([commands(newItem('full', el('Tasks:Subject', 'Too much'), text(4_000)))]);
    expect(textOf(full.responses('Add')[0], 'AirSync:Status')).toBe('9');
    expect(await place.change(id, text(9_000))).toBe('9');
    // What went well is not spoken of.
    expect(
      await place.change(id, el('Tasks:Complete', 1), el('Tasks:DateCompleted', '20261121T000000Z')),
    ).toBe(undefined);
    expect(await place.change(id, text(100))).toBe(undefined);
    const more = await place.sync([commands(newItem('more', el('Tasks:Subject', 'Small')))]);
    expect(textOf(more.responses('Add')[0], 'AirSync:Status')).toBe('1');
    await quota(10);
    expect((await place.sync([deleted(id)])).responses('Delete')).toEqual([]);
    await quota(null);
    const other = await Place.open(newPhone(address), 'tasks');
    const seen = (await other.sync()).commands('Add').map((one) => textOf(dataOf(one), 'Tasks:Subject'));
    expect(seen).toEqual(['Small']);
  });
});

describe('a Change', () => {
  test('of what another device has changed is discarded with Status 7, and the item is sent again; with Conflict 0 it wins', async () => {
    const address = await newUser();
    const one = await Place.open(newPhone(address), 'notes');
    const id = await one.add(...note('First'));
    const two = await Place.open(newPhone(address), 'notes');
    await two.sync();
    expect(await one.change(id, ...note('From one'))).toBeUndefined();
    const said = await two.sync([commands(change(id, ...note('From two')))]);
    expect(textOf(said.responses('Change')[0], 'AirSync:Status')).toBe('7');
    expect(textOf(dataOf(said.commands('Change')[0]), 'Notes:Subject')).toBe('From one');

    const wins = await Place.open(newPhone(address), 'notes', options(el('AirSync:Conflict', 0)));
    await wins.sync();
    expect(await one.change(id, ...note('From one again'))).toBeUndefined();
    expect(await wins.change(id, ...note('The client'))).toBeUndefined();
    const told = await one.sync();
    expect(textOf(dataOf(told.commands('Change')[0]), 'Notes:Subject')).toBe('The client');
  });

  test('of an item that is not there is Status 8, and so is its Fetch', async () => {
    const place = await Place.open(newPhone(await newUser()), 'contacts');
    expect(await place.change('nothing', ...contact('x'))).toBe('8');
    const fetch = el('AirSync:Fetch', el('AirSync:ServerId', 'nothing'));
    const said = await place.sync([commands(fetch)]);
    expect(textOf(said.responses('Fetch')[0], 'AirSync:Status')).toBe('8');
  });

  test('of two occurrences in one request, and the Delete of a third, all come to be', async () => {
    const address = await newUser();
    const place = await Place.open(newPhone(address), 'calendar');
    const daily = [el('Calendar:Type', 0), el('Calendar:Interval', 1), el('Calendar:Occurrences', 5)];
    const id = await place.add(...when, el('Calendar:Subject', 'Daily'), el('Calendar:Recurrence', daily));
    const at = (day: number) => el('AirSyncBase:InstanceId', `203011${day}T083000Z`);
    const moved = (day: number, subject: string) =>
      el(
        'AirSync:Change',
        el('AirSync:ServerId', id),
        at(day),
        el('AirSync:ApplicationData', el('Calendar:Subject', subject)),
      );
    const drop = el('AirSync:Delete', el('AirSync:ServerId', id), at(29));
    const said = await place.sync([commands(moved(27, 'Second'), moved(28, 'Third'), drop)]);
    expect([said.responses('Change'), said.responses('Delete')]).toEqual([[], []]);
    const other = await Place.open(newPhone(address), 'calendar');
    const event = dataOf((await other.sync()).commands('Add')[0]);
    const exceptions = children(child(event, 'Calendar:Exceptions'), 'Calendar:Exception');
    expect(exceptions.map((e) => textOf(e, 'Calendar:Subject') ?? textOf(e, 'Calendar:Deleted'))).toEqual(
      expect.arrayContaining(['Second', 'Third', '1']),
    );
    const unknown = el('AirSync:Delete', el('AirSync:ServerId', 'nothing'), at(27));
    const refused = (await place.sync([commands(unknown)])).responses('Delete')[0];
    expect([textOf(refused, 'AirSync:Status'), textOf(refused, 'AirSyncBase:InstanceId')]).toEqual([
      '8',
      '20301127T083000Z',
    ]);
  });
});

describe('Deleted Items', () => {
  test('takes what is deleted, and tells of nothing that is no mail: not by Sync, Ping, an estimate or a Fetch', async () => {
    const address = await newUser();
    const phone = newPhone(address);
    const contacts = await Place.open(phone, 'contacts');
    const id = await contacts.add(...contact('Gone'));
    const trash = await Place.open(phone, 'deleted');
    await trash.sync();
    await contacts.sync([deleted(id)]);
    const estimate = await phone.post(
      'GetItemEstimate',
      el(
        'GetItemEstimate:GetItemEstimate',
        el(
          'GetItemEstimate:Collections',
          el(
            'GetItemEstimate:Collection',
            el('AirSync:SyncKey', trash.key),
            el('GetItemEstimate:CollectionId', trash.id),
          ),
        ),
      ),
    );
    const [response] = children(estimate.root ?? undefined, 'GetItemEstimate:Response');
    expect(textOf(child(response, 'GetItemEstimate:Collection'), 'GetItemEstimate:Estimate')).toBe('0');
    expect((await trash.sync()).commands('Add')).toEqual([]);
    const { fetched } = await phone.fetch([el('AirSync:CollectionId', trash.id), el('AirSync:ServerId', id)]);
    expect(textOf(fetched, 'ItemOperations:Status')).toBe('6');
  });

  test('gives an item back to a folder of its class alone (MoveItems)', async () => {
    const address = await newUser();
    const phone = newPhone(address);
    const contacts = await Place.open(phone, 'contacts');
    const id = await contacts.add(...contact('Moved'));
    const trash = folder(phone, TYPES.deleted);
    const move = async (from: string, to: string) => {
      const { root } = await phone.post(
        'MoveItems',
        el(
          'Move:MoveItems',
          el('Move:Move', el('Move:SrcMsgId', id), el('Move:SrcFldId', from), el('Move:DstFldId', to)),
        ),
      );
      return textOf(child(root ?? undefined, 'Move:Response'), 'Move:Status');
    };
    expect(await move(contacts.id, phone.inbox)).toBe('2');
    expect(await move(contacts.id, trash)).toBe('3');
    expect(await move(trash, phone.inbox)).toBe('2');
    expect(await move(trash, folder(phone, TYPES.notes))).toBe('2');
    expect(await move(trash, contacts.id)).toBe('3');
    const other = await Place.open(newPhone(address), 'contacts');
    expect(ids((await other.sync()).commands('Add'))).toEqual([id]);
  });

  test('with DeletesAsMoves 0 nothing goes there', async () => {
    const phone = newPhone(await newUser());
    const notes = await Place.open(phone, 'notes');
    const id = await notes.add(...note('Gone'));
    await notes.sync([el('AirSync:DeletesAsMoves', 0), deleted(id)]);
    const { fetched } = await phone.fetch([el('Search:LongId', id)]);
    expect(textOf(fetched, 'ItemOperations:Status')).toBe('6');
  });
});

describe('text messages', () => {
  const text = [
    el('Email:From', '"A" [MOBILE:+491]'),
    el('Email:To', '"B" [MOBILE:+492]'),
    el('Email:DateReceived', '2026-11-20T12:00:00.000Z'),
    el('Email:Importance', 1),
    el('Email:Read', 0),
    el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'On my way')),
  ];
  const add = el(
    'AirSync:Add',
    el('AirSync:Class', 'SMS'),
    el('AirSync:ClientId', 'sms-1'),
    el('AirSync:ApplicationData', text),
  );
  const both = [options(el('AirSync:Class', 'Email')), options(el('AirSync:Class', 'SMS'))];

  test('are kept, told to who asks for them, marked as read, and to nobody else (S19_TC50)', async () => {
    const address = await newUser();
    const one = await Place.open(newPhone(address, '14.1'), 'inbox');
    const said = await one.sync([...both, commands(add)]);
    const [answer] = said.responses('Add');
    expect([textOf(answer, 'AirSync:Status'), textOf(answer, 'AirSync:Class')]).toEqual(['1', 'SMS']);
    const id = serverId(answer);

    const two = await Place.open(newPhone(address, '14.1'), 'inbox');
    const [told] = (await two.sync(both)).commands('Add');
    expect(serverId(told)).toBe(id);
    expect(textOf(child(dataOf(told), 'AirSyncBase:Body'), 'AirSyncBase:Data')).toBe('On my way');
    const mailOnly = await Place.open(newPhone(address, '14.1'), 'inbox');
    expect((await mailOnly.sync()).commands('Add')).toEqual([]);

    await two.sync([...both, commands(change(id, el('Email:Read', 1)))]);
    const [changed] = (await one.sync(both)).commands('Change');
    expect([textOf(changed, 'AirSync:Class'), textOf(dataOf(changed), 'Email:Read')]).toEqual(['SMS', '1']);
    expect((await mailOnly.sync()).empty).toBe(true);
  });
});

test('a task that another device completes leaves a device that wants open ones alone (FilterType 8)', async () => {
  const address = await newUser();
  const one = await Place.open(newPhone(address), 'tasks');
  const task = (done: number) => [
    el('Tasks:Subject', 'Do it'),
    el('Tasks:Importance', 1),
    el('Tasks:Sensitivity', 0),
    el('Tasks:Complete', done),
    ...(done === 1 ? [el('Tasks:DateCompleted', '2026-11-20T12:00:00.000Z')] : []),
  ];
  const id = await one.add(...task(0));
  const open = await Place.open(newPhone(address), 'tasks', options(el('AirSync:FilterType', 8)));
  expect(ids((await open.sync()).commands('Add'))).toEqual([id]);
  await one.change(id, ...task(1));
  expect(ids((await open.sync()).commands('SoftDelete'))).toEqual([id]);
});

test('an item is fetched by its LongId, with what its Schema names', async () => {
  const address = await newUser();
  const phone = newPhone(address);
  const contacts = await Place.open(phone, 'contacts');
  const id = await contacts.add(...contact('Zimmermann'), el('Contacts:FirstName', 'Alma'));
  const { fetched } = await phone.fetch([
    el('Search:LongId', id),
    el('ItemOperations:Options', el('ItemOperations:Schema', el('Contacts:FirstName'))),
  ]);
  expect(textOf(fetched, 'AirSync:Class')).toBe('Contacts');
  const properties = child(fetched, 'ItemOperations:Properties');
  expect(properties?.children.map((c) => [c.tag, c.text])).toEqual([['Contacts:FirstName', 'Alma']]);
});

test('every class is found by its words, alone and with the others, and not once it is deleted', async () => {
  const address = await newUser();
  const phone = newPhone(address);
  const contacts = await Place.open(phone, 'contacts');
  const person = await contacts.add(...contact('Zimmermann'));
  const notes = await Place.open(phone, 'notes');
  const paper = await notes.add(...note('Call Zimmermann'));
  const search = async (...classes: string[]) => {
    const { root } = await phone.post(
      'Search',
      el(
        'Search:Search',
        el(
          'Search:Store',
          el('Search:Name', 'Mailbox'),
          el(
            'Search:Query',
            el(
              'Search:And',
              classes.map((name) => el('AirSync:Class', name)),
              el('Search:FreeText', 'zimmermann'),
            ),
          ),
        ),
      ),
    );
    const store = child(child(root ?? undefined, 'Search:Response'), 'Search:Store');
    return children(store, 'Search:Result').flatMap((r) => {
      const id = textOf(r, 'Search:LongId');
      return id === undefined ? [] : [[textOf(r, 'AirSync:Class'), id]];
    });
  };
  await expect.poll(() => search(), { timeout: 60_000 }).toHaveLength(2);
  expect(await search('Contacts')).toEqual([['Contacts', person]]);
  expect(await search('Notes')).toEqual([['Notes', paper]]);
  expect(await search('Email', 'Tasks')).toEqual([]);
  await contacts.sync([deleted(person)]);
  expect(await search()).toEqual([['Notes', paper]]);
});
