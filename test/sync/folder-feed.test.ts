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

async function walk(deeds: readonly Deed[]): Promise<Client> {
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
  test('ends with what the folder holds, whatever happens between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
        await walk(deeds);
      }),
      { numRuns: 400 },
    );
  });

  test('says of each item truly whether the client knows it, when it changes once between two pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
        // The store remembers the last change of each aspect: one change of each between the ends of the feed.
        const changed = new Set<string>();
        const once = deeds.filter((one) => {
          if (one.do !== 'read' && one.do !== 'flag') return true;
          const name = `${one.do} ${one.which}`;
          return !changed.has(name) && changed.add(name);
        });
        expect((await walk(once)).surprises).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
