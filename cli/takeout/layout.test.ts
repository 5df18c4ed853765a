import { describe, expect, it } from 'vitest';
import type { TransferFolder } from '../../shared/admin-api.ts';
import { allAreas, takeoutFolders } from './layout.ts';
import { marksOf } from './marks.ts';

function folder(folderId: string, displayName: string, more: Partial<TransferFolder> = {}): TransferFolder {
  return { folderId, parentId: null, displayName, role: 'user', itemClass: 'Email', ...more };
}

describe('the files of a takeout', () => {
  it('are called as the folders are, one below the other', () => {
    const folders = [folder('1', 'Projects'), folder('2', 'Done', { parentId: '1' })];
    expect(takeoutFolders(folders, allAreas()).map((f) => f.path)).toEqual([
      'mail/Projects',
      'mail/Projects/Done',
    ]);
  });

  it('have names that any disk takes, that lead nowhere, and of which there are no two', () => {
    const names = [
      '../..',
      'a/b:c',
      'CON',
      'Old',
      'old',
      '',
      'x'.repeat(300),
      '\u202egpj.exe',
      '.hidden',
      'Old.mbox',
    ];
    const paths = takeoutFolders(
      names.map((name, n) => folder(String(n), name)),
      allAreas(),
    ).map((f) => f.path);
    expect(paths.slice(0, 6)).toEqual([
      ...['mail/___', 'mail/a_b_c', 'mail/_CON', 'mail/Old', 'mail/old~2', 'mail/_'],
    ]);
    expect(paths[6]).toHaveLength('mail/'.length + 80);
    expect(paths.slice(7)).toEqual(['mail/_gpj.exe', 'mail/_hidden', 'mail/Old.mbox_']);
  });

  it('are those of the areas asked for; folders above them come without files', () => {
    const folders = [
      folder('1', 'Top'),
      folder('2', 'Work', { parentId: '1', itemClass: 'Calendar' }),
      folder('3', 'People', { role: 'recipientCache', itemClass: 'Contacts' }),
    ];
    expect(takeoutFolders(folders, ['calendar']).map((f) => [f.folderId, f.path])).toEqual([
      ['2', 'calendar/Top/Work'],
      ['1', ''],
    ]);
    expect(takeoutFolders(folders, ['contacts'])).toEqual([]);
  });
});

describe('what a message in a file says of itself', () => {
  const marks = (header: string) => marksOf(new TextEncoder().encode(`${header}\n\nStatus: O\n`));

  it('is read from the marks of the program that kept it', () => {
    expect(marks('Status: RO\nX-Status: AF')).toMatchObject({ isRead: true, isFlagged: true });
    expect(marks('Status: O')).toMatchObject({ isRead: false, isFlagged: false });
    expect(marks('X-Mozilla-Status: 0005')).toMatchObject({ isRead: true, isFlagged: true });
    expect(marks('X-Mozilla-Status: 0000')).toMatchObject({ isRead: false, isFlagged: false });
    expect(marks('Subject: x')).toMatchObject({ isRead: true, isFlagged: false });
  });

  it('tells when it came: by the last server, or else when it was written', () => {
    const date = 'Date: Thu, 1 Jan 2026 09:00:00 +0000 (UTC)';
    const received =
      'Received: from a\r\n\tby b; Thu, 1 Jan 2026 10:00:00 +0100\nReceived: from c; Thu, 1 Jan 2025 10:00:00 +0000';
    expect(marks(date).receivedAt).toBe(Date.UTC(2026, 0, 1, 9));
    expect(marks(`${received}\n${date.replace('09', '08')}`).receivedAt).toBe(Date.UTC(2026, 0, 1, 9));
    expect(marks('Date: someday').receivedAt).toBeNull();
    expect(marks('Date: Thu, 1 Jan 2099 09:00:00 +0000').receivedAt).toBeNull();
  });
});
