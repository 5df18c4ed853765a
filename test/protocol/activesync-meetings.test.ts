/** Meetings that devices make: invitations to users of the house and to people outside, and their answers (RFC 5546, RFC 6047). */
import { describe, expect, test } from 'vitest';
import { child, children, el, textOf } from '../../codecs/wbxml/index.ts';
import {
  attendee,
  CALENDAR,
  CalendarDevice,
  calendar,
  classes,
  clientId,
  compact,
  DAY,
  DELETED,
  event,
  events,
  folderOf,
  INBOX,
  itip,
  list,
  OUT,
  person,
  receive,
  requestOf,
  respond,
  SEND,
  stamp,
  statuses,
  subjects,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';

const { server, relayed } = withMeetingServer();

describe('a meeting that a device of 16.1 makes', () => {
  test('reaches an attendee, who accepts by 16.1, and the organizer sees it', async () => {
    const [ann, bob] = [await person('ann'), await person('bob')];
    const device = await new CalendarDevice(ann).open();
    const serverId = await device.invite([bob.address]);
    const [request] = await list(bob, INBOX);
    expect(classes(request === undefined ? [] : [request])).toEqual(['IPM.Schedule.Meeting.Request']);
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
    await server().scheduled();
    await server().drain();
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
    const group = `team-${bob.address}`;
    await server().admin('POST', '/groups', { address: group, displayName: 'Team' });
    await server().admin('PUT', `/groups/${group}/members`, { members: [bob.address] });
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
      el('ComposeMail:ClientId', clientId()),
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

  test('is passed on up to 14.1 by a message of the client, from the calendar or from the Inbox (S17_TC06)', async () => {
    const [ann, bob] = [await person('ann'), await person('bob', '14.1')];
    await (await new CalendarDevice(ann).open()).invite([bob.address]);
    const [request] = await list(bob, INBOX);
    const sources = [
      [INBOX, request?.serverId ?? ''],
      [CALENDAR, (await event(bob)).serverId],
    ] as const;
    for (const [folder, itemId] of sources) {
      const cid = await person('cid');
      const mime = `From: ${bob.address}\r\nTo: ${cid.address}\r\nSubject: FW:Plan\r\n\r\nFor you`;
      const forward = el(
        'ComposeMail:SmartForward',
        el('ComposeMail:ClientId', clientId()),
        el('ComposeMail:SaveInSentItems'),
        el(
          'ComposeMail:Source',
          el('ComposeMail:FolderId', folderOf(bob, folder)),
          el('ComposeMail:ItemId', itemId),
        ),
        el('ComposeMail:Mime', new TextEncoder().encode(mime)),
      );
      expect((await bob.post('SmartForward', forward)).bytes).toHaveLength(0);
      const [passedOn] = await list(cid, INBOX);
      expect(textOf(passedOn?.data, 'Email:Subject')).toBe('FW:Plan');
      expect(textOf(passedOn?.data, 'Email:MessageClass')).toBe('IPM.Schedule.Meeting.Request');
      expect(textOf(child(passedOn?.data, 'AirSyncBase:Body'), 'AirSyncBase:Data')).toContain('For you');
      expect(calendar(await event(cid), 'OrganizerEmail')).toBe(ann.address);
    }
    const [original] = await list(bob, INBOX);
    expect(textOf(original?.data, 'Email2:LastVerbExecuted')).toBe('3');
    expect(Object.keys(statuses(await event(ann)))).toHaveLength(2);
    expect(subjects(await list(ann, INBOX))).toEqual(Array(2).fill('Meeting Forward Notification: FW:Plan'));
  });

  test('reaches people outside as a message that their programs understand, and their answer counts', async () => {
    const ann = await person('ann');
    await (await new CalendarDevice(ann).open()).invite(
      [OUT],
      [el('AirSyncBase:Location', el('AirSyncBase:DisplayName', 'Room Žižka'))],
    );
    const out = relayed().find((m) => m.recipients.includes(OUT));
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
