import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FolderRole, MessageFlag } from '../../core/mail/types.ts';
import type { FeedEntry, FlagChange, MailboxStore } from '../../core/ports/mail.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { wholeFeed } from './mail-changes.ts';
import { freshRef, message, type Subject } from './subject.ts';

/** The same on every database, so that all of them walk the same ways. */
const SEED = 20_261_121;
const ROLES = ['inbox', 'archive', 'deleted', 'sent'] as const satisfies readonly FolderRole[];
const NAMES = ['a', 'b', 'c', 'd', 'e'];

type Operation =
  | { kind: 'insert'; mails: { name: string; twin: string | null; role: (typeof ROLES)[number] }[] }
  | { kind: 'flags'; changes: FlagChange[] }
  | { kind: 'move'; ids: string[]; to: (typeof ROLES)[number]; from: (typeof ROLES)[number] | null }
  | { kind: 'remove'; ids: string[]; from: (typeof ROLES)[number] | null };

const name = fc.constantFrom(...NAMES);
const role = fc.constantFrom(...ROLES);
const itemId = fc.oneof(
  name.map((n) => `item-${n}`),
  fc.tuple(name, name).map(([n, twin]) => `item-${n}~${twin}`),
);
const ids = fc.array(itemId, { minLength: 1, maxLength: 6 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('insert' as const),
    mails: fc.array(fc.record({ name, twin: fc.option(name, { freq: 3 }), role }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({
    kind: fc.constant('flags' as const),
    changes: fc.array(
      fc.record(
        {
          itemId,
          isRead: fc.boolean(),
          flag: fc.constantFrom<MessageFlag | null>(
            null,
            { status: 2 as const },
            { status: 1 as const, completeTime: 5 },
          ),
          categories: fc.constantFrom<string[]>([], ['Blue']),
        },
        { requiredKeys: ['itemId'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({ kind: fc.constant('move' as const), ids, to: role, from: fc.option(role) }),
  fc.record({ kind: fc.constant('remove' as const), ids, from: fc.option(role, { freq: 2 }) }),
);

/** A mailbox with the ids of its folders, which differ from store to store. */
class Side {
  readonly mailbox: MailboxStore;
  readonly #folders: Map<FolderRole, string>;
  readonly #roles: Map<string, string>;

  static async of(mailbox: MailboxStore): Promise<Side> {
    await mailbox.create(1);
    return new Side(mailbox, new Map((await mailbox.folders()).map((f) => [f.role, f.folderId])));
  }

  constructor(mailbox: MailboxStore, folders: Map<FolderRole, string>) {
    this.mailbox = mailbox;
    this.#folders = folders;
    this.#roles = new Map([...folders].map(([r, id]) => [id, r]));
  }

  folder(r: FolderRole | null): string | undefined {
    return r === null ? undefined : this.#folders.get(r);
  }

  async apply(step: Operation): Promise<unknown> {
    switch (step.kind) {
      case 'insert':
        return this.#plain(
          await this.mailbox.insertMany(
            step.mails.map((mail, i) =>
              // A twin is another delivery of the same mail, with an id and a raw of its own.
              message(mail.twin === null ? mail.name : `${mail.name}~${mail.twin}`, {
                folderRole: mail.role,
                receivedAt: 1_000 + NAMES.indexOf(mail.name) * 3 - i,
                size: 100 + NAMES.indexOf(mail.name),
                ...(mail.twin === null ? {} : { dedupeKey: `dedupe-${mail.twin}` }),
              }),
            ),
          ),
        );
      case 'flags':
        return this.#plain(await this.mailbox.setFlags(step.changes));
      case 'move':
        return this.#plain(
          await this.mailbox.move(step.ids, this.folder(step.to) ?? '', this.folder(step.from)),
        );
      case 'remove':
        return this.#plain(await this.mailbox.remove(step.ids, 9, this.folder(step.from)));
    }
  }

  /** Everything that can be seen of the mailbox, read in pages of this size. */
  async state(page: number): Promise<unknown> {
    const folders: Record<string, unknown> = {};
    for (const r of ROLES) {
      const id = this.folder(r) ?? '';
      folders[r] = {
        feed: await wholeFeed(this.mailbox, id, page),
        snapshot: await this.#wholeSnapshot(id, page),
        content: (await this.mailbox.contentModseqs([id])).get(id),
      };
    }
    const names = NAMES.flatMap((n) => [n, ...NAMES.map((twin) => `${n}~${twin}`)]);
    return this.#plain({
      folders,
      usage: await this.mailbox.usage(),
      messages: await this.mailbox.messages(names.map((n) => `item-${n}`)),
      raw: await this.mailbox.rawKeys('', 100),
      known: [...(await this.mailbox.knownRawKeys(names.map((n) => `blobs/${n}.eml`)))].sort(),
    });
  }

  async #wholeSnapshot(folder: string, page: number) {
    const seen: Awaited<ReturnType<MailboxStore['snapshot']>> = [];
    for (;;) {
      const last = seen.at(-1);
      const before = last === undefined ? null : { receivedAt: last.receivedAt, itemId: last.itemId };
      const items = await this.mailbox.snapshot(folder, 1_002, before, page);
      seen.push(...items);
      if (items.length < page) return seen;
    }
  }

  /** With roles in place of folder ids. */
  #plain(value: unknown): unknown {
    return JSON.parse(
      JSON.stringify(value, (_, v: unknown) => (typeof v === 'string' ? (this.#roles.get(v) ?? v) : v)),
    );
  }
}

export function mailModelContract(subject: Subject, runs: number): void {
  describe('against the model', () => {
    test('I8 I9 I13 I15 any sequence of writes, each of them repeated, leads to the same mailbox', async () => {
      const { mail } = await subject.open();
      await fc.assert(
        fc.asyncProperty(
          fc.array(operation, { minLength: 1, maxLength: 14 }),
          fc.integer({ min: 1, max: 4 }),
          async (steps, page) => {
            const ref = freshRef();
            const oracle = await Side.of(createMemoryStores().mail.mailbox(ref));
            const store = await Side.of(mail.mailbox(ref));
            for (const step of steps) {
              expect(await store.apply(step)).toEqual(await oracle.apply(step));
              // As a caller does whose answer was lost.
              expect(await store.apply(step)).toEqual(await oracle.apply(step));
            }
            expect(await store.state(page)).toEqual(await oracle.state(page));
            await expectRecount(store.mailbox);
          },
        ),
        { seed: SEED, numRuns: runs },
      );
    });

    test('I13 a reader that follows the feed while others write ends with the folder as it is', async () => {
      const { mail } = await subject.open();
      await fc.assert(
        fc.asyncProperty(
          fc.array(operation, { minLength: 4, maxLength: 12 }),
          fc.integer({ min: 1, max: 3 }),
          async (steps, page) => {
            const { mailbox, ...side } = await followed(mail.mailbox(freshRef()));
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
          },
        ),
        { seed: SEED, numRuns: runs },
      );
    });
  });
}

async function followed(mailbox: MailboxStore) {
  const side = await Side.of(mailbox);
  return { mailbox, inbox: side.folder('inbox') ?? '', apply: (step: Operation) => side.apply(step) };
}

/** I15: counters equal what a count of the items gives; no modseq is beyond its folder's nor the mailbox's. */
export async function expectRecount(mailbox: MailboxStore): Promise<void> {
  const usage = await mailbox.usage();
  let sizeBytes = 0;
  let itemCount = 0;
  for (const folder of await mailbox.folders()) {
    const items = await mailbox.snapshot(folder.folderId, 0, null, 100_000);
    sizeBytes += items.reduce((sum, item) => sum + item.size, 0);
    itemCount += items.length;
    expect(Math.max(0, ...items.map((i) => i.modseq))).toBeLessThanOrEqual(folder.contentModseq);
    expect(folder.contentModseq).toBeLessThanOrEqual(usage.modseq);
  }
  expect({ sizeBytes, itemCount }).toEqual({ sizeBytes: usage.sizeBytes, itemCount: usage.itemCount });
}
