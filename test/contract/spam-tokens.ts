import { describe, expect, test } from 'vitest';
import { type Lesson, MAX_MAILBOX_TOKENS } from '../../core/ports/spam-tokens.ts';
import { freshRef, type Subject } from './subject.ts';

const lesson = (over: Partial<Lesson> = {}): Lesson => ({
  itemId: 'item-a',
  label: 'spam',
  tokens: ['cheap', 'pills'],
  at: 1000,
  ...over,
});

export function spamTokensContract(subject: Subject): void {
  describe('what is learned of unwanted mail', () => {
    test('is counted for the mailbox and for its tenant', async () => {
      const { spamTokens } = await subject.open();
      const ref = freshRef();
      const other = { ...ref, mailboxId: `${ref.mailboxId}-2` };
      expect(await spamTokens.learn(ref, lesson())).toBe(true);
      expect(await spamTokens.learn(other, lesson({ label: 'ham', tokens: ['pills', 'lunch'] }))).toBe(true);
      expect(await spamTokens.counts(ref, ['pills', 'cheap', 'unknown', 'pills'])).toEqual({
        mailbox: {
          totals: { spam: 1, ham: 0 },
          tokens: new Map([
            ['cheap', { spam: 1, ham: 0 }],
            ['pills', { spam: 1, ham: 0 }],
          ]),
        },
        tenant: {
          totals: { spam: 1, ham: 1 },
          tokens: new Map([
            ['cheap', { spam: 1, ham: 0 }],
            ['pills', { spam: 1, ham: 1 }],
          ]),
        },
      });
      const nobody = { totals: { spam: 0, ham: 0 }, tokens: new Map() };
      expect(await spamTokens.counts(freshRef(), ['pills'])).toEqual({ mailbox: nobody, tenant: nobody });
    });

    test('is taught by an item once, and taken back when its label changes', async () => {
      const { spamTokens } = await subject.open();
      const ref = freshRef();
      await spamTokens.learn(ref, lesson());
      expect(await spamTokens.learn(ref, lesson({ at: 2000 }))).toBe(false);
      await spamTokens.learn(ref, lesson({ itemId: 'item-b' }));
      expect(await spamTokens.learn(ref, lesson({ label: 'ham' }))).toBe(true);
      expect(await spamTokens.learn(ref, lesson({ label: 'ham' }))).toBe(false);
      const { mailbox, tenant } = await spamTokens.counts(ref, ['cheap']);
      expect(mailbox).toEqual({
        totals: { spam: 1, ham: 1 },
        tokens: new Map([['cheap', { spam: 1, ham: 1 }]]),
      });
      expect(tenant).toEqual(mailbox);
      expect(await spamTokens.labels(ref, ['item-a', 'item-b', 'item-c'])).toEqual(
        new Map([
          ['item-a', 'ham'],
          ['item-b', 'spam'],
        ]),
      );
      await spamTokens.learn(ref, lesson());
      const back = await spamTokens.counts(ref, ['cheap']);
      expect(back.mailbox.totals).toEqual({ spam: 2, ham: 0 });
      expect(back.mailbox.tokens.get('cheap')).toEqual({ spam: 2, ham: 0 });
    });

    test('never counts below nothing, whatever tokens an item is taken back with', async () => {
      const { spamTokens } = await subject.open();
      const ref = freshRef();
      await spamTokens.learn(ref, lesson({ tokens: ['one'] }));
      await spamTokens.learn(ref, lesson({ label: 'ham', tokens: ['two'] }));
      await spamTokens.learn(ref, lesson({ label: 'spam', tokens: ['one', 'three'] }));
      const { mailbox } = await spamTokens.counts(ref, ['one', 'two', 'three']);
      expect(mailbox.totals).toEqual({ spam: 1, ham: 0 });
      expect(mailbox.tokens).toEqual(
        new Map([
          ['one', { spam: 2, ham: 0 }],
          ['three', { spam: 1, ham: 0 }],
          ['two', { spam: 0, ham: 1 }],
        ]),
      );
    });

    test('is bounded: what was seen once and long ago goes first', async () => {
      const { spamTokens } = await subject.open();
      const ref = freshRef();
      await spamTokens.learn(ref, lesson({ itemId: 'often-1', tokens: ['often'], at: 1 }));
      await spamTokens.learn(ref, lesson({ itemId: 'often-2', tokens: ['often'], at: 2 }));
      await spamTokens.learn(ref, lesson({ itemId: 'old', tokens: ['old'], at: 3 }));
      for (let n = 0; n < MAX_MAILBOX_TOKENS / 300; n++) {
        const tokens = Array.from({ length: 300 }, (_, i) => `t${n}-${i}`);
        await spamTokens.learn(ref, lesson({ itemId: `item-${n}`, tokens, at: 10 + n }));
      }
      const { mailbox, tenant } = await spamTokens.counts(ref, ['often', 'old', 't0-0', 't9-299']);
      expect([...mailbox.tokens.keys()]).toEqual(['often', 't0-0', 't9-299']);
      expect(mailbox.totals.spam).toBe(3 + MAX_MAILBOX_TOKENS / 300);
      expect([...tenant.tokens.keys()]).toContain('old');
    });
  });
}
