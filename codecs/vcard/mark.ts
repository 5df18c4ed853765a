import { decodeText } from './charset.ts';

/** `BEGIN:VCARD` or `END:VCARD`, with what spaces people put into it. */
export function markOf(line: Uint8Array): 'begin' | 'end' | null {
  if (line.length < 9 || line.length > 40) return null;
  const text = decodeText(line, null).replace(/\s+/g, '').toUpperCase();
  return text === 'BEGIN:VCARD' ? 'begin' : text === 'END:VCARD' ? 'end' : null;
}
