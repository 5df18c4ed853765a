/** Microsoft's cases of MeetingResponse (MS-ASCMD S09) and of the MeetingRequest of messages (MS-ASEMAIL S04). */
import { describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlElement } from '../../codecs/wbxml/index.ts';
import {
  CALENDAR,
  CalendarDevice,
  calendar,
  clientId,
  compact,
  DAY,
  event,
  events,
  folderOf,
  INBOX,
  itip,
  list,
  OUT,
  outside,
  person,
  receive,
  requestOf,
  respond,
  SEND,
  subjects,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';
import type { Item, Phone } from './phone.ts';

withMeetingServer();

const VERSIONS = ['12.1', '14.1', '16.1'] as const;
let meetings = 0;

/** Somebody outside invites; the request in the Inbox. */
async function invited(
  phone: Phone,
  more: string[] = [],
  uid = `case-${++meetings}@out.test`,
): Promise<Item> {
  await receive(OUT, phone.address, itip(OUT, phone.address, 'REQUEST', outside(phone.address, uid, more)));
  return requestIn(phone);
}

async function requestIn(phone: Phone): Promise<Item> {
  const found = (await list(phone, INBOX)).filter((item) => requestOf(item) !== undefined);
  const newest = found.at(0);
  if (newest === undefined) throw new Error('no request in the Inbox');
  return newest;
}

const said = (request: WbxmlElement | undefined, tag: string) => textOf(request, tag);
const recurrenceOf = (item: Item) =>
  Object.fromEntries(
    (child(child(requestOf(item), 'Email:Recurrences'), 'Email:Recurrence')?.children ?? []).map((part) => [
      part.tag.replace(/^Email2?:/, ''),
      part.text,
    ]),
  );

describe.each(VERSIONS)('MeetingResponse %s', (version) => {
  test.each([
    ['S09_TC01 accepted: the event is named, and is busy', 1, '2'],
    ['S09_TC10 accepted tentatively: the event is named, and is tentative', 2, '1'],
  ])('%s', async (_, answer, busy) => {
    const bob = await person('bob', version);
    const { serverId } = await invited(bob);
    const result = await respond(bob, serverId, answer);
    const placed = await event(bob);
    // S09_TC04: the request is named as well.
    expect(result).toMatchObject({ status: '1', requestId: serverId, calendarId: placed.serverId });
    expect(calendar(placed, 'BusyStatus')).toBe(busy);
    expect(await list(bob, INBOX)).toEqual([]);
  });

  test('S09_TC02 declined: no event is named, and none is left', async () => {
    const bob = await person('bob', version);
    const { serverId } = await invited(bob);
    expect(await respond(bob, serverId, 3)).toMatchObject({ status: '1', calendarId: undefined });
    expect(await events(bob)).toEqual([]);
  });

  test.each([
    ['S09_TC11 S09_TC15 accepted', 1, '2'],
    ['S09_TC16 accepted tentatively', 2, '1'],
  ])('from the calendar, %s: the event is named', async (_, answer, busy) => {
    const bob = await person('bob', version);
    await invited(bob);
    const { serverId } = await event(bob);
    expect(await respond(bob, serverId, answer)).toMatchObject({ status: '1', calendarId: serverId });
    expect(calendar(await event(bob), 'BusyStatus')).toBe(busy);
  });

  test('S09_TC17 declined from the calendar', async () => {
    const bob = await person('bob', version);
    await invited(bob);
    const { serverId } = await event(bob);
    expect(await respond(bob, serverId, 3)).toMatchObject({ status: '1', calendarId: undefined });
    expect(await events(bob)).toEqual([]);
  });
});

describe.each(['14.1', '16.1'] as const)('one occurrence %s', (version) => {
  const instance = (at: number) => el('MeetingResponse:InstanceId', new Date(at).toISOString());

  test('S09_TC06 that there is none of is Status 2; one that there is, is answered alone', async () => {
    const bob = await person('bob', version);
    await invited(bob, ['RRULE:FREQ=DAILY;COUNT=5']);
    const { serverId } = await event(bob);
    expect((await respond(bob, serverId, 1, instance(tomorrow + 90 * DAY))).status).toBe('2');
    const answered = await respond(bob, serverId, 3, instance(tomorrow + 2 * DAY));
    expect(answered.status).toBe('1');
    const left = await event(bob, '14.1');
    const [exception] = children(child(left.data, 'Calendar:Exceptions'), 'Calendar:Exception');
    expect(textOf(exception, 'Calendar:ExceptionStartTime')).toBe(compact(tomorrow + 2 * DAY));
    expect(textOf(exception, 'Calendar:Deleted')).toBe('1');
  });
});

describe('the answer of a device of 16.1', () => {
  test.each([
    ['MSASAIRS_S06_TC01 plain', 1, 'I come with <pleasure>', 'I come with <pleasure>'],
    ['MSASAIRS_S06_TC02 HTML', 2, '<html><body><p>I come</p></body></html>', 'I come'],
  ])('with words, %s, reaches the organizer with them', async (_, type, data, words) => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const body = el('AirSyncBase:Body', el('AirSyncBase:Type', type), el('AirSyncBase:Data', data));
    const { serverId } = await requestIn(bob);
    expect((await respond(bob, serverId, 1, el('MeetingResponse:SendResponse', body))).status).toBe('1');
    const [answer] = await list(ann, INBOX);
    expect(textOf(child(answer?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data')).toContain(words);
  });
});

describe('the MeetingRequest of a message', () => {
  test.each(VERSIONS)('MSASEMAIL_S04_TC02 is complete for a single meeting, %s', async (version) => {
    const ann = await person('ann');
    const bob = await person('bob', version);
    // MSASEMAIL_S04_TC01: the organizer's device has added the event.
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const request = requestOf(await requestIn(bob));
    expect(said(request, 'Email:AllDayEvent')).toBe('0');
    expect(said(request, 'Email:InstanceType')).toBe('0');
    expect(said(request, 'Email:ResponseRequested')).toBe('1');
    expect(said(request, 'Email:Organizer')).toContain(ann.address);
    expect(Date.parse(said(request, 'Email:StartTime') ?? '')).toBe(tomorrow);
    expect(Date.parse(said(request, 'Email:EndTime') ?? '')).toBe(tomorrow + 3600_000);
    for (const tag of ['Email:DtStamp', 'Email:Sensitivity', 'Email:TimeZone']) {
      expect(said(request, tag), tag).not.toBeUndefined();
    }
    expect(said(request, version === '16.1' ? 'Calendar:UID' : 'Email:GlobalObjId')).not.toBeUndefined();
    expect(said(request, 'Email2:MeetingMessageType')).toBe(version === '12.1' ? undefined : '1');
  });

  test.each([
    [
      'MSASEMAIL_S04_TC03 weekly',
      'FREQ=WEEKLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR,SA,SU',
      { Type: '1', DayOfWeek: '127' },
    ],
    [
      'MSASEMAIL_S04_TC04 monthly by date',
      'FREQ=MONTHLY;COUNT=3',
      { Type: '2', DayOfMonth: String(new Date(tomorrow).getUTCDate()) },
    ],
    [
      'MSASEMAIL_S04_TC05 monthly by week',
      'FREQ=MONTHLY;COUNT=3;BYDAY=-1MO',
      { Type: '3', WeekOfMonth: '5', DayOfWeek: '2' },
    ],
    [
      'MSASEMAIL_S04_TC06 S04_TC07 yearly',
      'FREQ=YEARLY;COUNT=3',
      { Type: '5', MonthOfYear: String(new Date(tomorrow).getUTCMonth() + 1) },
    ],
  ])('%s says its rule', async (_, rule, expected) => {
    for (const version of ['12.1', '14.1']) {
      const bob = await person('bob', version);
      const item = await invited(bob, [`RRULE:${rule}`]);
      expect(said(requestOf(item), 'Email:InstanceType')).toBe('1');
      expect(recurrenceOf(item)).toMatchObject({ ...expected, Occurrences: '3' });
    }
  });

  test('MSASEMAIL_S04_TC10 S04_TC15 of one changed occurrence has its RecurrenceId', async () => {
    const bob = await person('bob', '14.1');
    const uid = `one-${++meetings}@out.test`;
    await invited(bob, ['RRULE:FREQ=DAILY;COUNT=5'], uid);
    const at = tomorrow + DAY;
    const moved = outside(bob.address, uid, [`RECURRENCE-ID:${compact(at)}`, 'SEQUENCE:1'], at + 7200_000);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', moved));
    const requests = (await list(bob, INBOX)).map(requestOf);
    const exception = requests.find((request) => said(request, 'Email:RecurrenceId') !== undefined);
    expect(said(exception, 'Email:InstanceType')).toBe('3');
    expect(Date.parse(said(exception, 'Email:RecurrenceId') ?? '')).toBe(at);
    expect(Date.parse(said(exception, 'Email:StartTime') ?? '')).toBe(at + 7200_000);
  });

  test('MSASEMAIL_S04_TC11 S04_TC12 of a full update is one, and the one before is outdated', async () => {
    const bob = await person('bob', '14.1');
    const uid = `update-${++meetings}@out.test`;
    await invited(bob, [], uid);
    const later = outside(bob.address, uid, ['SEQUENCE:1'], tomorrow + 7200_000);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', later));
    const kinds = (await list(bob, INBOX)).map((item) => said(requestOf(item), 'Email2:MeetingMessageType'));
    expect(kinds.sort()).toEqual(['2', '4']);
    expect(Date.parse(said((await event(bob)).data, 'Calendar:StartTime') ?? '') || 0).toBe(0);
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow + 7200_000));
  });

  test('MSASEMAIL_S04_TC13 S04_TC14 has an id that holds the UID, or is the id of Outlook', async () => {
    const bob = await person('bob', '14.1');
    const uid = `vcal-${++meetings}@out.test`;
    const plain = Buffer.from(
      said(requestOf(await invited(bob, [], uid)), 'Email:GlobalObjId') ?? '',
      'base64',
    );
    expect(plain.subarray(0, 16).toString('hex')).toBe('040000008200e00074c5b7101a82e008');
    expect(plain.subarray(40, 48).toString('latin1')).toBe('vCal-Uid');
    expect(plain.toString('latin1')).toContain(uid);
    const cid = await person('cid', '14.1');
    const outlook = `040000008200E00074C5B7101A82E00800000000${'10203040506070801'.slice(0, 16)}000000000000000010000000${'AB'.repeat(16)}`;
    const id = Buffer.from(
      said(requestOf(await invited(cid, [], outlook)), 'Email:GlobalObjId') ?? '',
      'base64',
    );
    expect(id.toString('hex').toUpperCase()).toBe(outlook);
  });

  test('MSASEMAIL_S04_TC16 S04_TC17 says that one will be busy unless it says otherwise, elsewhere too', async () => {
    const bob = await person('bob', '16.1');
    expect(said(requestOf(await invited(bob)), 'Email:BusyStatus')).toBe('2');
    const cid = await person('cid', '16.1');
    const elsewhere = await invited(cid, ['X-MICROSOFT-CDO-INTENDEDSTATUS:WORKINGELSEWHERE']);
    expect(said(requestOf(elsewhere), 'Email:BusyStatus')).toBe('4');
  });

  test('MSASEMAIL_S04_TC09 comes with the Sender of the message', async () => {
    const bob = await person('bob', '14.1');
    const raw = itip(OUT, bob.address, 'REQUEST', outside(bob.address, `sender-${++meetings}@out.test`));
    await receive(OUT, bob.address, raw.replace(`From: ${OUT}`, `From: ${OUT}\r\nSender: desk@out.test`));
    expect(textOf((await requestIn(bob)).data, 'Email2:Sender')).toContain('desk@out.test');
  });

  test('MSASEMAIL_S03_TC09 S03_TC10 may be flagged without a FlagType, and so may an answer', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const request = await requestIn(bob);
    await respond(bob, request.serverId, 2, SEND);
    for (const phone of [ann, await invitedAgain()]) {
      const collectionId = folderOf(phone, INBOX);
      phone.key = '0';
      await phone.sync({ collectionId });
      const [item] = (await phone.sync({ collectionId })).adds;
      const flag = el('Email:Flag', el('Email:Status', 2));
      const change = el(
        'AirSync:Change',
        el('AirSync:ServerId', item?.serverId ?? ''),
        el('AirSync:ApplicationData', flag),
      );
      const { status, responses } = await phone.sync({ collectionId, commands: [change] });
      expect([status, responses.length]).toEqual(['1', 0]);
      const [flagged] = await list(phone, INBOX);
      expect(textOf(child(flagged?.data, 'Email:Flag'), 'Email:Status')).toBe('2');
    }
  });

  async function invitedAgain(): Promise<Phone> {
    const phone = await person('cid');
    await invited(phone);
    return phone;
  }
});

describe('passing on and answering', () => {
  test.each([
    '12.1',
    '14.1',
  ])('S17_TC03 S17_TC05 an event, or one occurrence, goes with the message (%s)', async (version) => {
    const [bob, cid] = [await person('bob', version), await person('cid')];
    await invited(bob, ['RRULE:FREQ=DAILY;COUNT=5']);
    const { serverId } = await event(bob);
    const mime = `From: ${bob.address}\r\nTo: ${cid.address}\r\nSubject: FW: one\r\n\r\nFor you`;
    const source = [
      el('ComposeMail:FolderId', folderOf(bob, CALENDAR)),
      el('ComposeMail:ItemId', serverId),
      el('ComposeMail:InstanceId', new Date(tomorrow + DAY).toISOString()),
    ];
    if (version === '12.1') {
      const occurrence = new Date(tomorrow + DAY).toISOString();
      // MSASHTTP S01_TC10: the occurrence as a parameter of the query.
      const query = `?Cmd=SmartForward&User=${encodeURIComponent(bob.address)}&DeviceId=${bob.deviceId}&DeviceType=Test&ItemId=${serverId}&CollectionId=${folderOf(bob, CALENDAR)}&Occurrence=${encodeURIComponent(occurrence)}`;
      const raw = new TextEncoder().encode(mime);
      const answer = await bob.post('SmartForward', raw, { 'content-type': 'message/rfc822' }, query);
      expect(answer.status).toBe(200);
    } else {
      const forward = el(
        'ComposeMail:SmartForward',
        el('ComposeMail:ClientId', clientId()),
        el('ComposeMail:Source', source),
        el('ComposeMail:Mime', new TextEncoder().encode(mime)),
      );
      expect((await bob.post('SmartForward', forward)).bytes).toHaveLength(0);
    }
    const passedOn = await requestIn(cid);
    expect(subjects([passedOn])).toEqual(['FW: one']);
    expect(Date.parse(said(requestOf(passedOn), 'Email:StartTime') ?? '')).toBe(tomorrow + DAY);
  });

  test('S18_TC01 an answer to an invitation holds what it answers', async () => {
    const [ann, bob] = [await person('ann'), await person('bob', '14.1')];
    await (await new CalendarDevice(ann).open()).invite([bob.address], [], tomorrow, 'Plan of all');
    const { serverId } = await requestIn(bob);
    const mime = `From: ${bob.address}\r\nTo: ${ann.address}\r\nSubject: RE: Plan of all\r\n\r\nWhere?`;
    const reply = el(
      'ComposeMail:SmartReply',
      el('ComposeMail:ClientId', clientId()),
      el(
        'ComposeMail:Source',
        el('ComposeMail:FolderId', folderOf(bob, INBOX)),
        el('ComposeMail:ItemId', serverId),
      ),
      el('ComposeMail:Mime', new TextEncoder().encode(mime)),
    );
    expect((await bob.post('SmartReply', reply)).bytes).toHaveLength(0);
    const [answer] = await list(ann, INBOX);
    const text = textOf(child(answer?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data') ?? '';
    expect(text).toMatch(/^Where\?/);
    expect(text).toContain('Plan of all');
  });
});

describe('events in Sync', () => {
  test('MSASCMD S19_TC12 take the FilterTypes 0 and 4 to 7 and no other', async () => {
    const ann = await person('ann', '14.1');
    const collectionId = folderOf(ann, CALENDAR);
    for (let filter = 0; filter <= 9; filter++) {
      ann.key = '0';
      await ann.sync({ collectionId });
      const { status } = await ann.sync({ collectionId, filterType: filter });
      expect(status, `FilterType ${filter}`).toBe([0, 4, 5, 6, 7].includes(filter) ? '1' : '4');
    }
  });

  test('MSASCMD S19_TC24 need an end, and S19_TC51 keep exceptions that a Change leaves out', async () => {
    const ann = await person('ann', '14.1');
    const device = await new CalendarDevice(ann).open();
    const add = (data: Parameters<typeof el>[1][]) =>
      device.command(
        el('AirSync:Add', el('AirSync:ClientId', clientId()), el('AirSync:ApplicationData', ...data)),
      );
    const times = [
      el('Calendar:StartTime', compact(tomorrow)),
      el('Calendar:EndTime', compact(tomorrow + 3600_000)),
    ];
    const rule = el(
      'Calendar:Recurrence',
      el('Calendar:Type', 0),
      el('Calendar:Interval', 1),
      el('Calendar:Occurrences', 5),
    );
    const exceptions = el(
      'Calendar:Exceptions',
      el(
        'Calendar:Exception',
        el('Calendar:Deleted', 1),
        el('Calendar:ExceptionStartTime', compact(tomorrow + DAY)),
      ),
    );
    const refused = await add([el('Calendar:Subject', 'x'), times[0]]);
    expect(textOf(refused.responses[0], 'AirSync:Status')).toBe('6');
    const uid = `case${++meetings}`;
    const whole = [el('Calendar:Subject', 'Series'), ...times, el('Calendar:UID', uid), rule];
    const added = await add([...whole, exceptions]);
    const serverId = textOf(added.responses[0], 'AirSync:ServerId') ?? '';
    await device.change(serverId, [
      el('Calendar:Subject', 'Renamed'),
      ...times,
      el('Calendar:UID', uid),
      rule,
    ]);
    const kept = await event(ann);
    expect(calendar(kept, 'Subject')).toBe('Renamed');
    expect(children(child(kept.data, 'Calendar:Exceptions'), 'Calendar:Exception')).toHaveLength(1);
  });
});

test('MSASCAL S01_TC29 S01_TC30 an event is fetched and found by its words', async () => {
  const ann = await person('ann');
  const device = await new CalendarDevice(ann).open();
  const serverId = await device.invite([OUT], [], tomorrow, 'Quarterly zebra');
  const fetched = await ann.post(
    'ItemOperations',
    el(
      'ItemOperations:ItemOperations',
      el(
        'ItemOperations:Fetch',
        el('ItemOperations:Store', 'Mailbox'),
        el('AirSync:CollectionId', folderOf(ann, CALENDAR)),
        el('AirSync:ServerId', serverId),
      ),
    ),
  );
  const response = child(child(fetched.root ?? undefined, 'ItemOperations:Response'), 'ItemOperations:Fetch');
  expect(textOf(child(response, 'ItemOperations:Properties'), 'Calendar:Subject')).toBe('Quarterly zebra');
  const found = await ann.post(
    'Search',
    el(
      'Search:Search',
      el(
        'Search:Store',
        el('Search:Name', 'Mailbox'),
        el('Search:Query', el('Search:And', el('AirSync:Class', 'Calendar'), el('Search:FreeText', 'zebra'))),
        el('Search:Options', el('Search:Range', '0-9'), el('Search:DeepTraversal')),
      ),
    ),
  );
  const store = child(child(found.root ?? undefined, 'Search:Response'), 'Search:Store');
  expect(textOf(store, 'Search:Total')).toBe('1');
  expect(textOf(child(child(store, 'Search:Result'), 'Search:Properties'), 'Calendar:Subject')).toBe(
    'Quarterly zebra',
  );
});
