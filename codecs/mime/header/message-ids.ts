import { cleanText } from './clean.ts';

/** RFC 5322 2.1.1: a field of one unfolded line has at most 998 characters. A longer id is cut, always alike. */
const MAX_ID = 998;

/**
 * Ids of a Message-ID, In-Reply-To or References field, without angle brackets. In-Reply-To also holds phrases
 * (RFC 5322 4.5.4), which are skipped; where nothing stands in brackets, words with an `@` are ids. Of more
 * than `max` ids the first and the last ones stay: the root of the thread and its nearest messages.
 */
export function parseMessageIds(field: string, max: number): { ids: string[]; truncated: boolean } {
  const ids: string[] = [];
  for (let open = field.indexOf('<'); open >= 0; ) {
    const close = field.indexOf('>', open);
    const id = idOf(close < 0 ? field.slice(open + 1) : field.slice(open + 1, close));
    if (id !== '') ids.push(id);
    open = close < 0 ? -1 : field.indexOf('<', close);
  }
  if (ids.length === 0) {
    for (const word of field.split(/[\s,;]+/)) if (word.includes('@')) ids.push(idOf(word));
  }
  const unique = [...new Set(ids)];
  if (unique.length <= max) return { ids: unique, truncated: false };
  const last = max > 1 ? unique.slice(-(max - 1)) : [];
  return { ids: [unique[0] as string, ...last], truncated: true };
}

/** Folding can put spaces into an id; they are not part of it. */
function idOf(text: string): string {
  return cleanText(text, MAX_ID).replaceAll(/[\s<>]/g, '');
}

/** The first id, or the whole field when it holds none, or null. */
export function parseMessageId(field: string): string | null {
  const first = parseMessageIds(field, 1).ids[0] ?? idOf(field);
  return first === '' ? null : first;
}
