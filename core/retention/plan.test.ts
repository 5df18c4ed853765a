import { describe, expect, it } from 'vitest';
import type { Folder } from '../mail/types.ts';
import { matches, planTargets } from './plan.ts';
import { readExceptions, readRetention } from './settings.ts';

const folder = (folderId: string, role: Folder['role'], over: Partial<Folder> = {}): Folder => ({
  ...{ folderId, parentId: null, displayName: folderId, role, itemClass: 'Email' },
  ...{ modseq: 1, createdModseq: 1, contentModseq: 0, ...over },
});

const FOLDERS = [
  folder('2', 'inbox'),
  folder('4', 'deleted'),
  folder('below', 'user', { parentId: '4' }),
  folder('deeper', 'user', { parentId: 'below' }),
  folder('8', 'calendar', { itemClass: 'Calendar' }),
  folder('archive', 'archive'),
  folder('junk', 'junk'),
  folder('news', 'user', { displayName: 'News of today' }),
];

const plan = (setting: unknown, exceptions: unknown = null) =>
  planTargets(FOLDERS, readRetention(setting), readExceptions(exceptions)).map(
    ({ folder: { folderId }, days, action, measure }) => `${folderId} ${days} ${action} ${measure}`,
  );

describe('the folders that retention looks at', () => {
  it('are none without a setting, or with a damaged one', () => {
    const damaged = [
      { days: 1, action: 'delete' },
      { role: 'inbox', name: 'x', days: 1, action: 'delete' },
      { role: 'inbox', days: 0, action: 'delete' },
      { role: 'inbox', days: 5, action: 'burn' },
      { role: 'calendar', days: 5, action: 'delete' },
    ];
    for (const setting of [null, 'x', {}, { deletedDays: -3, junkDays: '7', folders: damaged }]) {
      expect(plan(setting)).toEqual([]);
    }
  });

  it('are Deleted Items with all below it, and Junk Email, by the time in the folder', () => {
    expect(plan({ deletedDays: 30, junkDays: 7 })).toEqual([
      ...['4 30 delete entered', 'below 30 delete entered', 'deeper 30 delete entered'],
      'junk 7 delete entered',
    ]);
  });

  it('follow the first rule that fits, before the two defaults; nothing is archived from the Archive', () => {
    const folders = [
      { name: 'news*', days: 5, action: 'delete' },
      { role: 'user', days: 90, action: 'archive' },
      { role: 'archive', days: 365, action: 'archive' },
      { role: 'junk', days: 2, action: 'delete', measure: 'received' },
    ];
    expect(plan({ junkDays: 7, folders })).toEqual([
      ...['below 90 archive received', 'deeper 90 archive received'],
      ...['junk 2 delete received', 'news 5 delete received'],
    ]);
  });

  it('are kept longer by their users where that is allowed, never shorter', () => {
    const exceptions = { folders: { '4': { days: null }, junk: { days: 3 }, below: { days: 60 } } };
    const setting = { deletedDays: 30, junkDays: 7, userExceptions: true };
    expect(plan(setting, exceptions)).toEqual([
      ...['below 60 delete entered', 'deeper 30 delete entered', 'junk 7 delete entered'],
    ]);
    expect(plan({ ...setting, userExceptions: false }, exceptions)).toHaveLength(4);
    for (const damaged of [
      7,
      { folders: [] },
      { folders: { '4': null } },
      { folders: { '4': { days: 'x' } } },
    ]) {
      expect(plan(setting, damaged)).toHaveLength(4);
    }
  });
});

describe('a name with stars', () => {
  it.each([
    ['News', 'news', true],
    ['News', 'News ', false],
    ['*', '', true],
    ['News*', 'NEWSLETTERS', true],
    ['*letters', 'Newsletters', true],
    ['n*l*s', 'newsletters', true],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['a*b*c', 'acb', false],
    ['Žluť*', 'Žluť 1', true],
    ['a.c', 'abc', false],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(matches(pattern, name)).toBe(fits);
  });

  it('costs no more than its length (ReDoS)', () => {
    const started = performance.now();
    for (let n = 0; n < 200; n++) expect(matches(`${'a*'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
