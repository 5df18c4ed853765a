/** Invitations from outside, and whom calendars obey (RFC 5546). */
import { describe, expect, test } from 'vitest';
import { child, children, el, textOf } from '../../codecs/wbxml/index.ts';
import {
  CalendarDevice,
  calendar,
  classes,
  compact,
  DAY,
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
  stamp,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';

const { relayed } = withMeetingServer();

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
    // Said first, and overtaken.
    const series = outside(bob.address, uid, ['RRULE:FREQ=DAILY;COUNT=5', 'SEQUENCE:0']);
    const one = outside(bob.address, uid, [id, 'SEQUENCE:0'], tomorrow + DAY + 3600_000);
    await receive(OUT, bob.address, itip(OUT, bob.address, 'REQUEST', one));
    expect(calendar(await event(bob), 'StartTime')).toBe(compact(tomorrow + DAY + 3600_000));
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
      relayed().filter((m) => m.bytes.toString('latin1').includes('Subject: Refreshed')).length;
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
