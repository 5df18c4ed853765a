import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allOf,
  anyOf,
  type Fits,
  type ItemCondition,
  known,
  LOOK,
  noneOf,
  type TextField,
  type TextFold,
} from '../../core/mail/item-condition.ts';
import type { Message } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { folderId } from './mail-changes.ts';
import { note } from './pim-items.ts';
import { freshMailbox, message, part, type Subject } from './subject.ts';

const SUBJECTS = [
  '',
  'Plan',
  'plan B',
  'PLAN 100%',
  'Kelvin \u212aelvin',
  'Müller',
  'MÜLLER',
  '\u0130stanbul',
  'a,b',
];
const WORDS = [
  '',
  'plan',
  'Plan',
  'kelvin',
  'müller',
  'muller',
  'i',
  'istanbul',
  '%',
  'b',
  'work',
  'Ärger',
  'a"b',
  ',',
];
const CATEGORIES = [[], ['Work'], ['work', 'Home'], ['a"b'], ['Ärger'], ['a', 'b'], ['x\\y']];
const PEOPLE = [
  { name: 'Ann Plan', address: 'ann@example.com' },
  { name: '', address: 'work@example.com' },
  { name: 'Jörg "Müller"', address: 'joerg@example.com' },
];
const CLASSES = ['IPM.Note', 'IPM.Post', 'ipm.note.Plan'];
const FOLDS: TextFold[] = ['exact', 'case', 'plain', 'unmarked'];

function pick<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}

/** Messages of every kind, a note, and keys that are kept with some. */
async function filled(subject: Subject): Promise<MailboxStore> {
  const mailbox = await freshMailbox(subject);
  const inbox = await folderId(mailbox, 'inbox');
  await mailbox.insertMany(
    Array.from({ length: 60 }, (_, n) =>
      message(`f${n}`, {
        receivedAt: 1_000 + Math.floor(n / 4) * 100,
        sentAt: n % 5 === 0 ? null : 900 + n * 10,
        size: 100 * (n % 7),
        subject: pick(SUBJECTS, n),
        baseSubject: pick(SUBJECTS, n + 3),
        messageIdHeader: n % 9 === 0 ? null : `${pick(WORDS, n).replace('"', '') || 'Plan'}${n % 3}@x`,
        importance: pick(['low', 'normal', 'high'] as const, n),
        messageClass: pick(CLASSES, n),
        isRead: n % 2 === 0,
        isDraft: n % 11 === 0,
        from: [pick(PEOPLE, n)],
        to: [],
        cc: [],
        categories: pick(CATEGORIES, n),
        flag: pick(
          [
            null,
            { status: 2 as const, subject: '"status":1' },
            { status: 1 as const },
            { status: 0 as const },
          ],
          n,
        ),
        parts: n % 4 === 0 ? [part(0), part(2, { isAttachment: true, isInline: n % 8 === 0 })] : [part(0)],
      }),
    ),
  );
  await mailbox.setLastVerb(['item-f3', 'item-f9'], 1, 1_250);
  await mailbox.setExtended([
    { itemId: 'item-f7', properties: { 'PublicStrings/a"b': { type: 'String', value: 'v' } } },
  ]);
  await mailbox.putItem(note('a-note', inbox, 'plan'));
  return mailbox;
}

const text = fc.record({
  how: fc.constantFrom('equal' as const, 'begins' as const, 'contains' as const),
  value: fc.constantFrom(...WORDS, ...SUBJECTS, '<plan0@x>', '<PLAN0@x>', 'IPM.Note'),
  fold: fc.constantFrom(...FOLDS),
});
const folded = <T extends { value: string; fold: TextFold }>(one: T): T => ({
  ...one,
  value: one.fold === 'case' || one.fold === 'plain' ? one.value.toLowerCase() : one.value,
});
const end = fc.option(fc.constantFrom(0, 100, 905, 1_000, 1_200, 1_250, 1_400, 30), { nil: null });
const leaf: fc.Arbitrary<ItemCondition> = fc.oneof(
  fc.record({
    kind: fc.constant('range' as const),
    field: fc.constantFrom(
      'received' as const,
      'entered' as const,
      'sent' as const,
      'modified' as const,
      'size' as const,
    ),
    min: end,
    max: end,
  }),
  fc.constantFrom<ItemCondition>(
    ...(['read', 'draft', 'files', 'flag'] as const).flatMap((field) =>
      [[], [0], [1], [0, 1], [2], [0, 1, 2]].map(
        (values): ItemCondition => ({ kind: 'oneOf', field, values }),
      ),
    ),
    { kind: 'oneOf', field: 'importance', values: ['high', 'low'] },
    { kind: 'items', itemIds: ['item-f1', 'item-f8', 'a-note'] },
    LOOK,
  ),
  fc
    .record({ field: fc.constantFrom<TextField>('subject', 'topic', 'messageId', 'class'), match: text })
    .map(({ field, match }): ItemCondition => ({ kind: 'text', field, ...folded(match) })),
  fc
    .constantFrom(null, ...WORDS)
    .map((name): ItemCondition => ({ kind: 'category', name: name?.toLowerCase() ?? null })),
  text.map(({ value, fold }): ItemCondition => ({ kind: 'mentions', ...folded({ value, fold }) })),
);
const conditions: fc.Arbitrary<ItemCondition> = fc.letrec<{ node: ItemCondition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(allOf),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(anyOf),
    tie('node').map(noneOf),
    tie('node').map((of): ItemCondition => ({ kind: 'maybe', of })),
    tie('node').map((of): ItemCondition => ({ kind: 'unlessKept', key: 'PublicStrings/a"b', of })),
  ),
})).node;

/** What a condition really is of a message; null where it does not say. */
function truth(condition: ItemCondition, m: Message): Fits {
  switch (condition.kind) {
    case 'and': {
      const of = condition.of.map((one) => truth(one, m));
      return of.includes(false) ? false : of.includes(null) ? null : true;
    }
    case 'or': {
      const of = condition.of.map((one) => truth(one, m));
      return of.includes(true) ? true : of.includes(null) ? null : false;
    }
    case 'not': {
      const of = truth(condition.of, m);
      return of === null ? null : !of;
    }
    case 'known':
      return condition.is;
    case 'range': {
      const { min, max } = condition;
      const modified = Math.max(m.receivedAt, m.lastVerbAt ?? 0);
      const sent = m.sentAt ?? m.receivedAt;
      const value = { received: m.receivedAt, entered: m.createdModseq, sent, modified, size: m.size }[
        condition.field
      ];
      return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
    }
    case 'oneOf': {
      const files = Number(m.attachments.some((one) => !one.isInline));
      const flag = m.flag?.status ?? 0;
      const all = { read: Number(m.isRead), draft: Number(m.isDraft), files, flag, importance: m.importance };
      return condition.values.includes(all[condition.field]);
    }
    case 'text': {
      const id = m.messageIdHeader === null ? null : `<${m.messageIdHeader}>`;
      const value = { subject: m.subject, topic: m.baseSubject, messageId: id, class: m.messageClass }[
        condition.field
      ];
      return value !== null && matches(value, condition);
    }
    case 'category': {
      const { name } = condition;
      return name === null ? m.categories.length > 0 : m.categories.some((one) => one.toLowerCase() === name);
    }
    case 'mentions':
      return [...m.from, ...m.to].some(({ name, address }) =>
        [name, address].some((one) => matches(one, { how: 'contains', ...condition })),
      );
    case 'maybe':
      return truth(condition.of, m);
    case 'unlessKept':
      return m.itemId === 'item-f7' ? null : truth(condition.of, m);
    case 'items':
      return condition.itemIds.includes(m.itemId);
  }
}

function matches(
  given: string,
  { how, value, fold }: { how: string; value: string; fold: TextFold },
): boolean {
  const bare =
    fold === 'plain' || fold === 'unmarked' ? given.normalize('NFD').replace(/\p{M}/gu, '') : given;
  const whole = fold === 'case' || fold === 'plain' ? bare.toLowerCase() : bare;
  return how === 'equal'
    ? whole === value
    : how === 'begins'
      ? whole.startsWith(value)
      : whole.includes(value);
}

const NEWEST = { by: 'received', descending: true } as const;

/** Items of a folder found by conditions: sure of what it says, and saying all that is there. */
export function mailFindingContract(subject: Subject): void {
  describe('items found by conditions', () => {
    test('are never left out and never sure against what they are', async () => {
      const mailbox = await filled(subject);
      const inbox = await folderId(mailbox, 'inbox');
      const all = await mailbox.messages(Array.from({ length: 60 }, (_, n) => `item-f${n}`));
      await fc.assert(
        fc.asyncProperty(conditions, async (condition) => {
          const found = await mailbox.fitting(inbox, condition, NEWEST, 0, 1000);
          const said = new Map(found.map((one) => [one.itemId, one.sure]));
          for (const one of all) {
            const is = truth(condition, one);
            if (is === true) expect(said.has(one.itemId), `${one.itemId} is left out`).toBe(true);
            if (is === false) expect(said.get(one.itemId), `${one.itemId} is taken for sure`).not.toBe(true);
          }
          const sure = found.filter((one) => one.sure).length;
          expect(await mailbox.countFitting(inbox, condition)).toEqual({ sure, unsure: found.length - sure });
        }),
        { numRuns: 150 },
      );
    });

    test('are surely what rows say, and what is no message is always to be looked at', async () => {
      const mailbox = await filled(subject);
      const inbox = await folderId(mailbox, 'inbox');
      const ascii = (value: string): ItemCondition => ({
        ...{ kind: 'text', field: 'subject', how: 'contains', fold: 'case', value },
      });
      const sure: [ItemCondition, number][] = [
        [{ kind: 'oneOf', field: 'read', values: [0] }, 30],
        [{ kind: 'range', field: 'received', min: 1_200, max: 1_300 }, 8],
        [{ kind: 'range', field: 'modified', min: 1_250, max: 1_250 }, 2],
        [{ kind: 'oneOf', field: 'flag', values: [2] }, 15],
        [{ kind: 'oneOf', field: 'files', values: [1] }, 7],
        [ascii('plan'), 21],
        [ascii('kelvin k'), 7],
        [{ kind: 'text', field: 'messageId', how: 'equal', fold: 'case', value: '<plan1@x>' }, 5],
      ];
      for (const [condition, n] of sure) {
        expect([condition, await mailbox.countFitting(inbox, condition)]).toEqual([
          condition,
          { sure: n, unsure: 1 },
        ]);
      }
      expect(await mailbox.countFitting('nowhere', sure[0]?.[0] ?? LOOK)).toEqual({ sure: 0, unsure: 0 });
      const one: ItemCondition = { kind: 'items', itemIds: ['a-note', 'item-f2', 'elsewhere'] };
      expect(await mailbox.countFitting(inbox, one)).toEqual({ sure: 2, unsure: 0 });
    });

    test('are in the order asked for, in pages', async () => {
      const mailbox = await filled(subject);
      const inbox = await folderId(mailbox, 'inbox');
      await mailbox.remove(['a-note'], 1);
      const messages = await mailbox.messages(Array.from({ length: 60 }, (_, n) => `item-f${n}`));
      const newest = (a: Message, b: Message) =>
        b.receivedAt - a.receivedAt || (a.itemId < b.itemId ? 1 : -1);
      const ids = async (by: 'received' | 'sent' | 'size', descending: boolean, offset = 0, limit = 1000) =>
        (
          await mailbox.fitting(
            inbox,
            { kind: 'range', field: 'size', min: 100, max: null },
            { by, descending },
            offset,
            limit,
          )
        ).map(({ itemId }) => itemId);
      const list = messages.filter((m) => m.size >= 100);
      const expected = (compare: (a: Message, b: Message) => number) =>
        list.toSorted(compare).map((m) => m.itemId);
      expect(await ids('received', true)).toEqual(expected(newest));
      expect(await ids('received', false)).toEqual(expected((a, b) => newest(b, a)));
      expect(await ids('size', false)).toEqual(expected((a, b) => a.size - b.size || newest(a, b)));
      expect(await ids('sent', true)).toEqual(
        expected((a, b) => (b.sentAt ?? b.receivedAt) - (a.sentAt ?? a.receivedAt) || newest(a, b)),
      );
      const all = await mailbox.fitting(inbox, known(true), { by: 'sent', descending: true }, 2, 50);
      const bySent = (a: Message, b: Message) =>
        (b.sentAt ?? b.receivedAt) - (a.sentAt ?? a.receivedAt) || newest(a, b);
      expect(all).toEqual(
        messages
          .toSorted(bySent)
          .slice(2, 52)
          .map(({ itemId }) => ({ itemId, sure: true })),
      );
      expect(await ids('size', true, 5, 7)).toEqual((await ids('size', true)).slice(5, 12));
      expect(await ids('sent', false, 50, 7)).toEqual((await ids('sent', false)).slice(50));
    });
  });
}
