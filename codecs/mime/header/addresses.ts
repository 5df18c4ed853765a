import { addressParser } from 'postal-mime';
import type { Address } from '../types.ts';
import { cleanText } from './clean.ts';
import { joinEncodedWords } from './encoded-words.ts';

/** Groups nest in no standard (RFC 5322 3.4), and each level costs the parser another pass over the field. */
const MAX_GROUPS = 20;
const MAX_NAME = 512;
/** RFC 5321 4.5.3.1 allows 320; what is longer is no address. */
const MAX_ADDRESS = 1000;

/** Colons outside quoted strings, comments and angle brackets: each can open a group. */
function countGroups(field: string): number {
  let colons = 0;
  let until = '';
  for (let i = 0; i < field.length; i++) {
    const character = field.charAt(i);
    if (until !== '') {
      if (character === '\\' && until === '"') i++;
      else if (character === until) until = '';
    } else if (character === '"') until = '"';
    else if (character === '(') until = ')';
    else if (character === '<') until = '>';
    else if (character === ':') colons++;
  }
  return colons;
}

/**
 * Mailboxes of an address field, groups dissolved, at most `maxAddresses`. Never throws: a field that cannot
 * be taken apart gives one entry with its text as the name.
 */
export function parseAddresses(
  field: string,
  maxAddresses: number,
): { addresses: Address[]; truncated: boolean } {
  const addresses: Address[] = [];
  const text = field.trim();
  if (text === '') return { addresses, truncated: false };
  if (countGroups(text) > MAX_GROUPS) {
    return { addresses: [{ name: cleanText(text, MAX_NAME), address: '' }], truncated: true };
  }
  for (const parsed of addressParser(joinEncodedWords(text), { flatten: true })) {
    if (addresses.length === maxAddresses) return { addresses, truncated: true };
    const name = cleanText(parsed.name ?? '', MAX_NAME);
    const address = cleanText(parsed.address ?? '', MAX_ADDRESS);
    if (name !== '' || address !== '') addresses.push({ name, address });
  }
  return { addresses, truncated: false };
}
