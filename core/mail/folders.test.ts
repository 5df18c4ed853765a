import { describe, expect, test } from 'vitest';
import { classOfNewFolder, depthOf, heightOf, isSpecial } from './folders.ts';
import type { Folder, FolderRole } from './types.ts';

function folder(folderId: string, parentId: string | null = null, role: FolderRole = 'user'): Folder {
  return {
    ...{ folderId, parentId, displayName: folderId, role, itemClass: 'Email' },
    ...{ modseq: 1, createdModseq: 1, contentModseq: 0 },
  };
}

describe('folders', () => {
  test('that the mailbox needs are special, those of people are not', () => {
    expect(isSpecial({ role: 'inbox' })).toBe(true);
    expect(isSpecial({ role: 'archive' })).toBe(true);
    expect(isSpecial({ role: 'user' })).toBe(false);
  });

  test.each([
    [1, 'Email'],
    [12, 'Email'],
    [13, 'Calendar'],
    [14, 'Contacts'],
    [15, 'Tasks'],
    [17, 'Notes'],
    [2, null],
    [11, null],
    [16, null],
    [18, null],
    [19, null],
    [0, null],
  ])('of type %i hold %s', (type, itemClass) => {
    expect(classOfNewFolder(type)).toBe(itemClass);
  });

  test('have a depth and a height', () => {
    const folders = [folder('a'), folder('b', 'a'), folder('c', 'b'), folder('d', 'a')];
    expect(depthOf(folders, null)).toBe(0);
    expect(depthOf(folders, 'c')).toBe(3);
    expect(heightOf(folders, 'a')).toBe(3);
    expect(heightOf(folders, 'd')).toBe(1);
  });

  test('that go in a circle are still counted in finite time', () => {
    const folders = [folder('a', 'b'), folder('b', 'a')];
    expect(depthOf(folders, 'a')).toBeGreaterThan(1);
    expect(heightOf(folders, 'a')).toBeGreaterThan(0);
  });
});
