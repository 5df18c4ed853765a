/** What tests of meetings do over and over: a server with a relay, calendars of devices, iTIP messages from outside. */
import { afterAll, beforeAll, expect } from 'vitest';
import { child, children, el, textOf, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { UserView } from '../../shared/admin-api.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import { bodyPreference, type Item, Phone } from './phone.ts';

let server: InProcess;
let relay: SmtpServer;
let people = 0;

/** The server of a test file: one of its own. */
export function withMeetingServer() {
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
  return { server: () => server, relayed: () => relay.messages };
}

export const DAY = 24 * 3600_000;

export async function person(name: string, version = '16.1'): Promise<Phone> {
  const address = `${name}${++people}@meet.test`;
  await server.addUser(address, 'a-password');
  const phone = new Phone(server, address, 'a-password');
  phone.version = version;
  await phone.folderSync();
  return phone;
}

export const folderOf = (phone: Phone, type: string) => phone.folders.find((f) => f.type === type)?.id ?? '';
export const INBOX = '2';
export const DELETED = '4';
export const CALENDAR = '8';

/** What a new device of this person finds in a folder. */
export async function list(phone: Phone, type: string, version = phone.version): Promise<Item[]> {
  await server.drain();
  const reader = new Phone(server, phone.address, 'a-password');
  reader.version = version;
  await reader.folderSync();
  const collectionId = folderOf(reader, type);
  await reader.sync({ collectionId });
  return (await reader.sync({ collectionId, body: [bodyPreference(1)] })).adds;
}

export const events = (phone: Phone, version?: string) => list(phone, CALENDAR, version);
export async function event(phone: Phone, version?: string): Promise<Item> {
  const [one, ...more] = await events(phone, version);
  if (one === undefined || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} events`);
  return one;
}
export const calendar = (item: Item, name: string) => textOf(item.data, `Calendar:${name}`);
export const subjects = (items: Item[]) => items.map((i) => textOf(i.data, 'Email:Subject'));
export const classes = (items: Item[]) => items.map((i) => textOf(i.data, 'Email:MessageClass'));
export const requestOf = (item: Item | undefined) => child(item?.data, 'Email:MeetingRequest');
export const compact = (at: number) => `${new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

/** Status of each attendee, by the beginning of the address. */
export function statuses(item: Item): Record<string, string | undefined> {
  return Object.fromEntries(
    children(child(item.data, 'Calendar:Attendees'), 'Calendar:Attendee').map((one) => [
      (textOf(one, 'Calendar:Email') ?? '').replace(/\d*@.*/, ''),
      textOf(one, 'Calendar:AttendeeStatus'),
    ]),
  );
}

let clientIds = 0;

/** A ClientId that no request has had. */
export const clientId = () => `x${++clientIds}`;

export const tomorrow = Math.floor(Date.now() / DAY) * DAY + DAY + 9 * 3600_000;

/** Sync commands of a calendar by one device, whose key moves on. */
export class CalendarDevice {
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

export function attendee(address: string): WbxmlNode {
  return el(
    'Calendar:Attendee',
    el('Calendar:Email', address),
    el('Calendar:Name', address.replace(/@.*/, '')),
    el('Calendar:AttendeeType', 1),
  );
}

export async function respond(phone: Phone, requestId: string, answer: number, ...more: WbxmlNode[]) {
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

export const SEND = el('MeetingResponse:SendResponse');

/** A message with an iTIP object, as programs outside write it. */
export function itip(from: string, to: string, method: string, lines: string[], more: string[] = []): string {
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

export async function receive(from: string, to: string, raw: string): Promise<void> {
  expect((await server.email(from, to, raw)).outcome).toBe('ok');
  await server.drain();
}

export const OUT = 'olga@out.test';
let stamps = 0;
export const stamp = () => `DTSTAMP:${compact(Date.now() + ++stamps * 1000)}`;

/** An invitation of somebody outside. */
export function outside(to: string, uid: string, more: string[] = [], at = tomorrow) {
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
