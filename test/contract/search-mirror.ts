import { describe, expect, test } from 'vitest';
import type { MirrorChange } from '../../core/ports/search.ts';
import type { DocumentState } from '../../core/search/query.ts';
import { document, find, whole } from './search-support.ts';
import { freshRef, type Subject } from './subject.ts';

const NOTHING: MirrorChange = { states: [], gone: [], cursors: new Map(), folders: [] };

export function searchMirrorContract(subject: Subject): void {
  describe('the mirror of the mailbox in the index', () => {
    function state(itemId: string, modseq: number, over: Partial<DocumentState> = {}): DocumentState {
      const { kind, folderId, receivedAt, isRead, isFlagged, categories, size, threadId } = document(itemId);
      return {
        itemId,
        kind,
        folderId,
        receivedAt,
        isRead,
        isFlagged,
        categories,
        size,
        threadId,
        modseq,
        ...over,
      };
    }

    test('takes newer states, leaves older ones, and keeps the text', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(
        ref,
        document('a', { body: 'word', modseq: 5 }),
        document('b', { body: 'word', modseq: 5 }),
      );
      await search.mirror(ref, {
        ...NOTHING,
        states: [
          state('a', 6, { folderId: 'archive', isRead: true, isFlagged: true, categories: ['Red'] }),
          state('b', 4, { folderId: 'archive', isRead: true }),
          state('absent', 9),
        ],
      });
      expect(
        await find(search, ref, { kind: 'and', of: [whole('word'), { kind: 'read', is: true }] }),
      ).toEqual(['a']);
      expect(await find(search, ref, { kind: 'folders', folderIds: ['archive'] })).toEqual(['a']);
      expect(await find(search, ref, { kind: 'category', name: 'red' })).toEqual(['a']);
      expect(await find(search, ref, { kind: 'flagged', is: true })).toEqual(['a']);
      expect((await find(search, ref, whole('word'))).sort()).toEqual(['a', 'b']);
      expect(await find(search, ref, { kind: 'all' })).toHaveLength(2);
      expect(await search.inFolder(ref, 'archive', 10)).toEqual(['a']);
    });

    test('takes out what is gone, with its words', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: 'word' }), document('b', { body: 'word' }));
      await search.mirror(ref, { ...NOTHING, gone: ['a', 'absent'] });
      await search.mirror(ref, { ...NOTHING, gone: ['a'] });
      expect(await find(search, ref, whole('word'))).toEqual(['b']);
    });

    test('cursors are written with it and never go back', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const many = Array.from(
        { length: 60 },
        (_, i) => [`f${i}`, { modseq: i + 1, itemId: `i${i}` }] as const,
      );
      await search.mirror(ref, { ...NOTHING, cursors: new Map(many) });
      expect(await search.cursors(ref)).toEqual(new Map(many));
      await search.mirror(ref, {
        ...NOTHING,
        cursors: new Map([
          ['f3', { modseq: 3, itemId: 'z' }],
          ['f4', { modseq: 5, itemId: 'a' }],
          ['f5', { modseq: 6, itemId: 'j' }],
          ['f6', { modseq: 99, itemId: '' }],
        ]),
        folders: ['f7', 'f8'],
      });
      const cursors = await search.cursors(ref);
      expect(cursors.get('f3')).toEqual({ modseq: 4, itemId: 'i3' });
      expect(cursors.get('f4')).toEqual({ modseq: 5, itemId: 'i4' });
      expect(cursors.get('f5')).toEqual({ modseq: 6, itemId: 'j' });
      expect(cursors.get('f6')).toEqual({ modseq: 99, itemId: '' });
      expect(cursors.size).toBe(58);
      expect(await search.cursors({ ...ref, tenantId: 'other' })).toEqual(new Map());
      await search.mirror(ref, NOTHING);
      expect(await search.clear(ref, 10)).toBe(0);
      expect((await search.cursors(ref)).size).toBe(0);
    });

    test('a device has one search that it pages through', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      expect(await search.notedSearch(ref, 'phone')).toBeNull();
      await search.noteSearch(ref, 'phone', 'first');
      await search.noteSearch(ref, 'phone', 'second');
      await search.noteSearch(ref, 'tablet', 'third');
      expect(await search.notedSearch(ref, 'phone')).toBe('second');
      expect(await search.notedSearch({ ...ref, mailboxId: 'other' }, 'tablet')).toBeNull();
    });
  });
}
