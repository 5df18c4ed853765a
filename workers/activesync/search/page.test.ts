import { describe, expect, test } from 'vitest';
import type { Folder, ItemClass } from '../../../core/mail/types.ts';
import { foldersAsked, foldersNamed, resultRange } from './page.ts';

function folder(folderId: string, parentId: string | null = null, itemClass: ItemClass = 'Email'): Folder {
  const role = folderId === 'inbox' ? 'inbox' : 'user';
  return {
    ...{ folderId, parentId, itemClass, role, displayName: `The ${folderId}` },
    ...{ modseq: 1, createdModseq: 1, contentModseq: 1 },
  };
}

const MAIL: ItemClass[] = ['Email'];
const FOLDERS = [
  folder('deep', 'below'),
  folder('inbox'),
  folder('below', 'inbox'),
  folder('archive'),
  folder('people', null, 'Contacts'),
];

describe('the folders of a search (MS-ASCMD 2.2.3.41.2)', () => {
  test('S14_TC22 with DeepTraversal those below are searched too, however deep', () => {
    expect(foldersAsked(FOLDERS, ['inbox'], true, MAIL)).toEqual(['deep', 'inbox', 'below']);
    expect(foldersAsked(FOLDERS, ['below', 'archive'], true, MAIL)).toEqual(['deep', 'below', 'archive']);
  });

  test('S14_TC23 without it only the folders themselves', () => {
    expect(foldersAsked(FOLDERS, ['inbox', 'archive'], false, MAIL)).toEqual(['inbox', 'archive']);
  });

  test('none, and 0, are all folders of mail', () => {
    const all = ['deep', 'inbox', 'below', 'archive'];
    for (const named of [[], ['0'], ['inbox', '0']])
      expect(foldersAsked(FOLDERS, named, false, MAIL)).toEqual(all);
  });

  test('a folder of another class holds no mail, an unknown one is not there', () => {
    expect(foldersAsked(FOLDERS, ['people'], true, MAIL)).toEqual([]);
    expect(foldersAsked(FOLDERS, ['people', 'inbox'], false, ['Contacts'])).toEqual(['people']);
    expect(foldersAsked(FOLDERS, ['inbox', 'gone'], true, MAIL)).toBeNull();
  });

  test('people name folders by their names and their roles', () => {
    expect(foldersNamed(FOLDERS, 'the ARCHIVE')).toEqual(['archive']);
    expect(foldersNamed(FOLDERS, 'Inbox')).toEqual(['inbox']);
    expect(foldersNamed(FOLDERS, 'nothing')).toEqual([]);
  });
});

test.each([
  [undefined, { first: 0, last: 99 }],
  ['0-0', { first: 0, last: 0 }],
  [' 5 - 9 ', { first: 5, last: 9 }],
  ['0-999', { first: 0, last: 99 }],
  ['950-2000', { first: 950, last: 999 }],
  ['9-5', null],
  ['1000-1001', null],
  ['-1-5', null],
  ['all', null],
])('range %s', (text, range) => {
  expect(resultRange(text)).toEqual(range);
});
