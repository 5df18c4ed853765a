/**
 * The calendar, for those who build on it. Documents are those of types.ts; times without a word about it are
 * milliseconds since the epoch; `zone` arguments are IANA names, that of who looks, for what floats.
 *
 * - `occurrences`, `walk`: when something takes place within a window. `occurrenceDocument`: one of them as an object.
 * - `findOccurrence`: which occurrence a time of a device means. `splitAt`: this and following.
 * - `spanOf`: from the first occurrence to the last. `nextReminder`. `checkRecurrence`: before a document is taken in.
 * - `localTime`, `utcTime`, `durationBetween`: local times, UTC and durations.
 * - `zoneOf`, `windowsZoneOf`, `readTimeZone`, `writeTimeZone`: names of zones, and ActiveSync's structure of them.
 *
 * - `readICal`, `writeICal`: iCalendar, files and messages of iTIP.
 *
 * What recurs without end or reason ends in RecurrenceTooLargeError; nothing here takes longer than some ten milliseconds.
 */
export { checkRecurrence, MAX_OVERRIDES } from './check.ts';
export { InvalidCalendarError, RecurrenceTooLargeError } from './errors.ts';
export { findOccurrence } from './find.ts';
export { type ReadICal, type ReadICalOptions, readICal } from './ical/read.ts';
export { recurrenceTime, type WriteICalOptions, writeICal } from './ical/write.ts';
export { MAX_OCCURRENCES, occurrences, type Window } from './occurrences.ts';
export { applyPatch, occurrenceDocument } from './patch.ts';
export { nextReminder, type Reminder } from './reminder.ts';
export { type CalendarSpan, spanOf } from './span.ts';
export { type Split, splitAt } from './split.ts';
export { formatUtc, parseUtc } from './time/civil.ts';
export { isRecurring, type Occurrence, walk } from './walk.ts';
export { parseTimeZone, readTimeZone, writeTimeZone, type ZoneHints } from './zones/activesync.ts';
export { durationBetween, localTime, utcTime } from './zones/local-time.ts';
export { windowsZoneOf, zoneOf } from './zones/names.ts';
export { isZone, offsetAt } from './zones/offsets.ts';
