import { cutText } from './tidy.ts';

/** Longer than any subject that is shown; it bounds the repeated removal of prefixes. */
const MAX_SUBJECT = 2000;

/** What clients put before the subject of a reply or a forward, by language. Lower case. */
const PREFIXES = new Set([
  // English and RFC 5256
  're',
  'fw',
  'fwd',
  // German, Dutch
  'aw',
  'wg',
  'antw',
  'antwort',
  'doorst',
  // Danish, Norwegian, Swedish, Finnish, Icelandic
  'sv',
  'vs',
  'vb',
  'vl',
  'svar',
  // French, Italian, Spanish, Portuguese, Romanian
  'réf',
  'tr',
  'rif',
  'i',
  'r',
  'rv',
  'res',
  'enc',
  // Polish, Czech, Slovak, Hungarian, Turkish, Greek, Hebrew
  'odp',
  'pd',
  'předávání',
  'vá',
  'továbbítás',
  'ynt',
  'ilt',
  'απ',
  'σχετ',
  'πρθ',
  'השב',
  'הועבר',
  // Chinese, Japanese, Korean, Vietnamese, Indonesian
  '回复',
  '回覆',
  '答复',
  '答覆',
  '转发',
  '轉寄',
  '返信',
  '転送',
  '회신',
  '전달',
  'trả lời',
  'bls',
  'trs',
]);
const LONGEST_PREFIX = 12;

interface Bounds {
  start: number;
  end: number;
}

function isSpace(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 0xa0 || unit === 0x3000;
}

function isColon(unit: number): boolean {
  return unit === 58 || unit === 0xff1a;
}

/** Index after a `[blob]` at `from` and the spaces behind it, or `from` when there is none. */
function skipBlob(text: string, from: number, end: number): number {
  if (text.charAt(from) !== '[') return from;
  let i = from + 1;
  while (i < end && text.charAt(i) !== ']' && text.charAt(i) !== '[') i++;
  if (i >= end || text.charAt(i) !== ']') return from;
  i++;
  while (i < end && isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** Index after `Re:`, `Re[2]:`, `Re(2):`, `Re [blob] :` at `from`, or `from`. */
function skipPrefix(text: string, from: number, end: number): number {
  let stop = from;
  const limit = Math.min(end, from + LONGEST_PREFIX);
  while (stop < limit && !isColon(text.charCodeAt(stop)) && !'[(^'.includes(text.charAt(stop))) stop++;
  const word = text.slice(from, stop).trimEnd().toLowerCase();
  // Outlook 2002 and others count in the prefix itself: `Re2:`.
  if (!PREFIXES.has(word) && !PREFIXES.has(word.replace(/\d{1,3}$/, ''))) return from;
  let i = stop;
  if (text.charAt(i) === '(' || text.charAt(i) === '^') {
    const count = /^(?:\(\d{1,4}\)|\^\d{1,4}) ?/.exec(text.slice(i, i + 8))?.[0] ?? '';
    i += count.length;
  } else i = skipBlob(text, i, end);
  while (i < end && isSpace(text.charCodeAt(i))) i++;
  return isColon(text.charCodeAt(i)) && i < end ? i + 1 : from;
}

function skipSpace(text: string, bounds: Bounds): void {
  while (bounds.start < bounds.end && isSpace(text.charCodeAt(bounds.start))) bounds.start++;
  while (bounds.end > bounds.start && isSpace(text.charCodeAt(bounds.end - 1))) bounds.end--;
}

/**
 * RFC 5256 2.1: the subject without the marks of replies and forwards, with runs of white space as one space,
 * for threading. Case is kept. Localised prefixes count like `Re:`. Empty when nothing else remains.
 */
export function baseSubject(subject: string): string {
  const text = cutText(subject, MAX_SUBJECT).replaceAll(/\s+/g, ' ');
  const bounds: Bounds = { start: 0, end: text.length };
  for (let changed = true; changed; ) {
    changed = false;
    skipSpace(text, bounds);
    // Step 2: trailing (fwd).
    if (text.slice(Math.max(bounds.start, bounds.end - 5), bounds.end).toLowerCase() === '(fwd)') {
      bounds.end -= 5;
      changed = true;
      continue;
    }
    // Step 3: a prefix, with blobs before it.
    let at = bounds.start;
    for (let next = skipBlob(text, at, bounds.end); next > at; next = skipBlob(text, at, bounds.end))
      at = next;
    const after = skipPrefix(text, at, bounds.end);
    if (after > at) {
      bounds.start = after;
      changed = true;
      continue;
    }
    // Step 4: a leading blob, unless nothing would remain.
    const blob = skipBlob(text, bounds.start, bounds.end);
    if (blob > bounds.start && blob < bounds.end) {
      bounds.start = blob;
      changed = true;
      continue;
    }
    // Step 6: [Fwd: subject].
    const inner = text.slice(bounds.start, bounds.start + 5).toLowerCase() === '[fwd:';
    if (inner && text.charAt(bounds.end - 1) === ']') {
      bounds.start += 5;
      bounds.end -= 1;
      changed = true;
    }
  }
  return text.slice(bounds.start, bounds.end);
}
