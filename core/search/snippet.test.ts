import { expect, test } from 'vitest';
import type { Query } from './query.ts';
import { snippet } from './snippet.ts';

const word = (text: string): Query => ({ kind: 'text', text, prefix: true, fields: null });
const filler = 'lorem ipsum dolor '.repeat(40);

test('a short text is its own snippet, on one line', () => {
  expect(snippet(' a\r\n b\tc ', word('x'))).toBe('a b c');
});

test('the place of the word is shown, with some words before it', () => {
  const shown = snippet(`${filler}the Žluťoučký horse ${filler}`, word('zlutoucky'));
  expect(shown).toContain('the Žluťoučký horse');
  expect(shown).toMatch(/^….*…$/);
  expect(shown.length).toBeLessThanOrEqual(255);
});

test('a word near the beginning, or one that is not there, shows the beginning', () => {
  for (const text of ['horse', 'nowhere']) {
    expect(snippet(`the horse ${filler}`, word(text))).toMatch(/^the horse lorem.*…$/);
  }
});

test('words of other fields and unwanted words have no place', () => {
  const text = `start ${filler} horse`;
  const query: Query = {
    kind: 'and',
    of: [{ ...word('horse'), fields: ['subject'] } as Query, { kind: 'not', of: word('horse') }],
  };
  expect(snippet(text, query)).toMatch(/^start/);
});

test('scripts without spaces are shown from inside a run, and no character is cut', () => {
  const shown = snippet(`${'あ'.repeat(500)}会議${'😀'.repeat(300)}`, word('会議'));
  expect(shown.length).toBeLessThanOrEqual(255);
  expect(shown.isWellFormed()).toBe(true);
  expect(snippet(`${'x'.repeat(253)}😀😀`, null).isWellFormed()).toBe(true);
});
