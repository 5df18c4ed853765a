import { describe, expect, test } from 'vitest';
import { child, el, type WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent, Participant } from '../../../../core/calendar/types.ts';
import {
  ANN,
  brief,
  event,
  type Said,
  shown,
  take,
  taken,
} from '../../../../test/support/calendar-world.worker.ts';
import type { Version } from '../../http/versions.ts';

const WHEN: Said = [
  ['Calendar:StartTime', '20261126T083000Z'],
  ['Calendar:EndTime', '20261126T093000Z'],
];
const attendee = (email: string, more: [string, string | number][] = [], name = email.replace(/@.*/, '')) =>
  el(
    'Calendar:Attendee',
    el('Calendar:Email', email),
    el('Calendar:Name', name),
    more.map(([tag, value]) => el(`Calendar:${tag}`, value)),
  );
const invite = (...people: ReturnType<typeof attendee>[]): Said[number] => ['Calendar:Attendees', people];
const person = (email: string, more: Partial<Participant> = {}): Participant => ({
  '@type': 'Participant',
  email,
  name: email.replace(/@.*/, ''),
  sendTo: { imip: `mailto:${email}` },
  roles: { attendee: true },
  ...more,
});
/** A meeting that Ann holds, or to which Carl has invited her. */
function meeting(by: 'ann' | 'carl', more: Partial<CalendarEvent> = {}): CalendarEvent {
  const host = by === 'ann' ? ANN.address : 'carl@y.test';
  return event({
    replyTo: { imip: `mailto:${host}` },
    participants: {
      organizer: person(host, { roles: { owner: true } }),
      guest: person(by === 'ann' ? 'bob@y.test' : 'ann.alias@x.test', {
        participationStatus: 'needs-action',
        expectReply: true,
      }),
    },
    ...more,
  });
}
const at = async (one: CalendarEvent, version: Version = '14.1') =>
  brief(await shown(one, version)) as Record<string, unknown>;

describe('MeetingStatus (MS-ASCAL 2.2.2.28)', () => {
  test.each<[string, CalendarEvent, string]>([
    ['an appointment', event(), '0'],
    ['a meeting of her own', meeting('ann'), '1'],
    ['a meeting of somebody else', meeting('carl'), '3'],
    [
      'a meeting of her own that is cancelled (MSASCAL_S02_TC05)',
      meeting('ann', { status: 'cancelled' }),
      '5',
    ],
    [
      'a meeting of somebody else that is cancelled (MSASCAL_S02_TC05)',
      meeting('carl', { status: 'cancelled' }),
      '7',
    ],
  ])('of %s', async (_name, one, status) => {
    for (const version of ['12.1', '14.1', '16.1'] as const) {
      expect(await at(one, version)).toMatchObject({ MeetingStatus: status });
    }
  });

  test.each([
    1, 9, 5, 13,
  ])('%i of a device makes a meeting of its owner, whoever it names (PROTOCOL row 13)', async (status) => {
    const made = await taken(
      [...WHEN, ['Calendar:MeetingStatus', status], invite(attendee('bob@y.test'))],
      '14.1',
    );
    expect(await at(made)).toMatchObject({
      ...{ OrganizerEmail: ANN.address, OrganizerName: ANN.name, MeetingStatus: String(status & 7) },
      Attendees: { Attendee: { Email: 'bob@y.test', Name: 'bob', AttendeeType: '1' } },
    });
    expect(made.replyTo).toEqual({ imip: `mailto:${ANN.address}` });
  });

  test.each([3, 11])('%i of an older device is a meeting that it was invited to', async (status) => {
    const said: Said = [
      ...WHEN,
      ['Calendar:MeetingStatus', status],
      ['Calendar:OrganizerEmail', 'carl@y.test'],
      ['Calendar:OrganizerName', 'Carl'],
    ];
    const made = await taken([...said, invite(attendee(ANN.address))], '14.1');
    expect(await at(made)).toMatchObject({
      OrganizerEmail: 'carl@y.test',
      OrganizerName: 'Carl',
      MeetingStatus: '3',
      ResponseType: '5',
    });
  });

  test('is 1 of what has attendees, without a word about it', async () => {
    expect(await at(await taken([...WHEN, invite(attendee('bob@y.test'))], '16.1'))).toMatchObject({
      MeetingStatus: '1',
    });
  });

  test('of a meeting that takes place again is no longer cancelled', async () => {
    const made = await taken([['Calendar:MeetingStatus', 1]], '16.1', {
      present: meeting('ann', { status: 'cancelled' }),
    });
    expect(made).not.toHaveProperty('status');
  });
});

describe('attendees', () => {
  test('come back with type and status', async () => {
    const people = [
      attendee('req@y.test', [
        ['AttendeeStatus', 3],
        ['AttendeeType', 1],
      ]),
      attendee('opt@y.test', [
        ['AttendeeStatus', 2],
        ['AttendeeType', 2],
      ]),
      attendee('room@y.test', [
        ['AttendeeStatus', 4],
        ['AttendeeType', 3],
      ]),
      attendee('new@y.test', [
        ['AttendeeStatus', 0],
        ['AttendeeType', 1],
      ]),
      attendee('late@y.test', [
        ['AttendeeStatus', 5],
        ['AttendeeType', 1],
      ]),
    ];
    const made = await taken(
      [...WHEN, ['Calendar:MeetingStatus', 1], ['Calendar:Attendees', people]],
      '14.1',
    );
    const { Attendees } = (await at(made)) as { Attendees: { Attendee: Record<string, string>[] } };
    expect(Attendees.Attendee.map((a) => [a['Email'], a['AttendeeStatus'], a['AttendeeType']])).toEqual([
      ['req@y.test', '3', '1'],
      ['opt@y.test', '2', '2'],
      ['room@y.test', '4', '3'],
      ['new@y.test', '0', '1'],
      ['late@y.test', '5', '1'],
    ]);
  });

  test('keep their answers, whatever a 16.x device says of them, and what it has no words for', async () => {
    const known = {
      ...meeting('ann').participants,
      guest: person('bob@y.test', {
        participationStatus: 'accepted',
        scheduleSequence: 3,
        expectReply: true,
      }),
    };
    const present = meeting('ann', { participants: known });
    const said = invite(attendee('BOB@y.test', [['AttendeeStatus', 4]], 'bob'), attendee('eve@y.test'));
    const made = await taken([said], '16.1', { present });
    expect(made.participants).toEqual({ ...known, attendee: { ...person('eve@y.test'), expectReply: true } });
  });

  test('that come without addresses are known by their names (Outlook)', async () => {
    const present = meeting('ann');
    const made = await taken([invite(attendee('', [], 'bob'), attendee('', [], 'nobody'))], '14.1', {
      present,
    });
    expect(made.participants).toEqual(present.participants);
  });

  test('with what is no address are kept as they are, and nothing is sent to them (MSASCAL_S01_TC18)', async () => {
    const made = await taken([...WHEN, invite(attendee('not an address', [], 'Bob'))], '14.1');
    expect(await at(made)).toMatchObject({
      Attendees: { Attendee: { Email: 'not an address', Name: 'Bob' } },
    });
    expect(Object.values(made.participants ?? {}).find((p) => p.name === 'Bob')).not.toHaveProperty('sendTo');
  });

  test('are nobody twice, nor the organizer', async () => {
    const made = await taken(
      [...WHEN, invite(attendee(ANN.address), attendee('bob@y.test'), attendee('Bob@Y.test'))],
      '14.1',
    );
    expect(Object.values(made.participants ?? {}).map((p) => p.email)).toEqual([ANN.address, 'bob@y.test']);
  });

  test('show the time that they propose instead, in 16.1', async () => {
    const proposed = { start: '2026-11-27T08:00:00Z', end: '2026-11-27T09:00:00Z' };
    const one = meeting('ann', {
      participants: {
        ...meeting('ann').participants,
        guest: person('bob@y.test', { 'waypost:proposed': proposed }),
      },
    });
    const times = { ProposedStartTime: '20261127T080000Z', ProposedEndTime: '20261127T090000Z' };
    expect(await at(one, '16.1')).toMatchObject({ Attendees: { Attendee: times } });
    expect(JSON.stringify(await at(one, '16.0'))).not.toContain('Proposed');
  });

  test('that leave make an appointment again', async () => {
    const made = await taken(
      [
        ['Calendar:Attendees', []],
        ['Calendar:MeetingStatus', 0],
      ],
      '16.1',
      { present: meeting('ann') },
    );
    expect(made).not.toHaveProperty('participants');
    expect(made).not.toHaveProperty('replyTo');
  });
});

describe('the answer of the owner', () => {
  test.each([
    ['accepted', '3'],
    ['tentative', '2'],
    ['declined', '4'],
  ] as const)('%s is shown with its time (MSASCAL_S02_TC01 to TC03)', async (type, value) => {
    const one = meeting('carl', { 'waypost:response': { type, at: '2026-11-20T10:00:00Z' } });
    expect(await at(one)).toMatchObject({
      ResponseType: value,
      AppointmentReplyTime: '20261120T100000Z',
      ResponseRequested: '1',
    });
    expect(await at(one, '12.1')).not.toHaveProperty('ResponseType');
  });

  test('that is not given yet has no time (MSASCAL_S02_TC04, MS-ASCAL 3.2.5)', async () => {
    const data = await at(meeting('carl'));
    expect(data).toMatchObject({ ResponseType: '5', ResponseRequested: '1', DisallowNewTimeProposal: '0' });
    expect(data).not.toHaveProperty('AppointmentReplyTime');
    expect(await at(meeting('ann'))).toMatchObject({ ResponseType: '1' });
    expect(await at(event())).toMatchObject({ ResponseType: '0' });
  });

  test('is asked for or not, as the organizer says', async () => {
    const said: Said = [...WHEN, invite(attendee('bob@y.test'))];
    const without = await taken(
      [...said, ['Calendar:ResponseRequested', 0], ['Calendar:DisallowNewTimeProposal', 1]],
      '14.0',
    );
    expect(await at(without, '14.0')).toMatchObject({ ResponseRequested: '0', DisallowNewTimeProposal: '1' });
    expect(await at(await taken(said, '14.0'), '14.0')).toMatchObject({ ResponseRequested: '1' });
    expect(
      (await taken([['Calendar:ResponseRequested', 1]], '16.1', { present: without })).participants,
    ).toMatchObject({
      attendee: { expectReply: true },
    });
  });
});

describe("a copy of somebody else's meeting", () => {
  test('keeps its people, and what its organizer says of answers, whatever the device sends', async () => {
    const present = meeting('carl');
    const said: Said = [
      ['Calendar:Reminder', 5],
      ['Calendar:MeetingStatus', 1],
      ['Calendar:OrganizerEmail', ANN.address],
      invite(attendee('eve@y.test')),
      ['Calendar:ResponseRequested', 0],
      ['Calendar:DisallowNewTimeProposal', 1],
    ];
    const made = await taken(said, '14.1', { present });
    const { alerts, updated: _updated, ...rest } = made;
    expect(alerts).toMatchObject({ 1: { trigger: { offset: '-PT5M' } } });
    expect({ ...rest, updated: present.updated }).toEqual(present);
  });

  test('is not told of to anybody', async () => {
    expect(await take([['Calendar:Subject', 'x']], '16.1', { present: meeting('carl') })).toMatchObject({
      announce: false,
    });
  });
});

describe('attendees are told (16.x)', () => {
  const said: Said = [...WHEN, invite(attendee('bob@y.test'))];
  test('of a new meeting by the server, up to 14.1 by the device', async () => {
    expect(await take(said, '16.0')).toMatchObject({ announce: true });
    expect(await take(said, '14.1')).toMatchObject({ announce: false });
    expect(await take(WHEN, '16.1')).toMatchObject({ announce: false });
  });

  test('of what concerns them', async () => {
    const present = meeting('ann', {
      recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'daily', count: 6 }],
    });
    const announced = async (words: Said, instanceId: string | null = null) => {
      const result = await take(words, '16.1', { present, instanceId });
      return result.kind === 'item' && result.announce;
    };
    expect(await announced([['Calendar:Subject', 'New']])).toBe(true);
    expect(await announced([['Calendar:Attendees', []]])).toBe(true);
    expect(await announced([['Calendar:Subject', 'New']], '20261128T083000Z')).toBe(true);
    expect(await announced([['Calendar:Reminder', 7]])).toBe(false);
    expect(await announced([['Calendar:BusyStatus', 3]])).toBe(false);
    expect(await announced([['Calendar:Subject', 'Review']])).toBe(false);
  });
});

describe('how an event is called', () => {
  test("from 16.0 on is the server's, and the same for the same ClientUid (MS-ASCAL 2.2.2.13, 2.2.2.46)", async () => {
    const made = await taken([...WHEN, ['Calendar:ClientUid', 'c-1']], '16.1');
    expect(made).toMatchObject({ 'waypost:clientUid': 'c-1' });
    expect(made.uid).not.toBe('c-1');
    expect((await taken([...WHEN, ['Calendar:ClientUid', 'c-1']], '16.0')).uid).toBe(made.uid);
    expect((await taken([...WHEN, ['Calendar:ClientUid', 'c-2']], '16.0')).uid).not.toBe(made.uid);
  });

  test('stays, whatever a Change says', async () => {
    const made = await taken(
      [
        ['Calendar:UID', 'other'],
        ['Calendar:Subject', 'x'],
      ],
      '14.1',
      { present: event() },
    );
    expect(made.uid).toBe('uid-1');
  });

  test('and what else it does not know yet, a device is told', async () => {
    const echo = async (said: Said, version: Version) => {
      const result = await take(said, version);
      return result.kind === 'item' && result.echo === true;
    };
    const complete: Said = [...WHEN, ['Calendar:UID', 'u'], ['Calendar:OrganizerEmail', ANN.address]];
    expect(await echo(complete, '14.1')).toBe(false);
    expect(await echo(WHEN, '14.1')).toBe(true);
    expect(await echo(WHEN, '16.1')).toBe(false);
    expect(await echo([], '16.1')).toBe(true);
  });
});

describe('links of an online meeting', () => {
  test('are shown from 14.1 on, and are nothing that a device says', async () => {
    const one = event({ 'waypost:onlineMeeting': { conf: 'conf:sip:x', external: 'https://meet.test/1' } });
    expect(await at(one)).toMatchObject({
      OnlineMeetingConfLink: 'conf:sip:x',
      OnlineMeetingExternalLink: 'https://meet.test/1',
    });
    const old: WbxmlElement = await shown(one, '14.0');
    expect(child(old, 'Calendar:OnlineMeetingConfLink')).toBeUndefined();
    const made = await taken(
      [
        ['Calendar:OnlineMeetingConfLink', 'other'],
        ['Calendar:Subject', 'Review'],
      ],
      '16.1',
      { present: one },
    );
    expect(made).toEqual(one);
  });
});
