/** This and following (RFC 5545 3.2.13) as a phone sees it, and what its answers say to the organizer. */
import { expect, test } from 'vitest';
import { child, el, textOf } from '../../codecs/wbxml/index.ts';
import {
  calendar,
  compact,
  DAY,
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
  SEND,
  tomorrow,
  withMeetingServer,
} from './meeting-kit.ts';

const { relayed } = withMeetingServer();
const HOUR = 3600_000;

async function invited() {
  const bob = await person('bob');
  const uid = `following-${bob.address}`;
  const send = (method: string, more: string[], at?: number) =>
    receive(OUT, bob.address, itip(OUT, bob.address, method, outside(bob.address, uid, more, at)));
  await send('REQUEST', ['SEQUENCE:0', 'RRULE:FREQ=DAILY;COUNT=6']);
  const id = (day: number) => `RECURRENCE-ID;RANGE=THISANDFUTURE:${compact(tomorrow + day * DAY)}`;
  const parts = async () =>
    (await events(bob)).sort((a, b) =>
      (calendar(a, 'StartTime') ?? '') < (calendar(b, 'StartTime') ?? '') ? -1 : 1,
    );
  /** The answers that left since. */
  const answers = (since: number) =>
    relayed()
      .slice(since)
      .map(({ bytes }) => bytes.toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '='))
      .map((text) => text.replace(/\r\n[ \t]/g, ''));
  return { bob, uid, send, id, parts, answers };
}

test('a change of this and following makes two events, each of which is answered under the organizer’s UID', async () => {
  const { bob, uid, send, id, parts, answers } = await invited();
  await send('REQUEST', ['SEQUENCE:1', id(3)], tomorrow + 3 * DAY + 2 * HOUR);
  const [before, after, ...others] = await parts();
  if (before === undefined || after === undefined) throw new Error('there are not two');
  expect(others).toEqual([]);
  expect([calendar(before, 'StartTime'), calendar(after, 'StartTime')]).toEqual([
    compact(tomorrow),
    compact(tomorrow + 3 * DAY + 2 * HOUR),
  ]);
  const times = (item: typeof before) =>
    textOf(child(item.data, 'Calendar:Recurrence'), 'Calendar:Occurrences');
  expect([times(before), times(after)]).toEqual(['3', '3']);
  expect(calendar(before, 'UID')).not.toBe(calendar(after, 'UID'));

  let since = relayed().length;
  const request = (await list(bob, INBOX)).find(
    (one) => textOf(requestOf(one), 'Email:InstanceType') === '3',
  );
  expect((await respond(bob, request?.serverId ?? '', 1, SEND)).status).toBe('1');
  expect((await parts()).map((one) => calendar(one, 'BusyStatus'))).toEqual(['1', '2']);
  expect(answers(since)).toEqual([expect.stringContaining(`UID:${uid}\r\n`)]);

  since = relayed().length;
  expect((await respond(bob, before.serverId, 2, SEND)).status).toBe('1');
  // One of those that are two hours later than its organizer's name for it.
  const fifth = el('MeetingResponse:InstanceId', new Date(tomorrow + 4 * DAY + 2 * HOUR).toISOString());
  expect((await respond(bob, after.serverId, 3, fifth, SEND)).status).toBe('1');
  const [whole, single, ...more] = answers(since);
  expect(more).toEqual([]);
  expect(whole).toContain(`UID:${uid}\r\n`);
  expect(single).toContain(`UID:${uid}\r\n`);
  expect(single).toContain(`RECURRENCE-ID:${compact(tomorrow + 4 * DAY)}`);
});

test('a cancellation of this and following ends the series on the phone', async () => {
  const { send, id, parts } = await invited();
  await send('CANCEL', ['SEQUENCE:1', id(2), 'STATUS:CANCELLED'], tomorrow + 2 * DAY);
  const [left, ...others] = await parts();
  expect(others).toEqual([]);
  expect(textOf(child(left?.data, 'Calendar:Recurrence'), 'Calendar:Occurrences')).toBe('2');
  expect(calendar(left as NonNullable<typeof left>, 'MeetingStatus')).toBe('3');
});
