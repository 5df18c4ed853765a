import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeedEntry, MailboxStore, MailStore } from '../../core/ports/mail.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { type Operation, operations } from './model-operations.ts';
import { Side } from './model-side.ts';
import { freshRef, type Subject } from './subject.ts';

/** The same on every database, so that all of them walk the same ways. */
const SEED = 20_261_121;

export function mailModelContract(subject: Subject, runs: number): void {
  describe('against the model', () => {
    test('I8 I9 I13 I15 any sequence of writes, each of them repeated, leads to the same mailbox', async () => {
      const { mail } = await subject.open();
      await fc.assert(
        fc.asyncProperty(operations, fc.integer({ min: 1, max: 4 }), async (steps, page) => {
          const ref = freshRef();
          const oracle = await Side.of(createMemoryStores().mail, ref);
          const store = await Side.of(mail, ref);
          for (const step of steps) {
            expect(await store.apply(step)).toEqual(await oracle.apply(step));
            // As a caller does whose answer was lost.
            expect(await store.apply(step)).toEqual(await oracle.apply(step));
          }
          expect(await store.state(page)).toEqual(await oracle.state(page));
          await expectRecount(store.mailbox);
        }),
        { seed: SEED, numRuns: runs },
      );
    });

    test('I13 a reader that follows the feed while others write ends with the folder as it is', async () => {
      const { mail } = await subject.open();
      await fc.assert(
        fc.asyncProperty(operations, fc.integer({ min: 1, max: 3 }), async (steps, page) => {
          const { mailbox, ...side } = await followed(mail);
          const held = new Set<string>();
          let cursor = { modseq: 0, itemId: '' };
          const read = async () => {
            const entries: FeedEntry[] = await mailbox.changes(side.inbox, cursor, page);
            for (const entry of entries) {
              const { modseq, itemId } = entry.kind === 'item' ? entry.item : entry.tombstone;
              if (entry.kind === 'item') held.add(itemId);
              else held.delete(itemId);
              cursor = { modseq, itemId };
            }
            return entries.length;
          };
          for (const step of steps) {
            await side.apply(step);
            await read();
          }
          while ((await read()) > 0);
          const now = await mailbox.snapshot(side.inbox, 0, null, 100);
          expect([...held].sort()).toEqual(now.map((i) => i.itemId).sort());
        }),
        { seed: SEED, numRuns: runs },
      );
    });
  });
}

async function followed(mail: MailStore) {
  const side = await Side.of(mail, freshRef());
  return { mailbox: side.mailbox, inbox: side.folder('inbox'), apply: (step: Operation) => side.apply(step) };
}

/** I15: counters equal what a count of the items gives; no modseq is beyond its folder's nor the mailbox's. */
export async function expectRecount(mailbox: MailboxStore): Promise<void> {
  const usage = await mailbox.usage();
  let sizeBytes = 0;
  let itemCount = 0;
  for (const folder of await mailbox.folders()) {
    const items = await mailbox.snapshot(folder.folderId, 0, null, 100_000);
    for (const { modseq, readModseq, flagModseq, categoriesModseq, contentModseq } of items) {
      // Something changed last.
      expect(Math.max(readModseq, flagModseq, categoriesModseq, contentModseq)).toBe(modseq);
    }
    expect(folder.modseq).toBeLessThanOrEqual(usage.modseq);
    expect(Math.max(0, ...items.map((i) => i.modseq))).toBeLessThanOrEqual(folder.contentModseq);
    expect(folder.contentModseq).toBeLessThanOrEqual(usage.modseq);
    // Whom the user wrote to is no mail.
    if (folder.role === 'recipientCache') continue;
    sizeBytes += items.reduce((sum, item) => sum + item.size, 0);
    // Events, contacts, tasks and notes have a size, but are no messages.
    itemCount += items.filter((item) => item.kind === 'message').length;
  }
  expect({ sizeBytes, itemCount }).toEqual({ sizeBytes: usage.sizeBytes, itemCount: usage.itemCount });
}
