/** Answers by devices (MS-ASCMD S09), and rooms that answer by themselves. */
import { describe, expect, test } from 'vitest';
import { child, children, el, textOf } from '../../codecs/wbxml/index.ts';
import {
  CalendarDevice,
  calendar,
  compact,
  event,
  events,
  INBOX,
  itip,
  list,
  OUT,
  outside,
  person,
  receive,
  requestOf,
  respond,
  statuses,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';

const { server } = withMeetingServer();

describe('a room', () => {
  test('accepts when it is free, declines what is in its way, and is free again after a cancellation', async () => {
    const [ann, bob, room] = [await person('ann'), await person('bob'), await person('room')];
    await server().admin('PUT', `/users/${room.address}/resource`, { kind: 'room', maxMinutes: 120 });
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
    await expect(server().admin('PUT', path, { windowDays: 10 })).rejects.toThrow(/400 /);
    await expect(server().admin('PUT', path, { kind: 'car' })).rejects.toThrow(/400 /);
    expect(await server().admin('PUT', path, { kind: 'equipment', windowDays: 10 })).toMatchObject({
      resource: {
        kind: 'equipment',
        autoAccept: true,
        windowDays: 10,
        maxMinutes: 1440,
        allowConflicts: false,
      },
    });
    expect(await server().admin('PUT', path, { autoAccept: false })).toMatchObject({
      resource: { kind: 'equipment', autoAccept: false, windowDays: 10 },
    });
    expect(await server().admin('PUT', path, { kind: 'none' })).toMatchObject({ resource: null });
  });
});

describe('MeetingResponse (MS-ASCMD S09)', () => {
  test('S09_TC03, TC05, TC08, TC09, TC12 has a Result for each Request, with the status of each', async () => {
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

  test('S09_TC07 takes at most 100 of them, and no other document', async () => {
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
