import ICAL from 'ical.js';
import type { ICalComponent, ICalProperty } from './types.ts';

/**
 * A component as iCalendar text: CRLF, folded at 75 octets, values escaped (RFC 5545 3.1, 3.3.11), parameters as RFC 6868
 * has them. `raw` are components in text, whole, that come before its own (time zones).
 */
export function printICal(component: ICalComponent, raw: readonly string[] = []): string {
  const lines: string[] = [];
  print(component, lines, raw);
  return `${lines.join('\r\n')}\r\n`;
}

function print(component: ICalComponent, lines: string[], raw: readonly string[]): void {
  const name = component.name.toUpperCase();
  lines.push(`BEGIN:${name}`);
  for (const property of component.properties) {
    const line = printProperty(property);
    if (line !== null) lines.push(line);
  }
  lines.push(...raw);
  for (const child of component.components) print(child, lines, []);
  lines.push(`END:${name}`);
}

/** null for one that cannot be written: its name is none, or its values are not those of its type. */
function printProperty({ name, params, type, values }: ICalProperty): string | null {
  if (!/^[a-z0-9-]{1,64}$/i.test(name)) return null;
  const written: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(params)) if (/^[a-z0-9-]{1,64}$/i.test(key)) written[key] = value;
  try {
    const line: string = ICAL.stringify.property(
      [name, written, type, ...values.map(clean)],
      ICAL.design.icalendar,
      true,
    );
    // Nothing that was put into a value becomes a line of its own.
    return /[\r\n]/.test(line) ? null : fold(line);
  } catch {
    return null;
  }
}

/** Control characters are no part of any value; ends of lines are LF. */
function clean(value: unknown): unknown {
  if (typeof value !== 'string') return Array.isArray(value) ? value.map(clean) : value;
  return value
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
    .toWellFormed();
}

const MAX_OCTETS = 75;

/** Folded between characters, never within one (RFC 5545 3.1). */
function fold(line: string): string {
  if (line.length <= MAX_OCTETS / 3) return line;
  const parts: string[] = [];
  let [start, octets] = [0, 0];
  for (let at = 0; at < line.length; ) {
    const point = line.codePointAt(at) ?? 0;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (octets + size > MAX_OCTETS) {
      parts.push(line.slice(start, at));
      // The space that begins the next line counts.
      [start, octets] = [at, 1];
    }
    octets += size;
    at += point > 0xffff ? 2 : 1;
  }
  parts.push(line.slice(start));
  return parts.join('\r\n ');
}
