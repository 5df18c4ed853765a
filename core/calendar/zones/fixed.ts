/**
 * Zones that the world has no name for: a fixed distance to UTC, as `/+05:40` (names of their own begin with a solidus,
 * RFC 8984 4.7.2). They come from devices whose rules fit no zone.
 */
const CUSTOM = /^\/([+-])(\d{2}):(\d{2})$/;

export function isCustomZone(zone: string): boolean {
  return zone.startsWith('/') && CUSTOM.test(zone);
}

/** Seconds ahead of UTC. */
export function customOffset(zone: string): number {
  const found = CUSTOM.exec(zone);
  if (found === null) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 3600 + Number(found[3]) * 60);
}

/** The zone whose clocks are always so many seconds ahead of UTC, to the minute; at most a day. */
export function fixedZone(offset: number): string {
  const minutes = Math.max(-1439, Math.min(1439, Math.round(offset / 60)));
  if (minutes === 0) return 'Etc/UTC';
  // The signs of these names are the wrong way round (POSIX).
  if (minutes % 60 === 0 && minutes >= -720 && minutes <= 840) {
    return `Etc/GMT${minutes > 0 ? '-' : '+'}${Math.abs(minutes) / 60}`;
  }
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `/${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
