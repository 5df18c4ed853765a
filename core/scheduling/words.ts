/** A meeting in words, for readers whose program knows no invitations. */
import type { CalendarEvent } from '../calendar/types.ts';
import { instantOf, spanOf } from './timing.ts';

const DAY_MS = 86_400_000;
/** Nobody reads more of a place than this. */
const MAX_PLACE = 500;

export function whereOf({ locations }: CalendarEvent): string {
  const names = Object.values(locations ?? {}).flatMap(({ name }) => (name === undefined ? [] : [name]));
  return names.join('; ').slice(0, MAX_PLACE);
}

/** E.g. `Monday, November 23, 2026, 9:00 AM – 10:00 AM (Europe/Berlin)`. */
export function whenOf(event: CalendarEvent): string {
  const span = spanOf(event);
  if (span === null) return event.start;
  const zone = event.timeZone ?? null;
  const words = formatted(event, span.startsAt, span.endsAt, zone);
  return (event.recurrenceRules?.length ?? 0) > 0 ? `${words}, and again after that` : words;
}

function formatted(event: CalendarEvent, startsAt: number, endsAt: number, zone: string | null): string {
  const wholeDays = event.showWithoutTime === true;
  const options: Intl.DateTimeFormatOptions = {
    dateStyle: 'full',
    ...(wholeDays ? {} : { timeStyle: 'short' }),
    timeZone: zone !== null && !zone.startsWith('/') ? zone : 'UTC',
  };
  try {
    const format = new Intl.DateTimeFormat('en', options);
    const shifted = zone?.startsWith('/') === true ? (instantOf(event.start, null) ?? startsAt) : startsAt;
    // The last day of whole days is the one before the end.
    const last = shifted + Math.max(0, endsAt - startsAt - (wholeDays ? DAY_MS : 0));
    const words = format.formatRange(shifted, last).replace(/[\u2009\u202f]/g, ' ');
    return zone === null ? words : `${words} (${zone.replace(/^\//, 'UTC')})`;
  } catch {
    // A zone of its own that the runtime does not know.
    return event.start;
  }
}
