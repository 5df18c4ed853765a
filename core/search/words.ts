/** UTF-16 units of the longest word. */
const MAX_WORD = 200;

/**
 * The words of segmented text as both indexes and every query see them: compatibility forms and case folded,
 * accents dropped, everything but letters, digits and marks taken for a space. Folding here and not in the databases
 * makes them find the same. Private characters are no part of words: the index marks its own words with them.
 */
export function foldWords(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/gu, '')
    .normalize('NFC')
    .toLowerCase();
  return folded.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== '' && word.length <= MAX_WORD);
}
