import { describe, expect, test } from 'vitest';
import { segmentWords } from '../../codecs/text/index.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import { ENDLESS } from '../../core/pim/types.ts';
import type { SearchStore } from '../../core/ports/search.ts';
import { parseQuery } from '../../core/search/parse.ts';
import type { Query } from '../../core/search/query.ts';
import { document, find, whole } from './search-support.ts';
import { freshRef, type Subject } from './subject.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

/** What a person typed. */
async function typed(search: SearchStore, ref: MailboxRef, text: string): Promise<string[]> {
  const query = parseQuery(text, {
    now: NOW,
    foldersNamed: (name) => (name === 'Archive' ? ['archive'] : []),
  });
  return query === null ? [] : find(search, ref, query);
}

export function searchContract(subject: Subject): void {
  describe('search', () => {
    test('finds documents that hold all words, in any field, newest first', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { subject: 'Quarterly report', body: 'numbers', receivedAt: 1 }));
      await search.index(ref, document('b', { body: 'the report of numbers', receivedAt: 3 }));
      await search.index(ref, document('c', { files: 'report', from: 'Ann ann@example.com', receivedAt: 2 }));
      expect(await find(search, ref, whole('report'))).toEqual(['b', 'c', 'a']);
      expect(await find(search, ref, whole('REPORT numbers'))).toEqual(['b', 'a']);
      expect(await find(search, ref, whole('ann@example.com'))).toEqual(['c']);
      expect(await find(search, ref, whole('example'))).toEqual(['c']);
      expect(await find(search, ref, whole('repor'))).toEqual([]);
      expect(await find(search, ref, whole(''))).toEqual([]);
      const page = await search.query(ref, whole('report'), { order: 'newest', limit: 2 });
      expect(page).toEqual({
        hits: [
          { itemId: 'b', receivedAt: 3 },
          { itemId: 'c', receivedAt: 2 },
        ],
        more: true,
      });
      expect((await search.query(ref, whole('report'), { order: 'newest', limit: 3 })).more).toBe(false);
      await search.ping();
    });

    test('is repeatable: the last text of a document is the one found', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: 'before' }));
      await search.index(ref, document('a', { body: 'after' }));
      await search.index(ref, document('a', { body: 'after' }));
      expect(await find(search, ref, whole('before'))).toEqual([]);
      expect(await find(search, ref, whole('after'))).toEqual(['a']);
      await search.remove(ref, ['a', 'absent']);
      await search.remove(ref, ['a']);
      expect(await find(search, ref, whole('after'))).toEqual([]);
    });

    test('takes many documents in one call, some of them twice', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const list = Array.from({ length: 40 }, (_, i) =>
        document(`d${i}`, { body: `all n${i}`, receivedAt: i }),
      );
      await search.index(
        ref,
        ...list,
        document('d3', { body: 'all changed', receivedAt: 3 }),
        ...list.slice(5, 9),
      );
      expect(await find(search, ref, whole('all'))).toEqual(list.map((d) => d.itemId).toReversed());
      expect(await find(search, ref, whole('changed'))).toEqual(['d3']);
      expect(await find(search, ref, whole('n3'))).toEqual([]);
      await search.index(ref);
      expect(await search.clear(ref, 30)).toBe(30);
      expect(await search.clear(ref, 30)).toBe(10);
      expect(await search.clear(ref, 30)).toBe(0);
      expect(await find(search, ref, whole('all'))).toEqual([]);
    });

    test('takes any number of documents of the same time, as all that has no end has', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const documents = Array.from({ length: 600 }, (_, i) =>
        document(`d${i}`, { subject: 'open task', receivedAt: ENDLESS }),
      );
      for (let at = 0; at < documents.length; at += 100) {
        await search.index(ref, ...documents.slice(at, at + 100));
      }
      const { hits } = await search.query(ref, whole('open task'), { order: 'newest', limit: 1000 });
      expect(hits).toHaveLength(600);
    });

    test('I25 never looks into another mailbox or tenant', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: 'secret' }));
      const strangers = [
        { ...ref, tenantId: 'other' },
        { ...ref, mailboxId: 'other' },
      ];
      for (const stranger of strangers) {
        expect(await find(search, stranger, whole('secret'))).toEqual([]);
        expect(await find(search, stranger, { kind: 'not', of: whole('nothing') })).toEqual([]);
        expect(await find(search, stranger, { kind: 'all' })).toEqual([]);
        const either: Query = { kind: 'or', of: [whole('secret'), { kind: 'flagged', is: false }] };
        expect(await find(search, stranger, either)).toEqual([]);
        await search.remove(stranger, ['a']);
        expect(await search.clear(stranger, 10)).toBe(0);
        expect(await search.inFolder(stranger, 'inbox', 10)).toEqual([]);
      }
      expect(await find(search, ref, whole('secret'))).toEqual(['a']);
    });

    test('folds case, accents and width, and keeps the words of other scripts', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { subject: 'Žluťoučký KŮŇ', body: 'ｆｕｌｌ ﬁne naïve' }));
      const text = 'ประชุม วันนี้ हिन्दी พรุ่งนี้มีประชุมใหญ่';
      await search.index(ref, document('b', { subject: '東京 都 会議', body: segmentWords(text) }));
      expect(await find(search, ref, whole('zlutoucky kun'))).toEqual(['a']);
      expect(await find(search, ref, whole('full fine NAIVE'))).toEqual(['a']);
      expect(await find(search, ref, whole('会議 東京'))).toEqual(['b']);
      expect(await find(search, ref, whole('วันนี้ हिन्दी'))).toEqual(['b']);
      expect(await find(search, ref, whole('大阪'))).toEqual([]);
      // Texts of scripts without spaces are cut into words, and searched for as those words in a row.
      expect(await typed(search, ref, '会議')).toEqual(['b']);
      expect(await typed(search, ref, 'มีประชุมใหญ่')).toEqual(['b']);
      expect(await typed(search, ref, '会')).toEqual(['b']);
    });

    test('phrases are words in a row in one field', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(
        ref,
        document('a', { subject: 'plan of the day', body: 'red car' }),
        document('b', { subject: 'day of the plan', body: 'car red', receivedAt: 2 }),
        document('c', { subject: 'blue', body: 'plan', receivedAt: 3 }),
      );
      expect(await typed(search, ref, '"plan of the"')).toEqual(['a']);
      expect(await typed(search, ref, '"car red"')).toEqual(['b']);
      expect(await typed(search, ref, '"blue plan"')).toEqual([]);
      expect(await typed(search, ref, 'subject:"the day"')).toEqual(['a']);
      expect(await typed(search, ref, 'body:"the day"')).toEqual([]);
      // Joined by a sign they are a phrase too, and the last word may go on.
      expect(await typed(search, ref, 'Day_of-the.pla')).toEqual(['b']);
    });

    test('words that are typed are found as beginnings of words, those in quotes are not', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(
        ref,
        document('a', { subject: 'keyword1234continued' }),
        document('b', { body: 'Konferenzräume', receivedAt: 2 }),
      );
      expect(await typed(search, ref, 'KEYWORD1234')).toEqual(['a']);
      expect(await typed(search, ref, '"keyword1234"')).toEqual([]);
      expect(await typed(search, ref, 'konferenz*')).toEqual(['b']);
      expect(await typed(search, ref, 'konferenzraum')).toEqual(['b']);
      expect(await typed(search, ref, 'onferenz')).toEqual([]);
      // Two letters are a word.
      expect(await typed(search, ref, 'ke')).toEqual([]);
    });

    test('each field is searched by its name', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const fields = ['subject', 'from', 'to', 'cc', 'bcc', 'body', 'files'] as const;
      await search.index(
        ref,
        ...fields.map((field, i) => document(field, { [field]: 'needle', receivedAt: 10 - i })),
      );
      expect(await typed(search, ref, 'needle')).toEqual(fields);
      for (const field of fields) {
        const name = field === 'files' ? 'filename' : field;
        expect(await typed(search, ref, `${name}:needle`)).toEqual([field]);
        expect(await typed(search, ref, `${name}:need*`)).toEqual([field]);
        expect(await typed(search, ref, `needle -${name}:needle`)).toEqual(fields.filter((f) => f !== field));
      }
      expect(await typed(search, ref, 'participants:needle')).toEqual(['from', 'to', 'cc', 'bcc']);
      expect(await typed(search, ref, 'subject:(needle OR pin)')).toEqual(['subject']);
    });

    test('operators combine words and conditions in any way', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(
        ref,
        document('a', { body: 'apple', isRead: true, receivedAt: 5 }),
        document('b', { body: 'pear', isFlagged: true, receivedAt: 4 }),
        document('c', { body: 'apple pear', hasAttachment: true, receivedAt: 3 }),
        document('d', { body: 'plum', isRead: true, isFlagged: true, receivedAt: 2 }),
      );
      expect(await typed(search, ref, 'apple OR pear')).toEqual(['a', 'b', 'c']);
      expect(await typed(search, ref, 'apple AND pear')).toEqual(['c']);
      expect(await typed(search, ref, 'apple NOT pear')).toEqual(['a']);
      expect(await typed(search, ref, '-apple')).toEqual(['b', 'd']);
      expect(await typed(search, ref, 'NOT (apple OR pear)')).toEqual(['d']);
      expect(await typed(search, ref, '-(apple pear)')).toEqual(['a', 'b', 'd']);
      expect(await typed(search, ref, 'NOT NOT apple')).toEqual(['a', 'c']);
      expect(await typed(search, ref, 'plum OR (apple -pear)')).toEqual(['a', 'd']);
      expect(await typed(search, ref, 'pear is:flagged')).toEqual(['b']);
      expect(await typed(search, ref, 'is:flagged')).toEqual(['b', 'd']);
      expect(await typed(search, ref, 'is:unread')).toEqual(['b', 'c']);
      expect(await typed(search, ref, 'has:attachment OR plum')).toEqual(['c', 'd']);
      expect(await typed(search, ref, '(apple is:read) OR (pear is:flagged)')).toEqual(['a', 'b']);
      expect(await typed(search, ref, '-(apple is:read)')).toEqual(['b', 'c', 'd']);
      expect(await typed(search, ref, 'hasattachment:no apple')).toEqual(['a']);
      expect(await typed(search, ref, '(apple OR is:flagged) (pear OR is:read)')).toEqual([
        'a',
        'b',
        'c',
        'd',
      ]);
      expect(await typed(search, ref, '(apple OR is:flagged) -(pear is:flagged) -(apple is:read)')).toEqual([
        'c',
        'd',
      ]);
      expect(await typed(search, ref, 'NOT (apple OR is:flagged)')).toEqual([]);
      expect(await typed(search, ref, 'NOT (apple is:unread) is:read')).toEqual(['a', 'd']);
      const many = Array.from({ length: 9 }, (_, i) => `(word${i} OR larger:${i})`).join(' ');
      // 512 alternatives: only some are looked for, on every database the same.
      expect(await typed(search, ref, many)).toEqual([]);
    });

    test('sizes, times, folders, categories and conversations are conditions', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const day = (text: string) => Date.parse(`${text}T10:00:00Z`);
      await search.index(
        ref,
        document('a', { body: 'x', size: 500, receivedAt: day('2026-11-21'), categories: ['Röd', 'Büro'] }),
        document('b', { body: 'x', size: 20_000, receivedAt: day('2026-11-20'), folderId: 'archive' }),
        document('c', { body: 'x', size: 3_000_000, receivedAt: day('2026-11-16'), threadId: 'one' }),
        document('d', { body: 'x', size: 40_000_000, receivedAt: day('2025-02-28'), threadId: 'one' }),
      );
      expect(await typed(search, ref, 'x received:today')).toEqual(['a']);
      expect(await typed(search, ref, 'received:yesterday')).toEqual(['b']);
      expect(await typed(search, ref, 'x received:thisweek')).toEqual(['a', 'b', 'c']);
      expect(await typed(search, ref, 'x before:2026-11-20')).toEqual(['c', 'd']);
      expect(await typed(search, ref, 'x after:2026-11-20 -received:today')).toEqual(['b']);
      expect(await typed(search, ref, 'received>=2026-11-16 received<11/20/2026')).toEqual(['c']);
      expect(await typed(search, ref, 'received:2025-01-01..2025-12-31 OR received:today')).toEqual([
        'a',
        'd',
      ]);
      expect(await typed(search, ref, 'x larger:2MB')).toEqual(['c', 'd']);
      expect(await typed(search, ref, 'size>10kb smaller:5mb')).toEqual(['b', 'c']);
      expect(await typed(search, ref, 'x in:Archive')).toEqual(['b']);
      expect(await typed(search, ref, 'x -in:Archive larger:1MB')).toEqual(['c', 'd']);
      expect(await typed(search, ref, 'category:röd')).toEqual(['a']);
      expect(await typed(search, ref, 'x category:BÜRO')).toEqual(['a']);
      expect(await typed(search, ref, 'x category:rö')).toEqual([]);
      expect(await find(search, ref, { kind: 'thread', threadId: 'one' })).toEqual(['c', 'd']);
      expect(await find(search, ref, { kind: 'folders', folderIds: ['archive', 'none'] })).toEqual(['b']);
      expect(await find(search, ref, { kind: 'all' })).toEqual(['a', 'b', 'c', 'd']);
    });

    test('relevance puts words in the subject before those in the body, and new before old', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const day = 24 * 3600 * 1000;
      const start = Date.UTC(2026, 0, 1);
      await search.index(
        ref,
        document('body-new', { body: 'budget', receivedAt: start }),
        document('subject-week', { subject: 'Budget', receivedAt: start - 7 * day }),
        document('from-week', { from: 'budget@example.com', receivedAt: start - 7 * day - 1 }),
        document('body-year', { body: 'budget', receivedAt: start - 365 * day }),
        document('subject-year', { subject: 'the budget', receivedAt: start - 366 * day }),
      );
      const query = parseQuery('budget', { now: start });
      if (query === null) throw new Error('a query');
      const ids = async (limit: number) =>
        (await search.query(ref, query, { order: 'relevance', limit })).hits.map((hit) => hit.itemId);
      const order = ['subject-week', 'from-week', 'subject-year', 'body-new', 'body-year'];
      expect(await ids(10)).toEqual(order);
      expect(await ids(2)).toEqual(order.slice(0, 2));
    });

    test('takes any text for words and never for a query language', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: 'one two \0 \ud800 three' }));
      const hostile = [
        '"',
        '*',
        'NEAR(one two)',
        'one AND',
        'body:one',
        'one:*',
        "'; drop table documents; --",
        '(',
        '\0',
        '\ue000t',
        '\ue000',
        "'one':*",
        'on\\e',
      ];
      for (const text of [...hostile, '-one', '^one', '{body}', '!one', '<->', '\\', '| & !', 'scope:t']) {
        await expect(
          find(search, ref, { kind: 'text', text, prefix: true, fields: null }),
        ).resolves.toBeInstanceOf(Array);
        await expect(typed(search, ref, text)).resolves.toBeInstanceOf(Array);
      }
      expect(await find(search, ref, whole('one "two" (three)'))).toEqual(['a']);
      // The index marks its own words with a private character: no text reaches them.
      expect(await typed(search, ref, '\ue000t*')).toEqual([]);
      const large: Query = {
        kind: 'and',
        of: Array.from({ length: 5000 }, () => ({ kind: 'text', text: 'one', prefix: true, fields: null })),
      };
      expect(await find(search, ref, large)).toEqual(['a']);
      let deep: Query = whole('one');
      for (let i = 0; i < 2000; i++) deep = { kind: 'not', of: { kind: 'or', of: [deep, deep] } };
      expect(await find(search, ref, deep)).toEqual([]);
    });

    test('takes the largest texts, and lists of a thousand ids', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const words = Array.from({ length: 400_000 }, (_, i) => i.toString(36)).join(' ');
      await search.index(ref, document('a', { subject: 'needle', body: words, to: words, files: words }));
      await search.index(ref, document('b', { body: '木'.repeat(3_000_000) }));
      expect(await find(search, ref, whole('needle'))).toEqual(['a']);
      // Words far into a body are found, in phrases only those before.
      const late = (40_000).toString(36);
      expect(await find(search, ref, whole(late))).toEqual(['a']);
      expect(await typed(search, ref, `body:${late}`)).toEqual(['a']);
      expect(await typed(search, ref, `"${late} ${(40_001).toString(36)}"`)).toEqual([]);
      expect(await typed(search, ref, `"${(9000).toString(36)} ${(9001).toString(36)}"`)).toEqual(['a']);
      expect(await typed(search, ref, `subject:${late}`)).toEqual([]);
      await search.remove(ref, ['a', ...Array.from({ length: 1000 }, (_, i) => `x${i}`)]);
      expect(await find(search, ref, whole('needle'))).toEqual([]);
    });

    test('a word that is repeated a thousand times leaves the phrases about it intact', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: `${'spam '.repeat(1000)}ham egg spam toast` }));
      expect(await typed(search, ref, '"spam ham egg"')).toEqual(['a']);
      expect(await typed(search, ref, '"ham spam"')).toEqual([]);
      expect(await typed(search, ref, '"egg toast"')).toEqual(['a']);
    });
  });
}
