/**
 * The calendar, for those who build on it: what is asked for most, and in which files the rest is. Documents are those of
 * types.ts; times without a word about it are milliseconds since the epoch; `zone` arguments are IANA names, that of who
 * looks, for what floats.
 *
 * - `occurrences`, `walk` (occurrences.ts, walk.ts): when something takes place within a window. `occurrenceDocument`,
 *   `applyPatch` (patch.ts): one of them as an object.
 * - `findOccurrence` (find.ts): which occurrence a time of a device means. `splitAt` (split.ts): this and following.
 * - `spanOf` (span.ts): from the first occurrence to the last. `nextReminder` (reminder.ts). `checkRecurrence` (check.ts):
 *   before a document is taken in.
 * - `localTime`, `utcTime`, `durationBetween` (zones/local-time.ts): local times, UTC and durations.
 * - `zoneOf`, `windowsZoneOf` (zones/names.ts), `readTimeZone`, `writeTimeZone` (zones/activesync.ts): names of zones, and
 *   ActiveSync's structure of them.
 * - `readICal`, `writeICal` (ical/): iCalendar, files and messages of iTIP.
 *
 * What recurs without end or reason ends in RecurrenceTooLargeError; nothing here takes longer than some ten milliseconds.
 */
export { checkRecurrence } from './check.ts';
export { RecurrenceTooLargeError } from './errors.ts';
export { findOccurrence } from './find.ts';
export { readICal } from './ical/read.ts';
export { writeICal } from './ical/write.ts';
export { occurrences } from './occurrences.ts';
export { applyPatch } from './patch.ts';
export { nextReminder } from './reminder.ts';
export { isRecurring, type Occurrence, walk } from './walk.ts';
export { parseTimeZone } from './zones/activesync.ts';
export { utcTime } from './zones/local-time.ts';
export { zoneOf } from './zones/names.ts';
export { isZone } from './zones/offsets.ts';
