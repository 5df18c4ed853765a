import { canonicalAddress } from '../mail/recipients.ts';
import { aliasOf, type PersonAttributes } from './types.ts';

/** Longest word that is kept or asked for, in characters. */
const MAX_WORD = 64;
/** Longest whole name, in characters. */
const MAX_NAME = 200;
/** Words of one query; what comes after them is not looked at. */
const MAX_QUERY_WORDS = 8;
/** Words of one source of an entry. */
const MAX_WORDS = 200;

/** Scripts that are written without spaces: a search may begin inside a run of them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Words of a name, an address or a query: compatibility forms and case folded, accents dropped. */
function foldName(text: string): string[] {
  return text
    .slice(0, 2000)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '')
    .map((word) => cut(word, MAX_WORD));
}

/** The first characters of a text; never half of one. */
function cut(text: string, characters: number): string {
  return text.length <= characters ? text : [...text].slice(0, characters).join('');
}

/** What a search asks for: every one of these must begin a word of the entry. */
export function queryWords(text: string): string[] {
  return [...new Set(foldName(text))].slice(0, MAX_QUERY_WORDS);
}

/** The folded name by which the address list is ordered. */
export function sortKeyOf(person: { displayName: string; address: string }): string {
  const words = foldName(person.displayName === '' ? aliasOf(person) : person.displayName);
  return cut(words.join(' '), MAX_NAME);
}

/** Key under which a whole name is found; a whole address when the text is one. null for a text of neither. */
export function exactKey(text: string): string | null {
  const inner = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
  const address = canonicalAddress(inner.trim());
  if (address !== null) return `=${address}`;
  const words = foldName(text);
  return words.length === 0 ? null : `=${cut(words.join(' '), MAX_NAME)}`;
}

/** Words by which name and address of a user or group find it. */
export function entryWords(person: { displayName: string; address: string }): string[] {
  return unique([
    ...spread(foldName(person.displayName)),
    ...addressWords(person.address),
    ...exactKeys([person.displayName]),
  ]);
}

/** Words by which an address finds its owner. */
export function addressWords(address: string): string[] {
  return unique([...spread(foldName(address)), `=${address}`, ...exactKeys([aliasOf({ address })])]);
}

export function attributeWords(attributes: PersonAttributes): string[] {
  const { firstName, lastName, office, company } = attributes;
  return unique(spread([firstName, lastName, office, company].flatMap(foldName)));
}

function exactKeys(texts: string[]): string[] {
  return texts.flatMap((text) => {
    const words = foldName(text);
    return words.length === 0 ? [] : [`=${cut(words.join(' '), MAX_NAME)}`];
  });
}

/** The words, and for words without spaces inside each of their ends as well. */
function spread(words: string[]): string[] {
  return words.flatMap((word) => {
    if (!UNSPACED.test(word)) return [word];
    const letters = [...word];
    return letters.map((_, i) => letters.slice(i).join(''));
  });
}

function unique(words: string[]): string[] {
  return [...new Set(words)].slice(0, MAX_WORDS);
}
