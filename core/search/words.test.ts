import { expect, test } from 'vitest';
import { foldWords } from './words.ts';

test.each([
  ['Žluťoučký KŮŇ', ['zlutoucky', 'kun']],
  ['ann.lee@example.com', ['ann', 'lee', 'example', 'com']],
  ['ｆｕｌｌ ﬁne №5', ['full', 'fine', 'no5']],
  ['東京 都', ['東京', '都']],
  ['วันนี้ हिन्दी', ['วันนี้', 'हिन्दी']],
  ['한국어', ['한국어']],
  ["it's - 3,000.50 € 💥", ['it', 's', '3', '000', '50']],
  ['', []],
])('%s is folded to its words', (text, words) => {
  expect(foldWords(text)).toEqual(words);
});

test('a word too long for an index is none', () => {
  expect(foldWords(`a ${'x'.repeat(201)} b`)).toEqual(['a', 'b']);
});
