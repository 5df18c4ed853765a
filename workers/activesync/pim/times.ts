const EXTENDED = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z?$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/;

/**
 * Milliseconds since the epoch of a dateTime or a Compact DateTime (MS-ASDTYPE 2.3, 2.7.2), to the second; null when the
 * text is none, or names a day that does not exist.
 */
export function parseTime(text: string): number | null {
  const parts = (EXTENDED.exec(text.trim()) ?? COMPACT.exec(text.trim()))?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const made = new Date(at);
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? at : null;
}

/** `20260329T013000Z` (MS-ASDTYPE 2.7.2). */
export function compactTime(at: number): string {
  return `${new Date(at).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}
