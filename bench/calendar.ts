import { occurrences } from '../core/calendar/occurrences.ts';
import type { CalendarEvent, RecurrenceRule } from '../core/calendar/types.ts';
import { pimFacts } from '../core/pim/facts.ts';
import { figures, round } from './stats.ts';

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney', 'Europe/London'];
const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);

/** Rules that calendars are full of, some of them begun long ago and counted. */
const RULES: Omit<RecurrenceRule, '@type'>[] = [
  {
    frequency: 'weekly',
    byDay: (['mo', 'tu', 'we', 'th', 'fr'] as const).map((day) => ({ '@type': 'NDay', day })),
  },
  { frequency: 'weekly', interval: 2 },
  { frequency: 'daily', count: 5000 },
  { frequency: 'monthly', byDay: [{ '@type': 'NDay', day: 'tu', nthOfPeriod: 2 }] },
  { frequency: 'monthly', byMonthDay: [31], skip: 'backward' },
  { frequency: 'yearly' },
  { frequency: 'weekly', until: '2030-01-01T00:00:00' },
  { frequency: 'monthly', byDay: [{ '@type': 'NDay', day: 'fr' }], bySetPosition: [-1] },
];

function event(i: number, recurring: boolean): CalendarEvent {
  const day = new Date(
    FROM - (recurring ? 1500 : 365) * DAY + ((i * 7919) % (recurring ? 1400 : 1095)) * DAY,
  );
  const start = `${day.toISOString().slice(0, 11)}${String(7 + (i % 11)).padStart(2, '0')}:30:00`;
  const rule = RULES[i % RULES.length];
  const moved = `${new Date(day.getTime() + 7 * DAY).toISOString().slice(0, 11)}${start.slice(11)}`;
  return {
    '@type': 'Event',
    uid: `bench-${i}`,
    updated: '2026-01-01T00:00:00Z',
    title: `Event ${i}`,
    start,
    duration: 'PT1H',
    timeZone: ZONES[i % ZONES.length] ?? 'Etc/UTC',
    ...(recurring && rule !== undefined
      ? {
          recurrenceRules: [{ '@type': 'RecurrenceRule' as const, ...rule }],
          recurrenceOverrides: { [moved]: i % 2 === 0 ? { excluded: true } : { title: 'Moved' } },
        }
      : {}),
  };
}

export interface CalendarFigures {
  events: number;
  recurring: number;
  occurrencesOfMonth: number;
  coldMs: number;
  p50Ms: number;
  p95Ms: number;
  /** Of the processor alone: what other programs on the machine take is not in it. */
  cpuP95Ms: number;
  factsPerSecond: number;
}

/**
 * A month of a calendar of 5,000 events, 500 of them recurring: those whose facts say that they may take place in it, as
 * the store gives them, unfolded one by one. Each of 24 months, over and over.
 */
export function calendarFigures(events = 5000, recurring = 500, rounds = 10): CalendarFigures {
  const documents = Array.from({ length: events }, (_, i) => event(i, i < recurring));
  const begun = performance.now();
  const calendar = documents.map((document) => ({ document, facts: pimFacts('event', document) }));
  const factsMs = performance.now() - begun;
  const series: number[] = [];
  const cpu: number[] = [];
  let found = 0;
  for (let run = 0; run < rounds; run++) {
    for (let month = -12; month < 12; month++) {
      const from = Date.UTC(2026, month, 1);
      const to = Date.UTC(2026, month + 1, 1);
      const started = performance.now();
      const before = process.cpuUsage();
      let count = 0;
      for (const { document, facts } of calendar) {
        if ((facts.startsAt ?? 0) < to && (facts.endsAt ?? 0) > from)
          count += occurrences(document, { from, to }).length;
      }
      series.push(performance.now() - started);
      const { user, system } = process.cpuUsage(before);
      cpu.push((user + system) / 1000);
      found = Math.max(found, count);
    }
  }
  const coldMs = series[0] ?? Number.NaN;
  const { median, p95 } = figures(series);
  return {
    events,
    recurring,
    occurrencesOfMonth: found,
    coldMs: round(coldMs),
    p50Ms: median,
    p95Ms: p95,
    cpuP95Ms: figures(cpu).p95,
    factsPerSecond: Math.round(events / (factsMs / 1000)),
  };
}
