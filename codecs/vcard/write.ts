import ICAL from 'ical.js';
import type { JCardProperty, JCardValue } from './types.ts';

const NAME = /^[a-z0-9-]+$/;
/** No value may end its line or the file; tabs and line feeds of texts are written as escapes. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Types whose line feeds are written as escapes; in all others they would end the line. */
const ESCAPED = { '3.0': new Set(['text', 'vcard']), '4.0': new Set(['text', 'uri']) };

/** Writes a vCard of RFC 6350 or RFC 2426, folded, with CRLF at the end of each line. */
export function writeVCard(properties: readonly JCardProperty[], version: '3.0' | '4.0'): string {
  const design = version === '4.0' ? ICAL.design.vcard : ICAL.design.vcard3;
  const lines = ['BEGIN:VCARD', `VERSION:${version}`];
  for (const property of properties) {
    const safe = safeProperty(property, version);
    if (safe === null) continue;
    // What is written as it stood has no kind that would have to be named.
    const isRaw = safe[2] === 'unknown';
    lines.push(ICAL.stringify.property(safe, isRaw ? { ...design, property: {} } : design, false));
  }
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}

/** Nothing of what was read once may break out of its line; null for a name that is none. */
function safeProperty(
  [name, params, type, ...values]: JCardProperty,
  version: '3.0' | '4.0',
): JCardProperty | null {
  if (!NAME.test(name) || !NAME.test(type) || name === 'begin' || name === 'end' || name === 'version')
    return null;
  const kept = Object.entries(params)
    .filter(([key]) => NAME.test(key))
    .map(([key, value]): [string, string | string[]] => [key, safeParam(key, value)]);
  const written = Object.fromEntries(kept);
  const isRaw = !ESCAPED[version].has(type);
  const safe = values.map((value) => safeValue(value, isRaw));
  // Parts of what the version has no parts for are written as they would stand there.
  const design = version === '4.0' ? ICAL.design.vcard : ICAL.design.vcard3;
  const known = Object.hasOwn(design.property, name) ? design.property[name] : undefined;
  const depth = known?.structuredValue === undefined ? 0 : known.multiValue === undefined ? 1 : 2;
  const isLost = safe.some((value) => depthOf(value) > depth);
  return isLost ? [name, written, 'unknown', safe.map(standing).join(',')] : [name, written, type, ...safe];
}

function depthOf(value: JCardValue): number {
  if (typeof value === 'string') return 0;
  return value.some((part) => typeof part !== 'string') ? 2 : 1;
}

/** A structured value with its escapes. */
function standing(value: JCardValue): string {
  const escaped = (text: string) => text.replace(/[\\,;]/g, '\\$&').replaceAll('\n', '\\n');
  if (typeof value === 'string') return value;
  return value.map((part) => (typeof part === 'string' ? [part] : part).map(escaped).join(',')).join(';');
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
