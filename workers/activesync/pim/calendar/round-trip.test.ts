import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import { occurrences } from '../../../../core/calendar/index.ts';
import type { CalendarEvent, NDay, PatchObject, RecurrenceRule } from '../../../../core/calendar/types.ts';
import { ANN, contextOf, itemOf, shown } from '../../../../test/support/calendar-world.worker.ts';
import type { Version } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Sydney',
  'Etc/UTC',
  'Asia/Tokyo',
  'America/Sao_Paulo',
  'Europe/London',
  'Pacific/Auckland',
  'America/Phoenix',
];

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((t) => t.trim() === t && t.isWellFormed() && !/[\u0000-\u001f\u007f\ufffe\uffff]/.test(t));
const two = (n: number) => String(n).padStart(2, '0');
const date = fc
  .record({
    y: fc.integer({ min: 2024, max: 2031 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ y, m, d }) => `${y}-${two(m)}-${two(d)}`);
// Between three and one no clock in these zones is set.
const clock = fc
  .record({ h: fc.integer({ min: 4, max: 22 }), m: fc.constantFrom(0, 15, 30, 45) })
  .map(({ h, m }) => `${two(h)}:${two(m)}:00`);
const day = fc.constantFrom<NDay['day']>('mo', 'tu', 'we', 'th', 'fr', 'sa', 'su');
const days = fc
  .uniqueArray(day, { minLength: 1, maxLength: 6 })
  .map((list) =>
    (['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa'] as const)
      .filter((d) => list.includes(d))
      .map((d): NDay => ({ '@type': 'NDay', day: d })),
  );
const limit = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 3, max: 40 }).map((count) => ({ count })),
);
const interval = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 2, max: 5 }).map((n) => ({ interval: n })),
);
const pattern = fc.oneof<fc.Arbitrary<Partial<RecurrenceRule>>[]>(
  fc.constant({ frequency: 'daily' }),
  days.map((byDay) => ({ frequency: 'weekly', byDay })),
  days.map((byDay) => ({ frequency: 'weekly', byDay, firstDayOfWeek: 'su' })),
  fc.integer({ min: 1, max: 28 }).map((d) => ({ frequency: 'monthly', byMonthDay: [d] })),
  fc.constant({ frequency: 'monthly', byMonthDay: [-1] }),
  fc.tuple(day, fc.constantFrom(1, 2, 3, 4, -1)).map(([d, nthOfPeriod]) => ({
    frequency: 'monthly',
    byDay: [{ '@type': 'NDay' as const, day: d, nthOfPeriod }],
  })),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([m, d]) => ({ frequency: 'yearly', byMonth: [String(m)], byMonthDay: [d] })),
);
const rules = fc
  .tuple(pattern, limit, interval)
  .map(([p, l, i]): RecurrenceRule => ({ '@type': 'RecurrenceRule', frequency: 'daily', ...p, ...l, ...i }));

const address = fc.integer({ min: 1, max: 99 }).map((n) => `guest${n}@y.test`);
const guest = fc.record({
  email: address,
  name: text,
  type: fc.constantFrom(
    { roles: { attendee: true as const } },
    { roles: { attendee: true as const, optional: true as const } },
    { kind: 'resource' as const, roles: { attendee: true as const } },
  ),
  status: fc.constantFrom(
    {},
    { participationStatus: 'accepted' as const },
    { participationStatus: 'declined' as const },
    { participationStatus: 'tentative' as const },
    { participationStatus: 'needs-action' as const },
  ),
});
const people = fc
  .uniqueArray(guest, { selector: (g) => g.email, maxLength: 3 })
  .map((guests): Partial<CalendarEvent> => {
    if (guests.length === 0) return {};
    const invited = guests.map(({ email, name, type, status }, i) => [
      i === 0 ? 'attendee' : `attendee${i + 1}`,
      {
        '@type': 'Participant' as const,
        name,
        email,
        sendTo: { imip: `mailto:${email}` },
        ...type,
        ...status,
        expectReply: true,
      },
    ]);
    const owner = {
      '@type': 'Participant' as const,
      name: ANN.name,
      email: ANN.address,
      sendTo: { imip: `mailto:${ANN.address}` },
      roles: { owner: true as const },
    };
    return {
      replyTo: { imip: `mailto:${ANN.address}` },
      participants: { organizer: owner, ...Object.fromEntries(invited) },
    };
  });

const optional = <T>(value: fc.Arbitrary<T>, as: (value: T) => Partial<CalendarEvent>) =>
  fc.oneof(fc.constant<Partial<CalendarEvent>>({}), value.map(as));
const marks = fc
  .tuple(
    optional(text, (title) => ({ title })),
    optional(text, (name) => ({ locations: { 1: { '@type': 'Location', name } } })),
    fc.oneof(
      fc.constant({}),
      text.map((description) => ({ description })),
      text.map((t) => ({
        description: `<p>${t.replace(/[<&]/g, '')}</p>`,
        descriptionContentType: 'text/html',
      })),
    ),
    optional(fc.uniqueArray(text, { minLength: 1, maxLength: 3 }), (names) => ({
      keywords: Object.fromEntries(names.map((n) => [n, true as const])),
    })),
    fc.constantFrom<Partial<CalendarEvent>>(
      {},
      { privacy: 'private' },
      { privacy: 'secret' },
      { privacy: 'private', 'waypost:sensitivity': 'personal' },
    ),
    fc.constantFrom<Partial<CalendarEvent>>(
      {},
      { freeBusyStatus: 'free' },
      { 'waypost:busy': 'tentative' },
      { 'waypost:busy': 'oof' },
    ),
    optional(fc.integer({ min: 1, max: 500 }), (n) => ({
      alerts: {
        1: { '@type': 'Alert', action: 'display', trigger: { '@type': 'OffsetTrigger', offset: minutes(n) } },
      },
    })),
    fc.constantFrom<Partial<CalendarEvent>>({}, { 'waypost:noCounter': true }),
  )
  .map((parts) => Object.assign({}, ...parts) as Partial<CalendarEvent>);

function minutes(n: number): string {
  const [h, m] = [Math.floor(n / 60), n % 60];
  return `-PT${h === 0 ? '' : `${h}H`}${m === 0 ? '' : `${m}M`}`;
}

const times = fc.oneof(
  fc
    .tuple(date, clock, fc.constantFrom(...ZONES), fc.constantFrom('PT15M', 'PT1H', 'PT1H30M'))
    .map(([d, c, timeZone, duration]) => ({ start: `${d}T${c}`, duration, timeZone })),
  fc.tuple(date, fc.constantFrom(...ZONES), fc.constantFrom('P1D')).map(([d, timeZone, duration]) => ({
    start: `${d}T00:00:00`,
    duration,
    timeZone,
    showWithoutTime: true,
  })),
);

const events = fc
  .tuple(
    times,
    marks,
    people,
    fc.oneof(fc.constant(null), rules),
    fc.array(fc.tuple(fc.nat(2), marks), { maxLength: 2 }),
  )
  .map(([t, m, p, rule, changes]): CalendarEvent => {
    const event: CalendarEvent = {
      '@type': 'Event',
      uid: 'uid-1',
      created: '2026-11-21T18:03:00Z',
      updated: '2026-11-21T18:03:00Z',
      ...t,
      ...m,
      ...p,
    };
    return rule === null ? event : withExceptions({ ...event, recurrenceRules: [rule] }, changes);
  });

/** Exceptions at the first occurrences that the rule has. */
function withExceptions(series: CalendarEvent, changes: [number, Partial<CalendarEvent>][]): CalendarEvent {
  const from = Date.UTC(2023, 0);
  const found = occurrences(series, { from, to: from + 30 * 366 * 86_400_000, limit: 3 });
  const overrides: Record<string, PatchObject> = {};
  for (const [place, change] of changes) {
    const key = found[place]?.recurrenceId;
    if (key === null || key === undefined) continue;
    const patch: PatchObject = {};
    if (change.title !== undefined && change.title !== series.title) patch['title'] = change.title;
    if (change.keywords !== undefined) patch['keywords'] = change.keywords;
    if (change.locations === undefined && series.locations !== undefined) patch['locations'] = null;
    overrides[key] = Object.keys(patch).length === 0 ? { excluded: true } : patch;
  }
  return Object.keys(overrides).length === 0 ? series : { ...series, recurrenceOverrides: overrides };
}

async function takeBack(
  data: WbxmlElement,
  version: Version,
  present: CalendarEvent | null,
): Promise<CalendarEvent> {
  const result = await calendarCodec.take(contextOf(version), {
    ...{ data, present: present === null ? null : itemOf(present) },
    ...{ itemId: 'item1', folderId: 'f1', supported: null, instanceId: null },
  });
  if (result.kind !== 'item' || result.item.kind !== 'event') throw new Error(JSON.stringify(result));
  return result.item.document;
}

const BODIES = [{ type: 2 as const, truncationSize: null, allOrNone: false, preview: 0 }];
const wanted = (event: CalendarEvent) => ({
  bodies: event.descriptionContentType === 'text/html' ? BODIES : [],
});

describe('an event that ActiveSync has words for', () => {
  test('comes back from 14.1 as it went', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        const back = await takeBack(await shown(event, '14.1', wanted(event)), '14.1', null);
        expect(zoneless(back)).toEqual(zoneless(event));
        // The zone is another name for the same clocks at most.
        expect(await shown(back, '14.1', wanted(event))).toEqual(await shown(event, '14.1', wanted(event)));
      }),
      { numRuns: 100 },
    );
  });

  test('is not changed by a device that sends back what it was shown', async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.constantFrom<Version>('12.1', '14.0', '14.1', '16.0', '16.1'),
        async (event, version) => {
          const data = await shown(event, version, wanted(event));
          const back = await takeBack(data, version, event);
          expect(back).toEqual(event);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('comes back from 16.1 as it went, but for what the server says', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        const back = await takeBack(await shown(event, '16.1', wanted(event)), '16.1', null);
        // Answers and names are the server's (MS-ASCAL 2.2.2.5, 2.2.2.46), and a date has no zone.
        expect(saidBy16(back)).toEqual(saidBy16(event));
      }),
      { numRuns: 100 },
    );
  });
});

function zoneless(event: CalendarEvent): object {
  return { ...event, timeZone: null };
}

function saidBy16({ participants, ...event }: CalendarEvent): object {
  const silent = Object.entries(participants ?? {}).map(([id, { participationStatus: _status, ...one }]) => [
    id,
    one,
  ]);
  return { ...event, uid: '', timeZone: null, participants: Object.fromEntries(silent) };
}
