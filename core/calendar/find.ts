import { DomainError } from '../errors.ts';
import { type CalendarDocument, timingOf } from './anchor.ts';
import { overridesOf } from './patch.ts';
import { seriesOf, seriesTimes } from './recurrence/series.ts';
import { DAY, formatLocal, type LocalSeconds, parseLocal } from './time/civil.ts';
import type { LocalDateTime } from './types.ts';
import { localOf } from './zones/convert.ts';

/**
 * Which occurrence of a series is meant by a time: the one that the rules have at it (its original time, wherever it was
 * moved to since), or else the only one of that day, since devices get the hour wrong. `wanted` is a local time of the
 * object, or milliseconds since the epoch; `zone` is that of floating objects, `Etc/UTC`. null when there is none.
 */
export function findOccurrence(
  document: CalendarDocument,
  wanted: LocalDateTime | number,
  zone = 'Etc/UTC',
): LocalDateTime | null {
  const timing = timingOf(document);
  const time = typeof wanted === 'number' ? localOf(wanted, timing?.zone ?? zone) : parseLocal(wanted);
  if (timing === null || time === null || !Number.isFinite(time)) return null;
  const ids = [...overridesOf(document).keys()].flatMap((id) => parseLocal(id) ?? []);
  const near = nearby(document, timing.start, time, ids);
  if (near.includes(time)) return formatLocal(time);
  // The same day first, in the zone of the object and then in UTC: a date alone comes as its midnight there.
  const days = [time];
  if (typeof wanted === 'number') days.push(Math.floor(wanted / 1000));
  for (const day of days) {
    const same = near.filter((one) => Math.floor(one / DAY) === Math.floor(day / DAY));
    const [nearest] = same.sort((a, b) => Math.abs(a - time) - Math.abs(b - time));
    if (nearest !== undefined) return formatLocal(nearest);
  }
  return null;
}

/** Times of the rules, and of overrides, within two days of a time. */
function nearby(
  document: CalendarDocument,
  start: LocalSeconds,
  time: LocalSeconds,
  overrides: LocalSeconds[],
): LocalSeconds[] {
  const within = (one: LocalSeconds) => Math.abs(one - time) <= 2 * DAY;
  const found = new Set(overrides.filter(within));
  try {
    const options = { from: time - 2 * DAY, to: time + 2 * DAY };
    for (const one of seriesTimes(seriesOf(document, start), options)) if (within(one)) found.add(one);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
  return [...found];
}
