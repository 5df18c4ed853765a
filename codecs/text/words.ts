import { cutText } from './tidy.ts';

/** Text that is segmented at most, in UTF-16 units. Longer words than MAX_WORD are data, not words. */
const MAX_TEXT = 512 * 1024;
const MAX_WORD = 256;

let segmenter: Intl.Segmenter | undefined;

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** Scripts written with spaces whose letters and marks never make more than one segment of a word. */
const ALPHABETIC = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Mn}0-9]+$/u;

function pushSegments(token: string, out: string[]): void {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  for (const { segment, isWordLike } of segmenter.segment(token)) {
    if (isWordLike === true && segment.length <= MAX_WORD) out.push(segment);
  }
}

/**
 * The words of a text, separated by spaces: NFKC, lower case, Chinese, Japanese and Thai cut into words. Used
 * both when a mail is indexed and when it is searched for. Punctuation and symbols of any kind separate words
 * before the segmenter sees them, since versions of ICU differ in `a.b` and `a:b`, and the full-text indexes
 * separate there anyway. At most 524,288 UTF-16 units are read.
 */
export function segmentWords(text: string): string {
  const bounded = cutText(text, MAX_TEXT);
  if (isAscii(bounded)) {
    const words = bounded.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    return words.filter((word) => word.length <= MAX_WORD).join(' ');
  }
  return segmentUnicode(bounded);
}

/** The general way; on ASCII text it gives the same as the short one. */
export function segmentUnicode(text: string): string {
  const out: string[] = [];
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    // Soft hyphens and joiners that only guide line breaks are inside of words.
    .replaceAll(/[\u00ad\u200b\u2060\ufeff]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}\u200c\u200d]+/gu, ' ');
  for (const token of plain.split(' ')) {
    if (token === '') continue;
    if (
      isAscii(token) ||
      (token.length <= MAX_WORD && ALPHABETIC.test(token) && /^[\p{L}\p{N}]/u.test(token))
    ) {
      if (token.length <= MAX_WORD) out.push(token);
    } else pushSegments(token, out);
  }
  return out.join(' ');
}
