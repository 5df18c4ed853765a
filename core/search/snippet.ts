import type { Query } from './query.ts';
import { foldWords } from './words.ts';

const LENGTH = 255;
/** Characters shown before the word that was found. */
const LEAD = 60;

/**
 * The place of a text that holds the words asked for: at most `length` UTF-16 units on one line, beginning with the
 * text when the words stand near its beginning or nowhere. Never cuts a code point.
 */
export function snippet(text: string, query: Query | null, length: number = LENGTH): string {
  const line = text.replace(/\s+/gu, ' ').trim().toWellFormed();
  if (line.length <= length) return line;
  const at = query === null ? 0 : firstPlace(line, wordsOf(query));
  if (at <= LEAD) return `${cut(line, length - 1).trimEnd()}…`;
  const space = line.indexOf(' ', at - LEAD);
  // Scripts without spaces begin anywhere.
  const start = space < 0 || space > at ? whole(line, at - LEAD) : space + 1;
  const rest = line.slice(start);
  return rest.length < length ? `…${rest}` : `…${cut(rest, length - 2).trimEnd()}…`;
}

/** The words that a query wants to be there, folded. */
function wordsOf(query: Query): string[] {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap(wordsOf);
  if (query.kind !== 'text' || (query.fields !== null && !query.fields.includes('body'))) return [];
  return foldWords(query.text);
}

function firstPlace(line: string, words: string[]): number {
  if (words.length === 0) return 0;
  for (const match of line.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const [folded = ''] = foldWords(match[0]);
    // Inside of a longer run only where words are written without spaces.
    const found = words.some((word) =>
      /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]/u.test(word)
        ? folded.startsWith(word)
        : folded.includes(word),
    );
    if (found) return match.index;
  }
  return 0;
}

function cut(text: string, length: number): string {
  return text.slice(0, whole(text, length));
}

/** The index, or the one before when it is inside of a surrogate pair. */
function whole(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
