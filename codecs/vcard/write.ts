import ICAL from 'ical.js';
import type { JCardProperty, JCardValue } from './types.ts';

const NAME = /^[a-z0-9-]+$/;
/** No value may end its line or the file; tabs and line feeds of texts are written as escapes. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Writes a vCard of RFC 6350 or RFC 2426, folded, with CRLF at the end of each line. */
export function writeVCard(properties: readonly JCardProperty[], version: '3.0' | '4.0'): string {
  const design = version === '4.0' ? ICAL.design.vcard : ICAL.design.vcard3;
  const lines = ['BEGIN:VCARD', `VERSION:${version}`];
  for (const property of properties) {
    const safe = safeProperty(property);
    if (safe === null) continue;
    // What is written as it stood has no kind that would have to be named.
    const isRaw = safe[2] === 'unknown';
    lines.push(ICAL.stringify.property(safe, isRaw ? { ...design, property: {} } : design, false));
  }
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}

/** Nothing of what was read once may break out of its line; null for a name that is none. */
function safeProperty([name, params, type, ...values]: JCardProperty): JCardProperty | null {
  if (!NAME.test(name) || !NAME.test(type) || name === 'begin' || name === 'end' || name === 'version')
    return null;
  const kept = Object.entries(params)
    .filter(([key]) => NAME.test(key))
    .map(([key, value]): [string, string | string[]] => [key, safeParam(key, value)]);
  const isRaw = type === 'unknown' || type === 'binary';
  return [name, Object.fromEntries(kept), type, ...values.map((value) => safeValue(value, isRaw))];
}

function safeParam(key: string, value: string | string[]): string | string[] {
  const clean = (text: string) => text.replaceAll('\r\n', '\n').replace(CONTROL, '');
  if (key === 'group') return clean(String(value)).replace(/[^A-Za-z0-9-]/g, '');
  if (Array.isArray(value)) return key === 'type' ? value.map(clean) : value.map(clean).join(',');
  return clean(value);
}

function safeValue(value: JCardValue, isRaw: boolean): JCardValue {
  const clean = (text: string) => {
    const safe = text.replaceAll('\r\n', '\n').replace(CONTROL, '');
    return isRaw ? safe.replaceAll('\n', '\\n') : safe;
  };
  if (typeof value === 'string') return clean(value);
  return value.map((part) => (typeof part === 'string' ? clean(part) : part.map(clean)));
}
