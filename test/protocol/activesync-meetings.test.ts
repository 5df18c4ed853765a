/** Invitations from one calendar to others and back: users of the house, people outside, rooms (RFC 5546, RFC 6047). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { UserView } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import { bodyPreference, type Item, Phone } from './phone.ts';

const DAY = 24 * 3600_000;
let server: InProcess;
let relay: SmtpServer;
let people = 0;

beforeAll(async () => {
  relay = await startSmtpServer({});
  server = await startInProcess({ vars: { RELAY_ALLOW_PRIVATE: '1', RELAY_PORTS: String(relay.port) } });
  const { tenantId } = (await server.addUser('first@meet.test', 'a-password')) as UserView;
  await server.admin('PUT', `/tenants/${tenantId}/carrier`, {
    ...{ kind: 'smtp-relay', host: '127.0.0.1', port: relay.port, security: 'plain' },
  });
});
afterAll(async () => {
  await server?.stop();
  await relay?.stop();
});

async function person(name: string, version = '16.1'): Promise<Phone> {
  const address = `${name}${++people}@meet.test`;
  await server.addUser(address, 'a-password');
  const phone = new Phone(server, address, 'a-password');
  phone.version = version;
  await phone.folderSync();
  return phone;
}

const folderOf = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
const INBOX = '2';
const DELETED = '4';
const CALENDAR = '8';

/** What a new device of this person finds in a folder. */
async function list(phone: Phone, type: string, version = phone.version): Promise<Item[]> {
  await server.drain();
  const reader = new Phone(server, phone.address, 'a-password');
  reader.version = version;
  await reader.folderSync();
  const collectionId = folderOf(reader, type);
  await reader.sync({ collectionId });
  return (await reader.sync({ collectionId, body: [bodyPreference(1)] })).adds;
}

const events = (phone: Phone, version?: string) => list(phone, CALENDAR, version);
async function event(phone: Phone, version?: string): Promise<Item> {
  const [one, ...more] = await events(phone, version);
  if (one === undefined || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} events`);
  return one;
}
const calendar = (item: Item, name: string) => textOf(item.data, `Calendar:${name}`);
const subjects = (items: Item[]) => items.map((i) => textOf(i.data, 'Email:Subject'));
const classes = (items: Item[]) => items.map((i) => textOf(i.data, 'Email:MessageClass'));
const requestOf = (item: Item | undefined) => child(item?.data, 'Email:MeetingRequest');
const compact = (at: number) => `${new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

/** Status of each attendee, by the beginning of the address. */
function statuses(item: Item): Record<string, string | undefined> {
  return Object.fromEntries(
    children(child(item.data, 'Calendar:Attendees'), 'Calendar:Attendee').map((one) => [
      (textOf(one, 'Calendar:Email') ?? '').replace(/\d*@.*/, ''),
      textOf(one, 'Calendar:AttendeeStatus'),
    ]),
  );
}

let clientIds = 0;
const tomorrow = Math.floor(Date.now() / DAY) * DAY + DAY + 9 * 3600_000;

/** Sync commands of a calendar by one device, whose key moves on. */
class CalendarDevice {
  readonly phone: Phone;
  constructor(phone: Phone) {
    this.phone = phone;
  }

  async open(): Promise<this> {
    this.phone.key = '0';
    await this.phone.sync({ collectionId: folderOf(this.phone, CALENDAR) });
    await this.pull();
    return this;
  }

  async pull(): Promise<Item[]> {
    const { adds, changes } = await this.phone.sync({ collectionId: folderOf(this.phone, CALENDAR) });
    return [...adds, ...changes];
  }

  async command(command: WbxmlNode) {
    await this.pull();
    const answer = await this.phone.sync({
      collectionId: folderOf(this.phone, CALENDAR),
      commands: [command],
    });
    expect(answer.status).toBe('1');
    await server.drain();
    return answer;
  }

  async invite(attendees: string[], more: WbxmlNode[] = [], at = tomorrow, title = 'Plan'): Promise<string> {
    const { responses } = await this.command(
      el(
        'AirSync:Add',
        el('AirSync:ClientId', `c${++clientIds}`),
        el('AirSync:ApplicationData', [
          el('Calendar:Subject', title),
          el('Calendar:StartTime', compact(at)),
          el('Calendar:EndTime', compact(at + 3600_000)),
          el('Calendar:MeetingStatus', 1),
          el('Calendar:BusyStatus', 2),
          el('Calendar:ResponseRequested', 1),
          el('Calendar:Attendees', attendees.map(attendee)),
          ...more,
        ]),
      ),
    );
    const added = responses.find(({ tag }) => tag === 'AirSync:Add');
    expect(textOf(added, 'AirSync:Status')).toBe('1');
    return textOf(added, 'AirSync:ServerId') ?? '';
  }

  change(serverId: string, data: WbxmlNode[]) {
    return this.command(
      el('AirSync:Change', el('AirSync:ServerId', serverId), el('AirSync:ApplicationData', data)),
    );
  }

  remove(serverId: string) {
    return this.command(el('AirSync:Delete', el('AirSync:ServerId', serverId)));
  }
}

function attendee(address: string): WbxmlNode {
  return el(
    'Calendar:Attendee',
    el('Calendar:Email', address),
    el('Calendar:Name', address.replace(/@.*/, '')),
    el('Calendar:AttendeeType', 1),
  );
}

async function respond(phone: Phone, requestId: string, answer: number, ...more: WbxmlNode[]) {
  const { root } = await phone.post(
    'MeetingResponse',
    el(
      'MeetingResponse:MeetingResponse',
      el(
        'MeetingResponse:Request',
        el('MeetingResponse:UserResponse', answer),
        el('MeetingResponse:RequestId', requestId),
        ...more,
      ),
    ),
  );
  const result = child(root ?? undefined, 'MeetingResponse:Result');
  await server.drain();
  return {
    status: textOf(result, 'MeetingResponse:Status'),
    calendarId: textOf(result, 'MeetingResponse:CalendarId'),
    requestId: textOf(result, 'MeetingResponse:RequestId'),
    instanceId: textOf(result, 'MeetingResponse:InstanceId'),
  };
}

const SEND = el('MeetingResponse:SendResponse');

/** A message with an iTIP object, as programs outside write it. */
function itip(from: string, to: string, method: string, lines: string[], more: string[] = []): string {
  const text = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Test//EN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    ...lines,
    'END:VEVENT',
    ...more,
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${method}`,
    `Message-ID: <${++clientIds}@out.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Words.',
    '--b',
    `Content-Type: text/calendar; charset=utf-8; method=${method}`,
    '',
    text,
    '--b--',
    '',
  ].join('\r\n');
}

async function receive(from: string, to: string, raw: string): Promise<void> {
  expect((await server.email(from, to, raw)).outcome).toBe('ok');
  await server.drain();
}

const OUT = 'olga@out.test';
let stamps = 0;
const stamp = () => `DTSTAMP:${compact(Date.now() + ++stamps * 1000)}`;

/** An invitation of somebody outside. */
function outside(to: string, uid: string, more: string[] = [], at = tomorrow) {
  return [
    `UID:${uid}`,
    stamp(),
    `DTSTART:${compact(at)}`,
    `DTEND:${compact(at + 3600_000)}`,
    'SUMMARY:Outside',
    `ORGANIZER;CN=Olga:mailto:${OUT}`,
    `ATTENDEE;CN=B;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${to}`,
    ...more,
  ];
}

describe('a meeting that a device of 16.1 makes', () => {
  test('reaches an attendee, who accepts by 16.1, and the organizer sees it', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    const device = await new CalendarDevice(ann).open();
    const serverId = await device.invite([bob.address]);
    const [request] = await list(bob, INBOX);
    expect(classes([request as Item])).toEqual(['IPM.Schedule.Meeting.Request']);
    expect(textOf(request?.data, 'Email:ContentClass')).toBe('urn:content-classes:calendarmessage');
    expect(textOf(requestOf(request), 'Email2:MeetingMessageType')).toBe('1');
    expect(textOf(requestOf(request), 'Email:ResponseRequested')).toBe('1');
    expect(textOf(requestOf(request), 'Email:StartTime')).toBe(new Date(tomorrow).toISOString());
    const placed = await event(bob);
    expect(textOf(requestOf(request), 'Calendar:UID')).toBe(calendar(placed, 'UID'));
    expect([calendar(placed, 'BusyStatus'), calendar(placed, 'MeetingStatus')]).toEqual(['1', '3']);
    expect([calendar(placed, 'ResponseType'), calendar(placed, 'OrganizerEmail')]).toEqual([
      '5',
      ann.address,
    ]);

    const answer = await respond(bob, request?.serverId ?? '', 1, SEND);
    expect(answer).toMatchObject({ status: '1', calendarId: placed.serverId, requestId: request?.serverId });
    const accepted = await event(bob);
    expect([calendar(accepted, 'BusyStatus'), calendar(accepted, 'ResponseType')]).toEqual(['2', '3']);
    expect(await list(bob, INBOX)).toEqual([]);
    expect(classes(await list(bob, DELETED))).toEqual(['IPM.Schedule.Meeting.Request']);

    expect(statuses(await event(ann))).toEqual({ bob: '3' });
    const [reply] = await list(ann, INBOX);
    expect(textOf(reply?.data, 'Email:MessageClass')).toBe('IPM.Schedule.Meeting.Resp.Pos');
    expect(textOf(reply?.data, 'Email:Subject')).toBe('Accepted: Plan');
    expect((await event(ann)).serverId).toBe(serverId);
  });

  test('I16 the same answer twice is one message; another answer is another one', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const [request] = await list(bob, INBOX);
    for (let n = 0; n < 2; n++) {
      expect((await respond(bob, request?.serverId ?? '', 2, SEND)).status).toBe('1');
    }
    expect(subjects(await list(ann, INBOX))).toEqual(['Tentative: Plan']);
    const { calendarId } = await respond(bob, request?.serverId ?? '', 1, SEND);
    expect(statuses(await event(ann))).toEqual({ bob: '3' });
    expect(await respond(bob, calendarId ?? '', 3, SEND)).toMatchObject({
      status: '1',
      calendarId: undefined,
    });
    expect(statuses(await event(ann))).toEqual({ bob: '4' });
    expect(await events(bob)).toEqual([]);
    // From Deleted Items, where the request is, it can be accepted still.
    expect(await respond(bob, request?.serverId ?? '', 1, SEND)).toMatchObject({ status: '1', calendarId });
    expect(calendar(await event(bob), 'ResponseType')).toBe('3');
  });

  test('up to 14.1 the server writes no answer: the client does so itself', async () => {
    const [ann, bob] = [await person('ann'), await person('bob', '14.1')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const [request] = await list(bob, INBOX);
    const id = Buffer.from(textOf(requestOf(request), 'Email:GlobalObjId') ?? '', 'base64');
    const uid = calendar(await event(bob), 'UID') ?? '';
    expect(id.toString('latin1')).toContain(uid);
    expect((await respond(bob, request?.serverId ?? '', 1)).status).toBe('1');
    expect(calendar(await event(bob), 'BusyStatus')).toBe('2');
    expect(await list(ann, INBOX)).toEqual([]);
    const lines = [
      `UID:${uid}`,
      stamp(),
      `DTSTART:${compact(tomorrow)}`,
      `ORGANIZER:mailto:${ann.address}`,
      `ATTENDEE;PARTSTAT=TENTATIVE:mailto:${bob.address}`,
    ];
    const mime = new TextEncoder().encode(itip(bob.address, ann.address, 'REPLY', lines));
    const sent = await bob.post(
      'SendMail',
      el('ComposeMail:SendMail', el('ComposeMail:ClientId', 'x1'), el('ComposeMail:Mime', mime)),
    );
    expect(sent.bytes).toHaveLength(0);
    expect(statuses(await event(ann))).toEqual({ bob: '2' });
    expect(classes(await list(ann, INBOX))).toEqual(['IPM.Schedule.Meeting.Resp.Tent']);
  });

  test('is moved, and the attendee is asked anew; with another title only, the answer stays', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    const device = await new CalendarDevice(ann).open();
    const serverId = await device.invite([bob.address]);
    const [request] = await list(bob, INBOX);
    await respond(bob, request?.serverId ?? '', 1, SEND);
    await device.change(serverId, [el('Calendar:Subject', 'Plan B')]);
    const renamed = await event(bob);
    expect([calendar(renamed, 'Subject'), calendar(renamed, 'ResponseType')]).toEqual(['Plan B', '3']);
    await device.change(serverId, [
      el('Calendar:StartTime', compact(tomorrow + DAY)),
      el('Calendar:EndTime', compact(tomorrow + DAY + 3600_000)),
    ]);
    const moved = await event(bob);
    expect(calendar(moved, 'StartTime')).toBe(compact(tomorrow + DAY));
    expect([calendar(moved, 'ResponseType'), calendar(moved, 'BusyStatus')]).toEqual(['5', '1']);
    const inbox = await list(bob, INBOX);
    expect(inbox.map((i) => textOf(requestOf(i), 'Email2:MeetingMessageType')).sort()).toEqual(['2', '4']);
  });

  test('I8 tells attendees once, however often the queue and the cron bring it', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    await server.scheduled();
    await server.drain();
    expect(await list(bob, INBOX)).toHaveLength(1);
  });

  test('goes away with one who is not invited any more, and with all when it is deleted', async () => {
    const [ann, bob, cid] = [await person('ann'), await person('bob'), await person('cid')];
    const device = await new CalendarDevice(ann).open();
    const serverId = await device.invite([bob.address, cid.address]);
    expect(await event(cid)).toBeDefined();
    await device.change(serverId, [el('Calendar:Attendees', attendee(bob.address))]);
    expect(calendar(await event(cid), 'MeetingStatus')).toBe('7');
    expect(calendar(await event(bob), 'MeetingStatus')).toBe('3');
    expect(classes(await list(cid, INBOX)).sort()).toEqual([
      'IPM.Schedule.Meeting.Canceled',
      'IPM.Schedule.Meeting.Request',
    ]);
    await device.remove(serverId);
    const gone = await event(bob);
    expect([calendar(gone, 'MeetingStatus'), calendar(gone, 'BusyStatus')]).toEqual(['7', '0']);
    expect(subjects(await list(bob, INBOX))).toContain('Canceled: Plan');
    expect(await list(cid, INBOX)).toHaveLength(2);
  });

  test('that recurs tells of single occurrences that move or go', async () => {
    const [ann, bob] = [await person('ann'), await person('bob', '14.1')];
    const device = await new CalendarDevice(ann).open();
    const daily = el(
      'Calendar:Recurrence',
      el('Calendar:Type', 0),
      el('Calendar:Interval', 1),
      el('Calendar:Occurrences', 5),
    );
    const serverId = await device.invite([bob.address], [daily]);
    const instance = (n: number) => el('AirSyncBase:InstanceId', compact(tomorrow + n * DAY));
    await device.command(
      el(
        'AirSync:Change',
        el('AirSync:ServerId', serverId),
        instance(1),
        el('AirSync:ApplicationData', [
          el('Calendar:StartTime', compact(tomorrow + DAY + 7200_000)),
          el('Calendar:EndTime', compact(tomorrow + DAY + 10_800_000)),
        ]),
      ),
    );
    await device.command(el('AirSync:Delete', el('AirSync:ServerId', serverId), instance(2)));
    const theirs = await event(bob);
    expect(
      children(child(theirs.data, 'Calendar:Exceptions'), 'Calendar:Exception').map((one) => [
        textOf(one, 'Calendar:ExceptionStartTime'),
        textOf(one, 'Calendar:Deleted') ?? textOf(one, 'Calendar:StartTime'),
      ]),
    ).toEqual([
      [compact(tomorrow + DAY), compact(tomorrow + DAY + 7200_000)],
      [compact(tomorrow + 2 * DAY), '1'],
    ]);
    expect(classes(await list(bob, INBOX)).sort()).toEqual([
      'IPM.Schedule.Meeting.Canceled',
      'IPM.Schedule.Meeting.Request',
      'IPM.Schedule.Meeting.Request',
    ]);
  });

  test('reaches those whom a list stands for, and their answers count', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    const group = `team${people}@meet.test`;
    await server.admin('POST', '/groups', { address: group, displayName: 'Team' });
    await server.admin('PUT', `/groups/${group}/members`, { members: [bob.address] });
    await (await new CalendarDevice(ann).open()).invite([group]);
    const [request] = await list(bob, INBOX);
    expect((await respond(bob, request?.serverId ?? '', 1, SEND)).status).toBe('1');
    expect(statuses(await event(ann))).toMatchObject({ bob: '3' });
  });

  test('an attendee proposes another time', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const [request] = await list(bob, INBOX);
    const proposal = el(
      'MeetingResponse:SendResponse',
      el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Too early for me')),
      el('MeetingResponse:ProposedStartTime', compact(tomorrow + 7200_000)),
      el('MeetingResponse:ProposedEndTime', compact(tomorrow + 10_800_000)),
    );
    expect((await respond(bob, request?.serverId ?? '', 1, proposal)).status).toBe('2');
    expect((await respond(bob, request?.serverId ?? '', 2, proposal)).status).toBe('1');
    const [counter] = await list(ann, INBOX);
    expect(textOf(counter?.data, 'Email:Subject')).toBe('New Time Proposed: Plan');
    expect(textOf(counter?.data, 'Email:MessageClass')).toBe('IPM.Schedule.Meeting.Resp.Tent');
    expect(textOf(requestOf(counter), 'MeetingResponse:ProposedStartTime')).toBe(
      compact(tomorrow + 7200_000),
    );
    expect(textOf(child(counter?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data')).toContain(
      'Too early for me',
    );
    const mine = await event(ann);
    expect(statuses(mine)).toEqual({ bob: '2' });
    expect(calendar(mine, 'StartTime')).toBe(compact(tomorrow));
  });

  test('is passed on by an attendee, and its organizer learns of it', async () => {
    const [ann, bob, cid] = [await person('ann'), await person('bob'), await person('cid')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const placed = await event(bob);
    const forward = el(
      'ComposeMail:SmartForward',
      el('ComposeMail:ClientId', `f${++clientIds}`),
      el(
        'ComposeMail:Source',
        el('ComposeMail:FolderId', folderOf(bob, CALENDAR)),
        el('ComposeMail:ItemId', placed.serverId),
      ),
      el(
        'ComposeMail:Forwardees',
        el('ComposeMail:Forwardee', el('ComposeMail:Name', 'Cid'), el('ComposeMail:Email', cid.address)),
      ),
      el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', 'Come along')),
    );
    expect((await bob.post('SmartForward', forward)).bytes).toHaveLength(0);
    const [request] = await list(cid, INBOX);
    expect(textOf(request?.data, 'Email:Subject')).toBe('FW: Plan');
    expect(calendar(await event(cid), 'OrganizerEmail')).toBe(ann.address);
    expect(Object.keys(statuses(await event(ann))).sort()).toEqual(['bob', 'cid']);
    const [notice] = await list(ann, INBOX);
    expect(textOf(notice?.data, 'Email:MessageClass')).toBe('IPM.Schedule.Meeting.Notification.Forward');
    const forwardee = child(child(requestOf(notice), 'ComposeMail:Forwardees'), 'ComposeMail:Forwardee');
    expect(textOf(forwardee, 'ComposeMail:Email')).toBe(cid.address);
    await respond(cid, request?.serverId ?? '', 1, SEND);
    expect(statuses(await event(ann))).toMatchObject({ cid: '3' });
    expect(await list(cid, INBOX)).toEqual([]);
  });

  test('reaches people outside as a message that their programs understand, and their answer counts', async () => {
    const ann = await person('ann');
    await (await new CalendarDevice(ann).open()).invite(
      [OUT],
      [el('AirSyncBase:Location', el('AirSyncBase:DisplayName', 'Room Žižka'))],
    );
    const out = relay.messages.find((m) => m.recipients.includes(OUT));
    expect(out?.mailFrom).toBe(ann.address);
    const text = out?.bytes.toString('utf8') ?? '';
    expect(text).toMatch(/Content-Type: multipart\/alternative/);
    expect(text).toMatch(/Content-Type: text\/calendar;[\s\S]{0,60}?method=REQUEST/);
    const encoded = /Content-Type: text\/calendar;[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/.exec(text)?.[1] ?? '';
    const isBase64 = /Content-Type: text\/calendar;[\s\S]*?base64[\s\S]*?\r\n\r\n/.test(text);
    const ics = isBase64
      ? Buffer.from(encoded, 'base64').toString('utf8')
      : encoded.replace(/=\r\n/g, '').replace(/=3D/g, '=');
    const unfolded = ics.replace(/\r\n[ \t]/g, '');
    expect(unfolded).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*\r\nEND:VCALENDAR\r\n$/);
    expect(unfolded).toMatch(/\r\nMETHOD:REQUEST\r\n/);
    expect(unfolded).toMatch(new RegExp(`\r\nORGANIZER[^\r\n]*:mailto:${ann.address}\r\n`, 'i'));
    expect(unfolded).toMatch(/\r\nATTENDEE;[^\r\n]*RSVP=TRUE[^\r\n]*:mailto:olga@out.test\r\n/i);
    expect(unfolded).toMatch(/\r\nDTSTAMP:\d{8}T\d{6}Z\r\n/);
    const uid = /\r\nUID:([^\r\n]+)/.exec(unfolded)?.[1] ?? '';
    const lines = [
      `UID:${uid}`,
      stamp(),
      `ORGANIZER:mailto:${ann.address}`,
      `ATTENDEE;PARTSTAT=DECLINED:mailto:${OUT}`,
    ];
    // Somebody else says that Olga comes.
    const forged = lines.map((line) => line.replace('DECLINED', 'ACCEPTED'));
    await receive('eve@out.test', ann.address, itip('eve@out.test', ann.address, 'REPLY', forged));
    expect(statuses(await event(ann))).toEqual({ olga: '5' });
    await receive(OUT, ann.address, itip(OUT, ann.address, 'REPLY', lines));
    expect(statuses(await event(ann))).toEqual({ olga: '4' });
  });
});

describe('an invitation from outside', () => {
  test('is placed, follows its organizer by sequence, and hears of nobody else', async () => {
    const bob = await person('bob');
    const invite = (more: string[] = [], at?: number) => outside(bob.address, `u1-${bob.address}`, more, at);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', invite(['SEQUENCE:2'])));
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow));
    // Older.
    await receive(
      OUT,
      bob.address,
      itip(OUT, bob.address, 'REQUEST', invite(['SEQUENCE:1'], tomorrow + DAY)),
    );
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow));
    // Forged: an update and a cancellation by somebody else, with the same organizer in them.
    for (const method of ['REQUEST', 'CANCEL']) {
      const lines = invite(['SEQUENCE:9'], tomorrow + 2 * DAY);
      await receive('eve@out.test', bob.address, itip('eve@out.test', bob.address, method, lines));
      const takeover = lines.map((line) => line.replace(OUT, 'eve@out.test'));
      await receive('eve@out.test', bob.address, itip('eve@out.test', bob.address, method, takeover));
    }
    const kept = await event(bob);
    expect([calendar(kept, 'StartTime'), calendar(kept, 'MeetingStatus')]).toEqual([compact(tomorrow), '3']);
    // The messages are there all the same.
    expect(await list(bob, INBOX)).toHaveLength(6);
    await receive(
      OUT,
      bob.address,
      itip(OUT, bob.address, 'REQUEST', invite(['SEQUENCE:3'], tomorrow + DAY)),
    );
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow + DAY));
    await receive(
      OUT,
      bob.address,
      itip(OUT, bob.address, 'CANCEL', invite(['SEQUENCE:4', 'STATUS:CANCELLED'])),
    );
    expect(calendar(await event(bob), 'MeetingStatus')).toBe('7');
  });

  test('to a series changes and cancels single occurrences; one is answered alone', async () => {
    const bob = await person('bob', '14.1');
    const uid = `u2-${bob.address}`;
    const series = outside(bob.address, uid, ['RRULE:FREQ=DAILY;COUNT=5', 'SEQUENCE:0']);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', series));
    const second = `RECURRENCE-ID:${compact(tomorrow + DAY)}`;
    const later = outside(bob.address, uid, [second, 'SEQUENCE:0'], tomorrow + DAY + 3600_000);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', later));
    const third = `RECURRENCE-ID:${compact(tomorrow + 2 * DAY)}`;
    const off = outside(bob.address, uid, [third, 'SEQUENCE:0', 'STATUS:CANCELLED'], tomorrow + 2 * DAY);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'CANCEL', off));
    const exceptions = async () =>
      children(child((await event(bob)).data, 'Calendar:Exceptions'), 'Calendar:Exception').map((one) => [
        textOf(one, 'Calendar:ExceptionStartTime'),
        textOf(one, 'Calendar:Deleted') ?? textOf(one, 'Calendar:StartTime'),
      ]);
    expect(await exceptions()).toEqual([
      [compact(tomorrow + DAY), compact(tomorrow + DAY + 3600_000)],
      [compact(tomorrow + 2 * DAY), '1'],
    ]);
    const [request] = (await list(bob, INBOX)).filter(
      (i) =>
        textOf(requestOf(i), 'Email:InstanceType') === '3' &&
        textOf(i.data, 'Email:MessageClass') === 'IPM.Schedule.Meeting.Request',
    );
    expect(textOf(requestOf(request), 'Email:RecurrenceId')).toBe(new Date(tomorrow + DAY).toISOString());
    const { serverId } = await event(bob);
    const fourth = new Date(tomorrow + 3 * DAY).toISOString();
    const instance = el('MeetingResponse:InstanceId', fourth);
    expect(await respond(bob, serverId, 3, instance)).toMatchObject({ status: '1', instanceId: fourth });
    expect((await exceptions()).at(-1)).toEqual([compact(tomorrow + 3 * DAY), '1']);
    expect(await respond(bob, serverId, 1, instance)).toMatchObject({ status: '2' });
  });

  test('to one occurrence alone is kept alone, until the series comes', async () => {
    const bob = await person('bob', '14.1');
    const uid = `u3-${bob.address}`;
    const id = `RECURRENCE-ID:${compact(tomorrow + DAY)}`;
    const one = outside(bob.address, uid, [id, 'SEQUENCE:0'], tomorrow + DAY + 3600_000);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', one));
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow + DAY + 3600_000));
    const series = outside(bob.address, uid, ['RRULE:FREQ=DAILY;COUNT=5', 'SEQUENCE:0']);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', series));
    const whole = await event(bob);
    expect(calendar(whole, 'StartTime')).toBe(compact(tomorrow));
    const [exception] = children(child(whole.data, 'Calendar:Exceptions'), 'Calendar:Exception');
    expect(textOf(exception, 'Calendar:StartTime')).toBe(compact(tomorrow + DAY + 3600_000));
  });

  test('asks the organizer of the house by REFRESH for what is so now', async () => {
    const ann = await person('ann');
    await (await new CalendarDevice(ann).open()).invite([OUT], [], tomorrow, 'Refreshed');
    const uid = calendar(await event(ann), 'UID') ?? '';
    const count = () =>
      relay.messages.filter((m) => m.bytes.toString('latin1').includes('Subject: Refreshed')).length;
    expect(count()).toBe(1);
    const lines = [`UID:${uid}`, stamp(), `ORGANIZER:mailto:${ann.address}`, `ATTENDEE:mailto:${OUT}`];
    await receive('eve@out.test', ann.address, itip('eve@out.test', ann.address, 'REFRESH', lines));
    expect(count()).toBe(1);
    await receive(OUT, ann.address, itip(OUT, ann.address, 'REFRESH', lines));
    expect(count()).toBe(2);
  });

  test('that is damaged, or from junk, changes nothing and is a message like others', async () => {
    const bob = await person('bob');
    for (const lines of [
      ['SUMMARY:no uid'],
      [`UID:x`, 'DTSTART:tomorrow'],
      [`UID:${'x'.repeat(9000)}`, 'RRULE:FREQ=SECONDLY', stamp()],
    ]) {
      await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', lines));
    }
    expect(await events(bob)).toEqual([]);
    expect(classes(await list(bob, INBOX))).toEqual(['IPM.Note', 'IPM.Note', 'IPM.Note']);
  });

  test('of one’s own does not double what is in the calendar already', async () => {
    const ann = await person('ann');
    const uid = `own-${ann.address}`;
    await (await new CalendarDevice(ann).open()).invite([OUT], [el('Calendar:ClientUid', uid)]);
    const known = calendar(await event(ann), 'UID') ?? '';
    const lines = outside(OUT, known).map((line) => line.replace(`mailto:${OUT}`, `mailto:${ann.address}`));
    await receive(ann.address, ann.address, itip(ann.address, ann.address, 'REQUEST', lines));
    expect(calendar(await event(ann), 'Subject')).toBe('Plan');
  });
});

describe('a room', () => {
  test('accepts when it is free, declines what is in its way, and is free again after a cancellation', async () => {
    const [ann, bob, room] = [await person('ann'), await person('bob'), await person('room')];
    await server.admin('PUT', `/users/${room.address}/resource`, { kind: 'room', maxMinutes: 120 });
    const device = await new CalendarDevice(ann).open();
    const serverId = await device.invite([room.address]);
    expect(statuses(await event(ann))).toEqual({ room: '3' });
    expect(calendar(await event(room), 'BusyStatus')).toBe('2');
    expect(await list(room, INBOX)).toEqual([]);
    const other = await new CalendarDevice(bob).open();
    const second = await other.invite([room.address], [], tomorrow + 1800_000);
    expect(statuses(await event(bob))).toEqual({ room: '4' });
    expect(await events(room)).toHaveLength(1);
    const [declined] = await list(bob, INBOX);
    expect(textOf(declined?.data, 'Email:MessageClass')).toBe('IPM.Schedule.Meeting.Resp.Neg');
    await device.remove(serverId);
    await other.change(second, [
      el('Calendar:StartTime', compact(tomorrow)),
      el('Calendar:EndTime', compact(tomorrow + 3600_000)),
    ]);
    expect(statuses(await event(bob))).toEqual({ room: '3' });
  });

  test('is set by the admin, and an ordinary user again', async () => {
    const room = await person('room');
    const path = `/users/${room.address}/resource`;
    await expect(server.admin('PUT', path, { windowDays: 10 })).rejects.toThrow(/400 /);
    await expect(server.admin('PUT', path, { kind: 'car' })).rejects.toThrow(/400 /);
    expect(await server.admin('PUT', path, { kind: 'equipment', windowDays: 10 })).toMatchObject({
      resource: {
        kind: 'equipment',
        autoAccept: true,
        windowDays: 10,
        maxMinutes: 1440,
        allowConflicts: false,
      },
    });
    expect(await server.admin('PUT', path, { autoAccept: false })).toMatchObject({
      resource: { kind: 'equipment', autoAccept: false, windowDays: 10 },
    });
    expect(await server.admin('PUT', path, { kind: 'none' })).toMatchObject({ resource: null });
  });
});

describe('MeetingResponse (MS-ASCMD S09)', () => {
  test('has a Result for each Request, with the status of each', async () => {
    const bob = await person('bob', '14.1');
    await receive(
      OUT,
      bob.address,
      itip(OUT, bob.address, 'REQUEST', outside(bob.address, `s-${bob.address}`)),
    );
    await receive(
      OUT,
      bob.address,
      `From: ${OUT}\r\nTo: ${bob.address}\r\nSubject: plain\r\nMessage-ID: <p@x>\r\n\r\nx\r\n`,
    );
    const inbox = await list(bob, INBOX);
    const plain = inbox.find((i) => textOf(i.data, 'Email:Subject') === 'plain')?.serverId ?? '';
    const request = inbox.find((i) => requestOf(i) !== undefined)?.serverId ?? '';
    const { serverId } = await event(bob);
    const instance = (text: string) => el('MeetingResponse:InstanceId', text);
    const now = new Date(tomorrow).toISOString();
    for (const [status, id, answer, more] of [
      ['2', request, 4, []],
      ['2', request, 0, []],
      ['2', plain, 1, []],
      ['2', 'nothing', 1, []],
      ['2', request, 1, [instance(now)]],
      ['2', request, 3, [instance('InvalidValue')]],
      ['104', serverId, 1, [instance('InvalidValue')]],
      ['146', serverId, 1, [instance(now)]],
      ['2', serverId, 1, [instance('')]],
    ] as const) {
      const result = await respond(bob, id, answer, ...more);
      expect(result, `${id} ${answer}`).toMatchObject({ status, calendarId: undefined, requestId: id });
    }
    expect(calendar(await event(bob), 'ResponseType')).toBe('5');
    expect(await respond(bob, serverId, 2)).toMatchObject({ status: '1', calendarId: serverId });
    expect(await respond(bob, request, 3)).toMatchObject({ status: '1', calendarId: undefined });
    expect(await events(bob)).toEqual([]);
  });

  test('takes at most 100 of them, and no other document', async () => {
    const bob = await person('bob');
    const one = el(
      'MeetingResponse:Request',
      el('MeetingResponse:UserResponse', 1),
      el('MeetingResponse:RequestId', 'x'),
    );
    const many = await bob.post(
      'MeetingResponse',
      el('MeetingResponse:MeetingResponse', Array(101).fill(one)),
    );
    const results = children(many.root ?? undefined, 'MeetingResponse:Result');
    expect(results.map((r) => textOf(r, 'MeetingResponse:Status'))).toEqual(['103']);
    const hundred = await bob.post(
      'MeetingResponse',
      el('MeetingResponse:MeetingResponse', Array(100).fill(one)),
    );
    expect(children(hundred.root ?? undefined, 'MeetingResponse:Result')).toHaveLength(100);
    for (const wrong of [el('MeetingResponse:MeetingResponse'), el('AirSync:Sync')]) {
      const answer = await bob.post('MeetingResponse', wrong);
      expect(
        textOf(child(answer.root ?? undefined, 'MeetingResponse:Result'), 'MeetingResponse:Status'),
      ).toBe('103');
    }
  });

  test('is of no use for a meeting of one’s own', async () => {
    const ann = await person('ann');
    const serverId = await (await new CalendarDevice(ann).open()).invite([OUT]);
    expect((await respond(ann, serverId, 1)).status).toBe('2');
  });
});
