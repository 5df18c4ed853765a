import { tzlib_get_ical_block } from 'timezones-ical-library';

const known = new Map<string, string | null>();

/** The VTIMEZONE of a zone of IANA, as lines joined by CRLF, from BEGIN to END; null for one that the library lacks. */
export function zoneBlock(zone: string): string | null {
  const found = known.get(zone);
  if (found !== undefined) return found;
  const made: unknown = /^[A-Za-z0-9_+/-]{1,64}$/.test(zone) ? tzlib_get_ical_block(zone) : null;
  const block: unknown = Array.isArray(made) ? made[0] : null;
  const text =
    typeof block === 'string' && block.includes('BEGIN:VTIMEZONE')
      ? block.trim().split(/\r?\n/).join('\r\n')
      : null;
  // As many names as there are zones, and no more.
  if (text !== null) known.set(zone, text);
  return text;
}

/** The VTIMEZONE of clocks that are never set, so many seconds ahead of UTC. */
export function fixedZoneBlock(zone: string, offset: number): string {
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}${two(Math.floor(size / 60) % 60)}`;
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${zone}`,
    'BEGIN:STANDARD',
    `TZOFFSETFROM:${text}`,
    `TZOFFSETTO:${text}`,
    'DTSTART:19700101T000000',
    'END:STANDARD',
    'END:VTIMEZONE',
  ].join('\r\n');
}
