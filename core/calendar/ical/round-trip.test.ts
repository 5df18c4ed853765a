import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CalendarDocument } from '../anchor.ts';
import { formatLocal, parseLocal } from '../time/civil.ts';
import { formatDuration } from '../time/duration.ts';
import type { Alert, CalendarEvent, CalendarTask, Participant, RecurrenceRule } from '../types.ts';
import { readICal } from './read.ts';
import { writeICal } from './write.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Sydney',
  'Asia/Kolkata',
  'Africa/Cairo',
  'Etc/UTC',
];
const whole = (min: number, max: number) => fc.integer({ min, max });
/** Text that holds all that has to be escaped or folded; ends of lines are LF in a document. */
const text = fc
  .array(
    fc.constantFrom('a', 'ä', '漢', '😀', ',', ';', '\\', '\n', '"', ':', ' ', '^', 'word ', '\\n', "'"),
    { maxLength: 40 },
  )
  .map((parts) => `x${parts.join('')}x`);
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9 äöü,;]{0,20}$/).map((one) => one.trim());
const local = whole(parseLocal('1995-01-01T00:00:00') ?? 0, parseLocal('2040-01-01T00:00:00') ?? 0).map(
  formatLocal,
);
const utc = local.map((one) => `${one}Z`);

const rule: fc.Arbitrary<RecurrenceRule> = fc.record(
  {
    '@type': fc.constant('RecurrenceRule' as const),
    frequency: fc.constantFrom('yearly', 'monthly', 'weekly', 'daily'),
    interval: whole(2, 9),
    firstDayOfWeek: fc.constantFrom('su', 'sa'),
    byDay: fc.constantFrom(
      [{ '@type': 'NDay' as const, day: 'mo' as const }],
      [
        { '@type': 'NDay' as const, day: 'fr' as const, nthOfPeriod: -1 },
        { '@type': 'NDay' as const, day: 'tu' as const, nthOfPeriod: 2 },
      ],
    ),
    byMonth: fc.constantFrom(['3'], ['1', '12']),
    byMonthDay: fc.constantFrom([1], [15, -1]),
    skip: fc.constantFrom('backward', 'forward'),
    count: whole(2, 50),
  },
  { requiredKeys: ['@type', 'frequency'] },
);

const person: fc.Arbitrary<Participant> = fc
  .record({
    name: word,
    user: fc.stringMatching(/^[a-z]{1,12}$/),
    kind: fc.option(fc.constantFrom('individual', 'group', 'resource', 'location'), { nil: undefined }),
    role: fc.constantFrom(null, 'chair', 'optional', 'informational'),
    status: fc.option(fc.constantFrom('needs-action', 'accepted', 'declined', 'tentative'), {
      nil: undefined,
    }),
    reply: fc.boolean(),
  })
  .map(({ name, user, kind, role, status, reply }) => ({
    '@type': 'Participant',
    name,
    email: `${user}@example.com`,
    sendTo: { imip: `mailto:${user}@example.com` },
    roles: { attendee: true, ...(role === null ? {} : { [role]: true }) },
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined ? {} : { participationStatus: status }),
    ...(reply ? { expectReply: true } : {}),
  }));

const shared = fc.record(
  {
    created: utc,
    sequence: whole(1, 99),
    title: text,
    description: text,
    keywords: fc
      .uniqueArray(word, { minLength: 1, maxLength: 3 })
      .map((all) => Object.fromEntries(all.map((one) => [one, true as const]))),
    color: fc.constantFrom('red', 'turquoise'),
    priority: whole(1, 9),
    freeBusyStatus: fc.constantFrom('free' as const, 'busy' as const),
    privacy: fc.constantFrom('public' as const, 'private' as const, 'secret' as const),
    locations: text.map((name) => ({
      '1': { '@type': 'Location' as const, name, coordinates: 'geo:48.2,-16.37' },
    })),
    virtualLocations: fc.constant({
      '1': { '@type': 'VirtualLocation' as const, uri: 'https://meet.example.com/1', name: 'Room' },
    }),
    links: fc.constant({
      '1': {
        '@type': 'Link' as const,
        href: 'data:text/plain;base64,aGVsbG8=',
        rel: 'enclosure',
        contentType: 'text/plain',
        title: 'a.txt',
      },
      url: { '@type': 'Link' as const, href: 'https://example.com/?a=1,2;3', rel: 'alternate' },
    }),
    relatedTo: fc.constant({ other: { '@type': 'Relation' as const, relation: { child: true as const } } }),
    alerts: fc.constantFrom<Record<string, Alert>[]>(
      { '1': alert({ '@type': 'OffsetTrigger', offset: '-PT15M' }) },
      {
        '1': alert({ '@type': 'OffsetTrigger', offset: 'PT0S', relativeTo: 'end' }),
        '2': alert({ '@type': 'AbsoluteTrigger', when: '2026-01-01T08:00:00Z' }),
      },
    ),
    'waypost:ical': fc.constant<{ properties: unknown[] }>({
      properties: [
        ['x-odd', { a: 'b' }, 'unknown', 'c\\,d;e'],
        ['comment', {}, 'text', 'one, two'],
      ],
    }),
  },
  { requiredKeys: [] },
);

function alert(trigger: Alert['trigger']): Alert {
  const properties: unknown[] = [['description', {}, 'text', 'Remember']];
  return { '@type': 'Alert' as const, trigger, action: 'display' as const, 'waypost:ical': { properties } };
}

/** What no standard has a property for. */
const ownWords: fc.Arbitrary<Partial<CalendarEvent>> = fc.record(
  {
    'waypost:noCounter': fc.constant(true as const),
    'waypost:onlineMeeting': fc.constantFrom(
      { external: 'https://meet.example.com/a?b=1,2;3' },
      { conf: 'conf:sip:ann@example.com;gruu', external: 'https://meet.example.com/b' },
      { conf: 'no uri, at all' },
    ),
    'waypost:response': fc.constantFrom(
      { type: 'accepted' as const, at: '2026-01-01T08:00:00Z' },
      { type: 'none' as const },
    ),
    'waypost:intendedBusy': fc.constantFrom('oof' as const, 'free' as const),
    'waypost:clientUid': text,
    'waypost:forwardees': word.map((name) => [{ name, email: 'ann@example.com' }]),
    'waypost:part': fc.constantFrom({ uid: 'other', later: -3600 }, { later: 60 }),
  },
  { requiredKeys: [] },
);

const event: fc.Arbitrary<CalendarEvent> = fc
  .record({
    shared,
    uid: fc.uuid(),
    updated: utc,
    start: local,
    zone: fc.constantFrom(null, ...ZONES),
    allDay: fc.boolean(),
    days: whole(1, 3),
    seconds: fc.constantFrom(0, 60, 3600, 5400, 86_400 * 2 + 60),
    rules: fc.option(rule, { nil: undefined }),
    status: fc.option(fc.constantFrom('confirmed' as const, 'cancelled' as const, 'tentative' as const), {
      nil: undefined,
    }),
    people: fc.option(
      fc.uniqueArray(person, { minLength: 1, maxLength: 4, selector: ({ email }) => email }),
      { nil: undefined },
    ),
    busy: fc.option(fc.constantFrom('tentative' as const, 'oof' as const, 'elsewhere' as const), {
      nil: undefined,
    }),
    overrides: fc.boolean(),
    own: ownWords,
  })
  .map((made) => {
    const start = made.allDay ? `${made.start.slice(0, 10)}T00:00:00` : made.start;
    const duration = made.allDay ? { days: made.days, seconds: 0 } : { days: 0, seconds: made.seconds };
    const people = made.people?.map((one, i): [string, Participant] => [String(i + 1), one]);
    const first = people?.[0]?.[1];
    if (first !== undefined) first.roles = { ...first.roles, owner: true };
    const at = parseLocal(start) ?? 0;
    return {
      '@type': 'Event',
      ...made.shared,
      uid: made.uid,
      updated: made.updated,
      start,
      timeZone: made.zone,
      ...(duration.days + duration.seconds === 0 ? {} : { duration: formatDuration(duration) }),
      ...(made.allDay ? { showWithoutTime: true } : {}),
      ...(made.status === undefined ? {} : { status: made.status }),
      ...(people === undefined
        ? {}
        : { participants: Object.fromEntries(people), replyTo: { imip: first?.sendTo?.['imip'] ?? '' } }),
      ...(made.busy === undefined ? {} : { 'waypost:busy': made.busy }),
      ...made.own,
      ...(made.rules === undefined ? {} : { recurrenceRules: [made.rules] }),
      ...(made.overrides && made.rules !== undefined
        ? {
            recurrenceOverrides: {
              [formatLocal(at + 86_400 * 7)]: { excluded: true },
              [formatLocal(at + 86_400 * 8)]: {},
              [formatLocal(at + 86_400 * 9)]: { title: 'Another', start: formatLocal(at + 86_400 * 10) },
            },
          }
        : {}),
    };
  });

const task: fc.Arbitrary<CalendarTask> = fc
  .record({
    shared,
    uid: fc.uuid(),
    updated: utc,
    due: local,
    zone: fc.constantFrom(null, ...ZONES),
    start: fc.boolean(),
    percent: fc.option(whole(0, 100), { nil: undefined }),
    progress: fc.option(
      fc.constantFrom(
        'needs-action' as const,
        'in-process' as const,
        'completed' as const,
        'cancelled' as const,
      ),
      { nil: undefined },
    ),
    done: utc,
  })
  .map(({ shared: { virtualLocations: _, ...rest }, ...made }) => ({
    '@type': 'Task',
    ...rest,
    uid: made.uid,
    updated: made.updated,
    due: made.due,
    timeZone: made.zone,
    ...(made.start ? { start: formatLocal((parseLocal(made.due) ?? 0) - 7200) } : {}),
    ...(made.percent === undefined ? {} : { percentComplete: made.percent }),
    ...(made.progress === undefined ? {} : { progress: made.progress }),
    ...(made.progress === 'completed' ? { progressUpdated: made.done } : {}),
  }));

function again(document: CalendarDocument): CalendarDocument | undefined {
  const [read] = readICal(writeICal([document], { ownCopy: true }), { ownCopy: true }).documents;
  if (read === undefined) return undefined;
  const { prodId: _, ...rest } = read;
  return rest as CalendarDocument;
}

test('an event is the same after it was written as iCalendar and read again', () => {
  fc.assert(
    fc.property(event, (document) => {
      expect(again(document)).toEqual(document);
    }),
    { numRuns: 300, seed: 5545 },
  );
}, 60_000);

test('a task is the same after it was written as iCalendar and read again', () => {
  fc.assert(
    fc.property(task, (document) => {
      expect(again(document)).toEqual(document);
    }),
    { numRuns: 200, seed: 5545 },
  );
}, 60_000);

test('what only the copy of its owner says is told to nobody, and believed of nobody', () => {
  const mine: CalendarEvent = {
    ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', start: '2026-06-01T09:00:00' },
    timeZone: 'Etc/UTC',
    'waypost:response': { type: 'accepted', at: '2026-01-01T08:00:00Z' },
    'waypost:clientUid': 'c',
    'waypost:noCounter': true,
  };
  expect(writeICal([mine])).not.toContain('X-WAYPOST-EVENT');
  const [believed] = readICal(writeICal([mine], { ownCopy: true })).documents;
  const { 'waypost:response': _, 'waypost:clientUid': __, ...told } = mine;
  expect(believed).toEqual({ ...told, prodId: expect.any(String) });
});

test('what others have words for is said in theirs', () => {
  const lines = writeICal([
    {
      ...{ '@type': 'Event', uid: 'u', updated: '2026-01-01T00:00:00Z', start: '2026-06-01T09:00:00' },
      ...{ timeZone: 'Etc/UTC', privacy: 'private', 'waypost:sensitivity': 'personal' },
      ...{ 'waypost:noCounter': true, 'waypost:onlineMeeting': { external: 'https://meet.example.com/b' } },
    },
  ]).split('\r\n');
  for (const line of [
    'CLASS:X-PERSONAL',
    'X-MICROSOFT-DISALLOW-COUNTER:TRUE',
    'X-MICROSOFT-ONLINEMEETINGEXTERNALLINK:https://meet.example.com/b',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.some((line) => line.startsWith('CONFERENCE;'))).toBe(true);
  const read = readICal(lines.join('\r\n').replace('CLASS:X-PERSONAL', 'CLASS:X-SECRET-TO-SOME'));
  expect(read.documents[0]?.privacy).toBe('private');
});

test('damaged words of ours are none', () => {
  const text = (...properties: string[]) =>
    ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:u', 'DTSTART:20260601T090000Z', 'LOCATION:here']
      .concat(properties, 'END:VEVENT', 'END:VCALENDAR')
      .join('\r\n');
  const said = (value: unknown) => encodeURIComponent(JSON.stringify(value));
  for (const damaged of [
    '%',
    said(null),
    said([1]),
    said({ 'waypost:response': { type: 'boss' }, 'waypost:part': { later: 'x' }, '@type': 'Task', uid: 'v' }),
  ]) {
    const [read] = readICal(text(`X-WAYPOST-EVENT:${damaged}`, `X-WAYPOST-LOCATIONS:${damaged}`), {
      ownCopy: true,
    }).documents;
    expect(read).toEqual(readICal(text()).documents[0]);
  }
  const places = { '1': { '@type': 'Location', name: 'here', 'waypost:address': { city: 'Brno' } } };
  const [kept] = readICal(text(`X-WAYPOST-LOCATIONS:${said(places)}`)).documents;
  expect(kept?.locations).toEqual(places);
  const [moved] = readICal(
    text(`X-WAYPOST-LOCATIONS:${said(places)}`).replace('LOCATION:here', 'LOCATION:there'),
  ).documents;
  expect(moved?.locations).toEqual({ '1': { '@type': 'Location', name: 'there' } });
});

test('no line is longer than 75 octets, and every one ends in CRLF', () => {
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(event, (document) => {
      const written = writeICal([document]);
      const lines = written.split('\r\n');
      expect(lines.join('')).not.toMatch(/[\r\n]/);
      expect(lines.at(-1)).toBe('');
      for (const line of lines) expect(encoder.encode(line).length).toBeLessThanOrEqual(75);
    }),
    { numRuns: 100, seed: 5545 },
  );
}, 60_000);
