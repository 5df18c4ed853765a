import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { itipText, parseItip } from './itip.ts';
import { meeting } from './testing.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const object = (method: string, ...events: string[][]) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `METHOD:${method}`,
    ...events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
    '',
  ].join('\r\n');
const HEAD = [
  'UID:u1',
  'DTSTAMP:20261121T120000Z',
  'SEQUENCE:3',
  'ORGANIZER;CN="Lee, Ann";SENT-BY="mailto:sec@x.example":mailto:ann@x.example',
];

describe('an iTIP object', () => {
  test('comes back as it was written', async () => {
    const event = meeting({
      sequence: 2,
      locations: { '1': { '@type': 'Location', name: 'Room; one, Žižka' } },
      recurrenceRules: [{ '@type': 'RecurrenceRule', frequency: 'weekly', count: 4 }],
      recurrenceOverrides: { '2026-11-30T09:00:00': { start: '2026-11-30T10:00:00' } },
      'waypost:busy': 'oof',
      'waypost:noCounter': true,
      'waypost:forwardees': [{ name: 'Fay', email: 'fay@out.example' }],
    });
    const text = await itipText(event, 'REQUEST', AT);
    expect(text).toContain('BEGIN:VTIMEZONE');
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const read = await parseItip(text, null);
    expect(read?.facts).toMatchObject({
      ...{ method: 'REQUEST', uid: 'meeting-1', sequence: 2, stamp: AT, title: 'Plan' },
      ...{ organizer: { name: 'ann', address: 'ann@one.example' }, startsAt: Date.UTC(2026, 10, 23, 8) },
      ...{ zone: 'Europe/Berlin', location: 'Room; one, Žižka', busy: 'oof', noCounter: true },
      ...{ rule: { frequency: 'weekly', count: 4 }, recurrenceAt: null, proposed: null },
      forwardees: [{ name: 'Fay', address: 'fay@out.example' }],
    });
    expect(read?.event).toMatchObject({
      start: event.start,
      duration: 'PT1H',
      recurrenceOverrides: event.recurrenceOverrides,
    });
    expect(read?.occurrences).toEqual([]);
  });

  test('may be about one occurrence', async () => {
    const event = meeting({
      start: '2026-11-30T10:00:00',
      recurrenceId: '2026-11-30T09:00:00',
      recurrenceIdTimeZone: 'Europe/Berlin',
    });
    const read = await parseItip(await itipText(event, 'REQUEST', AT), 'REQUEST');
    expect(read?.event).toBeNull();
    expect(read?.occurrences.map(({ at }) => at)).toEqual([Date.UTC(2026, 10, 30, 8)]);
    expect(read?.facts).toMatchObject({
      recurrenceAt: Date.UTC(2026, 10, 30, 8),
      startsAt: Date.UTC(2026, 10, 30, 9),
      rule: null,
    });
  });

  test('of an answer needs no time of its own, and names one attendee', async () => {
    const reply = (...attendees: string[]) =>
      parseItip(object('REPLY', [...HEAD, ...attendees, 'COMMENT:Not there']), null);
    const one = await reply('ATTENDEE;PARTSTAT=DECLINED;CN=Bob:mailto:bob@x.example');
    expect(one?.facts).toMatchObject({
      attendee: { name: 'Bob', address: 'bob@x.example', status: 'declined', comment: 'Not there' },
      ...{
        sentBy: 'sec@x.example',
        organizer: { name: 'Lee, Ann', address: 'ann@x.example' },
        startsAt: null,
      },
    });
    const two = await reply(
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@x.example',
    );
    expect(two?.facts.attendee).toBeNull();
    const named = await parseItip(
      object('REPLY', [
        ...HEAD,
        'RECURRENCE-ID:20261130T080000Z',
        'ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example',
      ]),
      null,
    );
    expect(named?.facts.recurrenceAt).toBe(Date.UTC(2026, 10, 30, 8));
  });

  test('that proposes another time says which', async () => {
    const lines = [
      ...HEAD,
      'DTSTART:20261124T080000Z',
      'DTEND:20261124T093000Z',
      'ATTENDEE;PARTSTAT=TENTATIVE:mailto:b@x.example',
    ];
    const read = await parseItip(object('COUNTER', lines), null);
    expect(read?.facts.proposed).toEqual({
      startsAt: Date.UTC(2026, 10, 24, 8),
      endsAt: Date.UTC(2026, 10, 24, 9, 30),
    });
  });

  test('of whole days has no zone', async () => {
    const read = await parseItip(
      object('REQUEST', [...HEAD, 'DTSTART;VALUE=DATE:20261124', 'DTEND;VALUE=DATE:20261126']),
      null,
    );
    expect(read?.facts).toMatchObject({
      allDay: true,
      zone: null,
      startsAt: Date.UTC(2026, 10, 24),
      endsAt: Date.UTC(2026, 10, 26),
    });
  });

  test('is what its part says it is, where the two differ', async () => {
    const text = object('CANCEL', [...HEAD, 'DTSTART:20261124T080000Z']);
    expect((await parseItip(text, 'request'))?.method).toBe('REQUEST');
    expect((await parseItip(text, null))?.method).toBe('CANCEL');
  });

  test('is none when it is damaged, unknown, or more than is kept', async () => {
    const start = 'DTSTART:20261124T080000Z';
    for (const text of [
      '',
      'BEGIN:VCALENDAR',
      object('REQUEST'),
      object('REQUEST', [start]),
      object('REQUEST', HEAD),
      object('PUNCH', [...HEAD, start]),
      object('REQUEST', [`UID:${'x'.repeat(2000)}`, start]),
      object('REQUEST', ...Array<string[]>(600).fill([...HEAD, start])),
      object('REQUEST', [...HEAD, start, ...Array<string>(30_000).fill('ATTENDEE:mailto:a@x.example')]),
    ]) {
      expect(await parseItip(text, null)).toBeNull();
    }
  });

  test('never makes the reader fail, whatever the lines are', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        ...HEAD,
        'DTSTART:20261124T080000Z',
        'DTSTART;TZID=Nowhere:20261124T080000',
        'RRULE:FREQ=DAILY',
        'RECURRENCE-ID:x',
        'EXDATE:1',
        'DURATION:-P9999W',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        await parseItip(object('REQUEST', lines), null);
      }),
      { numRuns: 300 },
    );
  });
});
