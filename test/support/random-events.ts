import fc from 'fast-check';
import { occurrences } from '../../core/calendar/index.ts';
import type { CalendarEvent, NDay, PatchObject, RecurrenceRule } from '../../core/calendar/types.ts';

/** Who owns the calendar. */
export const ANN = { address: 'ann@x.test', name: 'Ann Example' };
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

/** Random events of Ann's calendar, within what ActiveSync has words for. */
export const randomEvents: fc.Arbitrary<CalendarEvent> = fc
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
