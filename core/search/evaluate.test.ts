import { expect, test } from 'vitest';
import { evaluate, type Judged } from './evaluate.ts';
import type { Query } from './query.ts';

const message: Judged = {
  folderId: 'inbox',
  receivedAt: 1000,
  isRead: true,
  isFlagged: false,
  categories: ['Red'],
  size: 10,
  threadId: 't',
  hasAttachment: null,
};
const word: Query = { kind: 'text', text: 'x', prefix: true, fields: null };
const judge = (query: Query) => evaluate(query, message, () => null);
const read = (is: boolean): Query => ({ kind: 'read', is });

test.each<[string, Query, boolean | null]>([
  ['words are not known', word, null],
  ['words and a fact that fails', { kind: 'and', of: [word, read(false)] }, false],
  ['words and a fact that holds', { kind: 'and', of: [word, read(true)] }, null],
  ['words or a fact that holds', { kind: 'or', of: [word, read(true)] }, true],
  ['words or a fact that fails', { kind: 'or', of: [word, read(false)] }, null],
  ['not of what is not known', { kind: 'not', of: word }, null],
  ['not of a fact', { kind: 'not', of: read(true) }, false],
  ['the end of a span is outside of it', { kind: 'received', from: 0, before: 1000 }, false],
  ['its beginning is inside', { kind: 'received', from: 1000, before: null }, true],
  ['sizes include both ends', { kind: 'size', min: 10, max: 10 }, true],
  ['an attachment that is not known', { kind: 'attachment', is: true }, null],
  ['categories without case', { kind: 'category', name: 'rED' }, true],
  ['another folder', { kind: 'folders', folderIds: ['x'] }, false],
  ['another conversation', { kind: 'thread', threadId: 'x' }, false],
  ['everything', { kind: 'all' }, true],
])('%s', (_what, query, expected) => {
  expect(judge(query)).toBe(expected);
});
