import { describe, expect, test } from 'vitest';
import type { AuditJob } from '../../core/ports/queues.ts';
import type { SearchDocument } from '../../core/ports/search.ts';
import { freshRef, type Subject, unique } from './subject.ts';

function document(itemId: string, over: Partial<SearchDocument>): SearchDocument {
  return { itemId, subject: '', people: '', body: '', attachments: '', receivedAt: 1, ...over };
}

export function searchContract(subject: Subject): void {
  describe('search', () => {
    test('finds documents that hold all words, in any field, newest first', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { subject: 'Quarterly report', body: 'numbers', receivedAt: 1 }));
      await search.index(ref, document('b', { body: 'the report of numbers', receivedAt: 3 }));
      await search.index(
        ref,
        document('c', { attachments: 'report', people: 'Ann ann@example.com', receivedAt: 2 }),
      );
      expect(await search.find(ref, 'report', 10)).toEqual(['b', 'c', 'a']);
      expect(await search.find(ref, 'REPORT numbers', 10)).toEqual(['b', 'a']);
      expect(await search.find(ref, 'ann@example.com', 10)).toEqual(['c']);
      expect(await search.find(ref, 'example', 10)).toEqual(['c']);
      expect(await search.find(ref, 'repor', 10)).toEqual([]);
      expect(await search.find(ref, 'report', 2)).toEqual(['b', 'c']);
      expect(await search.find(ref, ' ', 10)).toEqual([]);
      await search.ping();
    });

    test('is repeatable: the last text of a document is the one found', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { body: 'before' }));
      await search.index(ref, document('a', { body: 'after' }));
      await search.index(ref, document('a', { body: 'after' }));
      expect(await search.find(ref, 'before', 10)).toEqual([]);
      expect(await search.find(ref, 'after', 10)).toEqual(['a']);
      await search.remove(ref, ['a', 'absent']);
      await search.remove(ref, ['a']);
      expect(await search.find(ref, 'after', 10)).toEqual([]);
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
      expect(await search.find(ref, 'all', 100)).toEqual(list.map((d) => d.itemId).toReversed());
      expect(await search.find(ref, 'changed', 100)).toEqual(['d3']);
      expect(await search.find(ref, 'n3', 100)).toEqual([]);
      await search.index(ref);
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
        expect(await search.find(stranger, 'secret', 10)).toEqual([]);
        await search.remove(stranger, ['a']);
      }
      await search.index({ ...ref, tenantId: 'other' }, document('a', { body: 'stolen' }));
      expect(await search.find(ref, 'secret', 10)).toEqual(['a']);
      expect(await search.find(ref, 'stolen', 10)).toEqual([]);
    });

    test('folds case, accents and width, and keeps the words of other scripts', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      await search.index(ref, document('a', { subject: 'Žluťoučký KŮŇ', body: 'ｆｕｌｌ ﬁne naïve' }));
      await search.index(ref, document('b', { subject: '東京 都 会議', body: 'ประชุม วันนี้ हिन्दी' }));
      expect(await search.find(ref, 'zlutoucky kun', 10)).toEqual(['a']);
      expect(await search.find(ref, 'full fine NAIVE', 10)).toEqual(['a']);
      expect(await search.find(ref, '会議 東京', 10)).toEqual(['b']);
      expect(await search.find(ref, 'วันนี้ हिन्दी', 10)).toEqual(['b']);
      expect(await search.find(ref, '大阪', 10)).toEqual([]);
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
      ];
      for (const text of [...hostile, '-one', '^one', '{body}', '!one', '<->', '\\']) {
        await expect(search.find(ref, text, 10)).resolves.toBeInstanceOf(Array);
      }
      expect(await search.find(ref, 'one "two" (three)', 10)).toEqual(['a']);
    });

    test('takes the largest texts, and lists of a thousand ids', async () => {
      const { search } = await subject.open();
      const ref = freshRef();
      const words = Array.from({ length: 400_000 }, (_, i) => i.toString(36)).join(' ');
      await search.index(
        ref,
        document('a', { subject: 'needle', body: words, people: words, attachments: words }),
      );
      await search.index(ref, document('b', { body: '木'.repeat(3_000_000) }));
      expect(await search.find(ref, 'needle', 10)).toEqual(['a']);
      await search.remove(ref, ['a', ...Array.from({ length: 1000 }, (_, i) => `x${i}`)]);
      expect(await search.find(ref, 'needle', 10)).toEqual([]);
    });
  });
}

export function auditContract(subject: Subject): void {
  describe('audit', () => {
    test('appends each event once and lists them newest first', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = (at: number, over: Partial<AuditJob> = {}): AuditJob => ({
        v: 1,
        eventId: unique('event'),
        at,
        tenantId,
        actor: 'ann@example.com',
        action: 'login',
        resource: 'activesync',
        outcome: 'ok',
        details: { address: '192.0.2.0', tries: 2, known: true, note: null },
        correlationId: 'c',
        ...over,
      });
      const [a, b, c] = [event(1), event(2, { action: 'wipe', outcome: 'denied' }), event(3)];
      await audit.append([a, b]);
      await audit.append([{ ...a, actor: 'forged' }, c, c]);
      await audit.append([]);
      expect(await audit.list({ tenantId, limit: 10 })).toEqual([c, b, a]);
      expect(await audit.list({ tenantId, action: 'wipe', limit: 10 })).toEqual([b]);
      expect(await audit.list({ tenantId, before: 3, limit: 1 })).toEqual([b]);
      const anonymous = event(9_000_000_000_000, { tenantId: null, details: { text: 'x\0y' } });
      await audit.append([anonymous]);
      expect(await audit.list({ limit: 1 })).toEqual([{ ...anonymous, details: { text: 'xy' } }]);
    });
  });
}
