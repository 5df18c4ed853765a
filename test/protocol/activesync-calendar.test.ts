import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import { writeTimeZone } from '../../core/calendar/zones/activesync.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { fetchOf, operate, results } from './item-operations.ts';
import { Phone } from './phone.ts';
import { change, collection, commands, dataOf, type Said, sendSync, serverId } from './sync-request.ts';

let server: Waypost;
beforeAll(async () => {
  server = await startWaypost();
});
afterAll(() => server?.stop());

let users = 0;
let clients = 0;

async function newUser(): Promise<string> {
  const address = `cal${++users}@mail.test`;
  await server.addUser(address, 'a-password');
  return address;
}

/** A device with the key of its calendar. */
class Calendar {
  readonly phone: Phone;
  readonly id: string;
  key: string;

  constructor(phone: Phone, id: string, key: string) {
    this.phone = phone;
    this.id = id;
    this.key = key;
  }

  static async open(address: string, version: string): Promise<Calendar> {
    const phone = new Phone(server, address, 'a-password');
    phone.version = version;
    await phone.folderSync();
    const id = phone.folders.find(({ type }) => type === '8')?.id ?? '';
    const { key, status } = await sendSync(phone, [collection(id, '0')]);
    expect(status).toBe('1');
    return new Calendar(phone, id, key);
  }

  async sync(...nodes: WbxmlNode[]): Promise<Said> {
    const all = await sendSync(this.phone, [
      collection(this.id, this.key, el('AirSync:GetChanges', 1), ...nodes),
    ]);
    if (all.status === '1') this.key = all.key;
    return all;
  }

  async add(
    ...data: WbxmlNode[]
  ): Promise<{ status: string | undefined; id: string; data?: WbxmlElement | undefined }> {
    const clientId = el('AirSync:ClientId', `c${++clients}`);
    const all = await this.sync(commands(el('AirSync:Add', clientId, el('AirSync:ApplicationData', data))));
    const [answer] = all.responses('Add');
    return { status: textOf(answer, 'AirSync:Status'), id: serverId(answer), data: dataOf(answer) };
  }

  async change(id: string, ...data: WbxmlNode[]): Promise<string | undefined> {
    const all = await this.sync(commands(change(id, ...data)));
    return textOf(all.responses('Change')[0], 'AirSync:Status') ?? all.status;
  }

  /** What the device is told of its one event. */
  async news(what: 'Add' | 'Change' = 'Add'): Promise<WbxmlElement | undefined> {
    const all = await this.sync();
    return dataOf(all.commands(what)[0]);
  }
}

const cal = (name: string, value: string | number) => el(`Calendar:${name}`, value);
const when = (from: string, to: string) => [cal('StartTime', from), cal('EndTime', to)];
const WHEN = when('20301126T083000Z', '20301126T093000Z');
const AT = Date.UTC(2030, 10, 26);
const DAILY = el('Calendar:Recurrence', cal('Type', 0), cal('Interval', 1), cal('Occurrences', 6));
const fields = (element: WbxmlElement | undefined) =>
  Object.fromEntries(
    (element?.children ?? []).map((c) => [
      c.tag.replace(/^.*:/, ''),
      c.children.length === 0 ? c.text : c.children.map((one) => one.text).join('|'),
    ]),
  );
const exceptions = (element: WbxmlElement | undefined) =>
  children(child(element, 'Calendar:Exceptions'), 'Calendar:Exception').map(fields);

describe.each(['12.1', '14.1', '16.1'])('events in %s', (version) => {
  test('are added, told to another device, changed and deleted', async () => {
    const address = await newUser();
    const one = await Calendar.open(address, version);
    const other = await Calendar.open(address, version);
    const named = version === '16.1' ? cal('ClientUid', 'client-1') : cal('UID', 'client-1');
    const { status, id, data } = await one.add(
      named,
      cal('Subject', 'Review'),
      ...WHEN,
      cal('Reminder', 10),
      cal('Timezone', writeTimeZone('Europe/Berlin', AT)),
    );
    expect(status).toBe('1');
    if (version === '16.1') expect(textOf(data, 'Calendar:UID')).toMatch(/^[0-9a-f]{32}$/);
    expect(fields(await other.news())).toMatchObject({
      ...{ Subject: 'Review', StartTime: '20301126T083000Z', EndTime: '20301126T093000Z', Reminder: '10' },
      ...{ OrganizerEmail: address, MeetingStatus: '0', Timezone: writeTimeZone('Europe/Berlin', AT) },
    });
    expect(
      await one.change(
        id,
        cal('Subject', 'Moved'),
        ...when('20301126T103000Z', '20301126T113000Z'),
        cal('Reminder', 5),
      ),
    ).toBe('1');
    expect(fields(await other.news('Change'))).toMatchObject({
      Subject: 'Moved',
      StartTime: '20301126T103000Z',
      Reminder: '5',
    });
    await one.sync(commands(el('AirSync:Delete', el('AirSync:ServerId', id))));
    expect((await other.sync()).commands('Delete').map(serverId)).toEqual([id]);
  });

  test('that are none are refused with Status 6, and the others of the request are not', async () => {
    const one = await Calendar.open(await newUser(), version);
    expect(await one.add(cal('Subject', 'x'), cal('StartTime', 'soon'))).toMatchObject({ status: '6' });
    expect(
      await one.add(cal('Subject', 'x'), ...WHEN, el('Calendar:Recurrence', cal('Type', 4))),
    ).toMatchObject({ status: '6' });
    expect(await one.add(cal('Subject', 'x'), ...WHEN)).toMatchObject({ status: '1' });
  });
});

test('a whole day is that day for devices of every version, wherever it was made (PROTOCOL row 12)', async () => {
  for (const [zone, from, to] of [
    ['America/New_York', '20301126T050000Z', '20301127T050000Z'],
    ['Asia/Tokyo', '20301125T150000Z', '20301126T150000Z'],
  ] as const) {
    const address = await newUser();
    const old = await Calendar.open(address, '14.1');
    const young = await Calendar.open(address, '16.1');
    const blob = cal('Timezone', writeTimeZone(zone, AT));
    await old.add(blob, cal('UID', 'u'), cal('Subject', 'Day'), cal('AllDayEvent', 1), ...when(from, to));
    const seen = fields(await young.news());
    expect(seen).toMatchObject({
      StartTime: '20301126T000000Z',
      EndTime: '20301127T000000Z',
      AllDayEvent: '1',
    });
    expect(seen).not.toHaveProperty('Timezone');
    const third = await Calendar.open(address, '12.1');
    expect(fields(await third.news())).toMatchObject({
      StartTime: from,
      EndTime: to,
      Timezone: writeTimeZone(zone, AT),
    });
  }
});

test('exceptions of an older device are occurrences of a newer one, and the other way round', async () => {
  const address = await newUser();
  const old = await Calendar.open(address, '14.1');
  const young = await Calendar.open(address, '16.1');
  const exception = (at: string, ...nodes: WbxmlNode[]) =>
    el('Calendar:Exception', cal('ExceptionStartTime', at), nodes);
  const zone = cal('Timezone', writeTimeZone('Etc/UTC', AT));
  const { id } = await old.add(
    ...[zone, cal('UID', 'u'), cal('Subject', 'Daily'), ...WHEN, DAILY],
    el(
      'Calendar:Exceptions',
      exception('20301127T083000Z', cal('Subject', 'Other')),
      exception('20301128T000000Z', cal('Deleted', 1)),
    ),
  );
  expect(exceptions(await young.news())).toMatchObject([
    { InstanceId: '20301127T083000Z', Subject: 'Other' },
    { InstanceId: '20301128T083000Z', Deleted: '1' },
  ]);

  const instance = (at: string) => el('AirSyncBase:InstanceId', at);
  const edit = el(
    'AirSync:Change',
    ...[el('AirSync:ServerId', id), instance('20301129T083000Z')],
    el('AirSync:ApplicationData', el('AirSyncBase:Location', el('AirSyncBase:DisplayName', 'Room 2'))),
  );
  const gone = el('AirSync:Delete', el('AirSync:ServerId', id), instance('20301130T083000Z'));
  const wrong = el('AirSync:Delete', el('AirSync:ServerId', id), instance('20400101T083000Z'));
  const all = await young.sync(commands(edit, gone, wrong));
  expect(all.responses('Delete').map((r) => textOf(r, 'AirSync:Status'))).toContain('8');
  expect(exceptions(await old.news('Change'))).toMatchObject([
    { ExceptionStartTime: '20301127T083000Z', Subject: 'Other' },
    { ExceptionStartTime: '20301128T083000Z', Deleted: '1' },
    { ExceptionStartTime: '20301129T083000Z', Location: 'Room 2' },
    { ExceptionStartTime: '20301130T083000Z', Deleted: '1' },
  ]);
  // The series is still there, and takes place once when the device says so.
  await young.change(id, el('Calendar:Recurrence'));
  const once = await old.news('Change');
  expect(fields(once)).toMatchObject({ Subject: 'Daily' });
  expect(child(once, 'Calendar:Recurrence')).toBeUndefined();
  expect(exceptions(once)).toEqual([]);
});

test('files of an event are kept byte for byte, told, fetched and taken away (16.x)', async () => {
  const address = await newUser();
  const one = await Calendar.open(address, '16.1');
  const other = await Calendar.open(address, '16.1');
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
  const file = (clientId: string, content: Uint8Array) =>
    el(
      'AirSyncBase:Add',
      ...[el('AirSyncBase:ClientId', clientId), el('AirSyncBase:Content', content)],
      ...[
        el('AirSyncBase:ContentType', 'application/pdf'),
        el('AirSyncBase:DisplayName', `${clientId}.pdf`),
        el('AirSyncBase:Method', 1),
      ],
    );
  const shown = (data: WbxmlElement | undefined) =>
    children(child(data, 'AirSyncBase:Attachments'), 'AirSyncBase:Attachment').map(fields);
  const { status, id, data } = await one.add(
    cal('Subject', 'Files'),
    ...WHEN,
    el('AirSyncBase:Attachments', file('a', bytes)),
  );
  expect(status).toBe('1');
  const [added] = shown(data);
  expect(added).toMatchObject({ ClientId: 'a', EstimatedDataSize: '70000' });
  const reference = added?.['FileReference'] ?? '';
  expect(shown(await other.news())).toMatchObject([{ DisplayName: 'a.pdf', FileReference: reference }]);

  const fetched = async (range?: string) => {
    const options =
      range === undefined ? null : el('ItemOperations:Options', el('ItemOperations:Range', range));
    const [result] = results(
      await operate(other.phone, fetchOf(el('AirSyncBase:FileReference', reference), options)),
    );
    const properties = child(result, 'ItemOperations:Properties');
    expect(textOf(result, 'ItemOperations:Status')).toBe('1');
    expect(textOf(properties, 'AirSyncBase:ContentType')).toBe('application/pdf');
    return new Uint8Array(Buffer.from(textOf(properties, 'ItemOperations:Data') ?? '', 'base64'));
  };
  expect(await fetched()).toEqual(bytes);
  expect(await fetched('10-19')).toEqual(bytes.slice(10, 20));

  const gone = el('AirSyncBase:Delete', el('AirSyncBase:FileReference', reference));
  const all = await one.sync(
    commands(change(id, el('AirSyncBase:Attachments', gone, file('b', new Uint8Array(3))))),
  );
  // The device does not know what its new file is called.
  const told = dataOf(all.commands('Change')[0]) ?? dataOf((await one.sync()).commands('Change')[0]);
  expect(shown(told)).toMatchObject([{ DisplayName: 'b.pdf' }]);
  expect(shown(await other.news('Change'))).toMatchObject([{ DisplayName: 'b.pdf', EstimatedDataSize: '3' }]);
  const [missing] = results(await operate(other.phone, fetchOf(el('AirSyncBase:FileReference', reference))));
  expect(textOf(missing, 'ItemOperations:Status')).toBe('15');
});

test('an event that is added twice by its own name is one (MS-ASCAL 2.2.2.13, PROTOCOL row 13)', async () => {
  const address = await newUser();
  const one = await Calendar.open(address, '16.1');
  const first = await one.add(cal('ClientUid', 'same'), cal('Subject', 'A'), ...WHEN);
  const second = await one.add(cal('ClientUid', 'same'), cal('Subject', 'B'), ...WHEN);
  expect([first.status, second.status, second.id]).toEqual(['1', '1', first.id]);
  const other = await Calendar.open(address, '14.1');
  const all = await other.sync();
  expect(all.commands('Add').map((a) => textOf(dataOf(a), 'Calendar:Subject'))).toEqual(['B']);
});

test('what is past is filtered, what recurs stays (FilterType)', async () => {
  const address = await newUser();
  const one = await Calendar.open(address, '14.1');
  await one.add(cal('UID', 'past'), cal('Subject', 'Past'), ...when('20100101T080000Z', '20100101T090000Z'));
  const weekly = el('Calendar:Recurrence', cal('Type', 1), cal('Interval', 1), cal('DayOfWeek', 32));
  await one.add(
    cal('UID', 'series'),
    cal('Subject', 'Series'),
    ...when('20100101T080000Z', '20100101T090000Z'),
    weekly,
  );
  const other = await Calendar.open(address, '14.1');
  const all = await other.sync(el('AirSync:Options', el('AirSync:FilterType', 4)));
  expect(all.commands('Add').map((a) => textOf(dataOf(a), 'Calendar:Subject'))).toEqual(['Series']);
});
