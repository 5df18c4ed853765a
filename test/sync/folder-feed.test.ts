import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginFeed, type FeedState, nextOfFeed } from '../../core/feed/folder-feed.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { message } from '../contract/subject.ts';

const INBOX = '2';
const OTHER = '5';

/** What a client does that keeps what it is told, and minds what it should not have been told. */
class Client {
  readonly items = new Map<string, number>();
  readonly surprises: string[] = [];
  /** Items that were moved out and back: they are new to the folder, whatever the client knows. */
  readonly strayed = new Set<string>();
  readonly #mailbox: MailboxStore;
  #state: FeedState | null = null;

  constructor(mailbox: MailboxStore) {
    this.#mailbox = mailbox;
  }

  /** True when there is more. */
  async step(room: number): Promise<boolean> {
    const head = (await this.#mailbox.contentModseqs([INBOX])).get(INBOX) ?? 0;
    const before =
      this.#state === null ? beginFeed(head) : (JSON.parse(JSON.stringify(this.#state)) as FeedState);
    const { news, state, more } = await nextOfFeed(this.#mailbox, INBOX, before, head, room);
    expect(news.length).toBeLessThanOrEqual(room);
    for (const one of news) {
      if (one.kind === 'gone') {
        this.items.delete(one.itemId);
        continue;
      }
      const { itemId, modseq } = one.item;
      if (one.known !== this.items.has(itemId) && !this.strayed.has(itemId)) {
        this.surprises.push(`${itemId} ${one.known ? 'changed' : 'new'}`);
      }
      this.items.set(itemId, modseq);
    }
    this.#state = state;
    return more;
  }
}

type Deed =
  | { do: 'insert' }
  | { do: 'read' | 'flag' | 'away' | 'back' | 'remove'; which: number }
  | { do: 'sync'; room: number };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Deed>({ do: 'insert' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'read' as const,
        'flag' as const,
        'away' as const,
        'back' as const,
        'remove' as const,
      ),
      which: fc.nat(9),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sync' as const), room: fc.integer({ min: 1, max: 4 }) }),
  },
);

/** The empty folder is told first, so that there is a feed to go on with. */
const walks = fc
  .array(deed, { minLength: 10, maxLength: 50, size: 'max' })
  .map((deeds): Deed[] => [{ do: 'sync', room: 1 }, ...deeds]);

/** @param once each aspect of an item changes once: the store remembers the last change of each */
async function walk(deeds: readonly Deed[], once = false): Promise<Client> {
  const changed = new Set<string>();
  const mailbox = createMemoryStores().mail.mailbox({ tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' });
  await mailbox.create(0);
  const client = new Client(mailbox);
  const ids: string[] = [];
  for (const one of deeds) {
    if (one.do === 'sync') {
      await client.step(one.room);
      continue;
    }
    if (one.do === 'insert') {
      const { itemId } = await mailbox.insert(
        message(`n${ids.length}`, { receivedAt: (ids.length * 7) % 5 }),
      );
      ids.push(itemId);
      continue;
    }
    const itemId = ids[one.which % Math.max(1, ids.length)];
    if (itemId === undefined) continue;
    const change = `${one.do} ${itemId}`;
    if (once && changed.has(change)) continue;
    changed.add(change);
    const [state] = await mailbox.itemStates([itemId]);
    if (one.do === 'read') await mailbox.setFlags([{ itemId, isRead: state?.isRead === false }]);
    if (one.do === 'flag') await mailbox.setFlags([{ itemId, categories: [String(state?.modseq)] }]);
    if (one.do === 'remove') await mailbox.remove([itemId], 1);
    if (one.do === 'away') await mailbox.move([itemId], OTHER);
    if (one.do === 'back') {
      await mailbox.move([itemId], INBOX);
      if (state?.folderId === OTHER) client.strayed.add(itemId);
    }
  }
  for (let n = 0; (await client.step(3)) && n < 100; n++);
  const held = await mailbox.snapshot(INBOX, 0, null, 1000);
  expect(client.items).toEqual(new Map(held.map((item) => [item.itemId, item.modseq])));
  return client;
}

describe('the feed of a folder without a list at the server', () => {
  test('knows an item that was told in an earlier page of the same walk and changed after it', async () => {
    const told = await walk([
      { do: 'sync', room: 4 },
      ...[0, 1, 2, 3].map((): Deed => ({ do: 'insert' })),
      { do: 'sync', room: 2 },
      { do: 'flag', which: 0 },
      { do: 'flag', which: 3 },
      { do: 'sync', room: 1 },
    ]);
    expect(told.surprises).toEqual([]);
  });

  test('ends with what the folder holds, whatever happens between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(walks, async (deeds) => {
        await walk(deeds);
      }),
      { numRuns: 400 },
    );
  });

  test('says of each item truly whether the client knows it, when it changes once between two pages', async () => {
    await fc.assert(
      fc.asyncProperty(walks, async (deeds) => {
        expect((await walk(deeds, true)).surprises).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
