import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { liveEvents, treeOf } from '../../core/live/events.ts';
import type { EventKind, KnownTree, LiveEvent } from '../../core/live/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { message } from '../contract/subject.ts';

const INBOX = '2';
const ARCHIVE = '5';
const OTHER = '4';
const KINDS: EventKind[] = ['created', 'newMail', 'modified', 'moved', 'copied', 'deleted'];
const EYES = { may: () => true, copies: async () => [] };

async function fresh(): Promise<MailboxStore> {
  const mailbox = createMemoryStores().mail.mailbox({ tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' });
  await mailbox.create(0);
  return mailbox;
}

/** What somebody knows who hears of events only. */
class Watcher {
  /** Folder and newest modseq by item. */
  readonly items = new Map<string, string>();
  readonly events: LiveEvent[] = [];
  readonly #mailbox: MailboxStore;
  readonly #folderIds: string[] | null;
  #tree: KnownTree = { parents: {}, gone: [] };
  position = 0;

  constructor(mailbox: MailboxStore, folderIds: string[] | null) {
    this.#mailbox = mailbox;
    this.#folderIds = folderIds;
  }

  async begin(): Promise<this> {
    this.position = (await this.#mailbox.usage()).modseq;
    this.#tree = treeOf(await this.#mailbox.folders(), { folderIds: this.#folderIds });
    return this;
  }

  /** @param between happens after each of the reads */
  async look(limit: number, between: () => Promise<void> = async () => undefined): Promise<boolean> {
    const slow = new Proxy(this.#mailbox, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const result = await method.apply(target, args);
          await between();
          return result;
        };
      },
    });
    const part = { folderIds: this.#folderIds, kinds: KINDS };
    const page = await liveEvents(slow, part, this.#tree, this.position, limit, EYES);
    expect(page.position).toBeGreaterThanOrEqual(this.position);
    for (const event of page.events) {
      expect(event.at).toBeGreaterThan(this.position);
      expect(event.at).toBeLessThanOrEqual(page.position);
      this.#take(event);
    }
    this.position = page.position;
    this.#tree = page.tree;
    return page.more;
  }

  #take(event: LiveEvent): void {
    this.events.push(event);
    if (event.of === 'folder') return;
    const here = (id: string | null) => this.#folderIds === null || this.#folderIds.includes(id ?? '');
    if (event.kind === 'deleted' || !here(event.parentId)) this.items.delete(event.id);
    else this.items.set(event.id, event.parentId ?? '');
  }
}

type Deed =
  | { do: 'insert' }
  | { do: 'read' | 'remove'; which: number }
  | { do: 'move'; which: number; to: string }
  | { do: 'look'; limit: number; meanwhile: Exclude<Deed, { do: 'look' }>[] };

const which = fc.nat(7);
const act = fc.oneof(
  fc.constant({ do: 'insert' as const }),
  fc.record({ do: fc.constantFrom('read' as const, 'remove' as const), which }),
  fc.record({ do: fc.constant('move' as const), which, to: fc.constantFrom(INBOX, ARCHIVE, OTHER) }),
);
const look = fc.record({
  do: fc.constant('look' as const),
  limit: fc.integer({ min: 1, max: 4 }),
  meanwhile: fc.array(act, { maxLength: 4 }),
});
const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: act }, { weight: 1, arbitrary: look }),
  { minLength: 5, maxLength: 40, size: 'max' },
);

describe('events of a mailbox', () => {
  test.each([
    ['one folder', [INBOX]],
    ['two folders', [INBOX, ARCHIVE]],
    ['all folders', null],
  ])('of %s lead to what is in it, whatever happens while they are read', async (_, folderIds) => {
    await fc.assert(
      fc.asyncProperty(deeds, async (list) => {
        const mailbox = await fresh();
        const watcher = await new Watcher(mailbox, folderIds).begin();
        const ids: string[] = [];
        const happen = async (one: Exclude<Deed, { do: 'look' }>) => {
          if (one.do === 'insert') {
            ids.push((await mailbox.insert(message(`n${ids.length}`))).itemId);
            return;
          }
          const itemId = ids[one.which % Math.max(1, ids.length)];
          if (itemId === undefined) return;
          if (one.do === 'move') await mailbox.move([itemId], one.to);
          if (one.do === 'remove') await mailbox.remove([itemId], 1);
          if (one.do === 'read') {
            const [state] = await mailbox.itemStates([itemId]);
            await mailbox.setFlags([{ itemId, isRead: state?.isRead === false }]);
          }
        };
        for (const one of list) {
          if (one.do !== 'look') await happen(one);
          else {
            const rest = [...one.meanwhile];
            await watcher.look(one.limit, async () => {
              const next = rest.shift();
              if (next !== undefined) await happen(next);
            });
          }
        }
        for (let n = 0; (await watcher.look(3)) && n < 200; n++);
        const states = await mailbox.itemStates(ids);
        const watched = states.filter((one) => folderIds === null || folderIds.includes(one.folderId));
        expect(watcher.items).toEqual(new Map(watched.map((one) => [one.itemId, one.folderId])));
        expect(watcher.position).toBe((await mailbox.usage()).modseq);
      }),
      { numRuns: 150 },
    );
  });

  test('tell of each item of many that moved at once that it moved', async () => {
    const mailbox = await fresh();
    const watcher = new Watcher(mailbox, [INBOX, ARCHIVE]);
    const made = await mailbox.insertMany(Array.from({ length: 30 }, (_, i) => message(`m${i}`)));
    await watcher.begin();
    await mailbox.move(
      made.map((one) => one.itemId),
      ARCHIVE,
    );
    expect(await watcher.look(5)).toBe(true);
    while (await watcher.look(5));
    const told = watcher.events.filter((one) => one.of === 'item').map((one) => `${one.kind} ${one.id}`);
    expect(told.sort()).toEqual(made.map((one) => `moved ${one.itemId}`).sort());
  });

  test('tell of folders that are made, renamed, moved and go, and of those below a folder that is watched', async () => {
    const mailbox = await fresh();
    const all = await new Watcher(mailbox, null).begin();
    const below = await new Watcher(mailbox, [INBOX]).begin();
    const elsewhere = await new Watcher(mailbox, [ARCHIVE]).begin();
    const told: string[] = [];
    const see = async () => {
      for (const watcher of [all, below, elsewhere]) {
        const before = watcher.events.length;
        await watcher.look(100);
        told.push(
          watcher.events
            .slice(before)
            .map((one) => `${one.kind} ${one.id} ${one.oldParentId ?? ''}>${one.parentId ?? ''}`)
            .join(', '),
        );
      }
    };
    await mailbox.createFolder({ folderId: 'f', parentId: INBOX, displayName: 'F', itemClass: 'Email' });
    await see();
    await mailbox.updateFolder('f', { parentId: INBOX, displayName: 'G' });
    await see();
    await mailbox.updateFolder('f', { parentId: ARCHIVE, displayName: 'G' });
    await see();
    await mailbox.deleteFolder('f', 1);
    await see();
    expect(told).toEqual([
      ...[`created f >${INBOX}`, `created f >${INBOX}`, ''],
      ...[`modified f >${INBOX}`, `modified f >${INBOX}`, ''],
      ...[`moved f ${INBOX}>${ARCHIVE}`, `deleted f >${INBOX}`, `modified f >${ARCHIVE}`],
      ...[`deleted f >${ARCHIVE}`, '', `deleted f >${ARCHIVE}`],
    ]);
  });

  test('of a calendar say that its owner is busy at other times', async () => {
    const mailbox = await fresh();
    const folder = await mailbox.folderByRole('calendar');
    const part = { folderIds: null, kinds: ['freeBusy'] as const };
    const tree = treeOf(await mailbox.folders(), part);
    const { modseq } = await mailbox.usage();
    await mailbox.insert(message('x', { folderId: folder?.folderId ?? '' }));
    await mailbox.insert(message('y'));
    const page = await liveEvents(mailbox, part, tree, modseq, 10, EYES);
    expect(page.events.map((one) => [one.kind, one.id])).toEqual([['freeBusy', 'item-x']]);
  });

  test('say of what, and where it was, a copy is, but to those alone who may see that', async () => {
    const mailbox = await fresh();
    const part = { folderIds: [ARCHIVE], kinds: KINDS };
    const tree = treeOf(await mailbox.folders(), part);
    const { modseq } = await mailbox.usage();
    const { itemId } = await mailbox.insert(message('c', { folderId: ARCHIVE }));
    const copies = async () => [{ itemId, fromItemId: 'first', fromFolderId: INBOX }];
    const told = async (may: (id: string) => boolean, kinds = KINDS) =>
      (await liveEvents(mailbox, { ...part, kinds }, tree, modseq, 10, { may, copies })).events
        .filter((one) => one.of === 'item')
        .map(({ kind, id, oldId, oldParentId }) => [kind, id, oldId, oldParentId]);
    expect(await told(() => true)).toEqual([['copied', itemId, 'first', INBOX]]);
    expect(await told((id) => id !== INBOX)).toEqual([['created', itemId, null, null]]);
    expect(await told(() => true, ['created'])).toEqual([['created', itemId, null, null]]);
  });
});
