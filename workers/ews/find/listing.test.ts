import { describe, expect, it } from 'vitest';
import type { FitCounts } from '../../../core/ports/finding.ts';
import type { EwsContext } from '../context.ts';
import type { Box } from '../mailboxes.ts';
import { listingOf, looksOfRequest } from './listing.ts';
import type { SortKey } from './sort.ts';

const context = {} as EwsContext;
const SUBJECT: SortKey = { path: { kind: 'field', uri: 'item:Subject' }, descending: false };
const SENT: SortKey = { path: { kind: 'field', uri: 'item:DateTimeSent' }, descending: false };

/** A folder of which the store says so much, and in which nothing is there any more when it is read. */
function boxOf(counts: FitCounts) {
  const reads: number[] = [];
  const folder = { folderId: 'f', itemClass: 'Email', role: 'inbox', contentModseq: Math.random() };
  const store = {
    countFitting: async () => counts,
    fitting: async (...[, , , , limit]: unknown[]) =>
      Array.from({ length: Math.min(limit as number, counts.sure + counts.unsure) }, (_, n) => ({
        itemId: `i${n}`,
        sure: n < counts.sure,
      })),
    messages: async (ids: string[]) => {
      reads.push(ids.length);
      return [];
    },
    itemStates: async () => [],
  };
  const box = { ref: { tenantId: 't', mailboxId: 'm', shard: 's' }, folders: async () => [folder], store };
  return { box: box as unknown as Box, reads };
}

const asked = (...sort: SortKey[]) => ({
  restriction: null,
  contacts: null,
  query: null,
  grouping: null,
  sort,
});

describe('a list of a folder', () => {
  it('is counted by the store where that knows the order, however long it is', async () => {
    const { box, reads } = boxOf({ sure: 1_000_000, unsure: 0 });
    const list = await listingOf(context, box, 'f', asked(SENT), looksOfRequest());
    expect([list.total, (await list.entries(999_990, 1_000_000)).length]).toEqual([1_000_000, 10]);
    expect(reads).toEqual([]);
  });

  it('is refused when too much would have to be looked at, in one folder or in several', async () => {
    const refused = expect.objectContaining({ code: 'ErrorExceededFindCountLimit' });
    const many = boxOf({ sure: 100_001, unsure: 0 });
    await expect(listingOf(context, many.box, 'f', asked(SUBJECT), looksOfRequest())).rejects.toEqual(
      refused,
    );
    expect(many.reads).toEqual([]);
    const some = boxOf({ sure: 59_000, unsure: 1_000 });
    const looks = looksOfRequest();
    expect((await listingOf(context, some.box, 'f', asked(SUBJECT), looks)).total).toBe(0);
    expect(some.reads.reduce((sum, n) => sum + n, 0)).toBe(60_000);
    await expect(listingOf(context, some.box, 'f', asked(SUBJECT), looks)).rejects.toEqual(refused);
    // Of a list whose order the store knows, only what it is not sure of is looked at.
    const unsure = boxOf({ sure: 150_000, unsure: 1_000 });
    expect((await listingOf(context, unsure.box, 'f', asked(), looksOfRequest())).total).toBe(150_000);
    expect(unsure.reads).toEqual([500, 500]);
    const endless = boxOf({ sure: 200_000, unsure: 1 });
    await expect(listingOf(context, endless.box, 'f', asked(), looksOfRequest())).rejects.toEqual(refused);
  });
});
