import { expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml } from '../../../codecs/wbxml/index.ts';
import { createMemoryStores } from '../../../store/memory/index.ts';
import type { EasContext } from '../context.ts';
import type { ParsedCollection } from '../sync/parse.ts';
import { noteCodec } from './notes/index.ts';
import { ItemStage } from './stage.ts';

const NOW = Date.UTC(2026, 10, 21);

/** A notes folder of a mailbox that takes so many bytes. */
async function notesOf(stopReceiving: number | null) {
  const stores = createMemoryStores();
  const ref = { tenantId: 't', mailboxId: 'm', shard: 'MAIL_1' };
  const mailbox = stores.mail.mailbox(ref);
  await mailbox.create(NOW);
  const folderId = (await mailbox.folderByRole('notes'))?.folderId ?? '';
  const context = {
    ...{ mailbox, ref, version: '16.1', query: { deviceId: 'd' } },
    principal: { user: { tenantId: 't', userId: 'm', quotaBytes: stopReceiving } },
    device: { supported: async () => null },
    services: {
      ...{ now: () => NOW, mail: stores.mail },
      directory: {
        getUser: async () => null,
        quotaValues: async () => ({ tenant: null, usage: null, user: null }),
      },
    },
  } as unknown as EasContext;
  const note = (text?: string) =>
    decodeWbxml(
      encodeWbxml(
        el(
          'AirSync:ApplicationData',
          el('Notes:Subject', 'A note'),
          el('Notes:MessageClass', 'IPM.StickyNote'),
          text === undefined
            ? null
            : el('AirSyncBase:Body', el('AirSyncBase:Type', 1), el('AirSyncBase:Data', text)),
        ),
      ),
    );
  const open = (...ids: string[]) => {
    const commands = ids.map((itemId) => ({ kind: 'edit', itemId }));
    const collection = { collectionId: folderId, syncKey: 'k-1', commands } as unknown as ParsedCollection;
    return ItemStage.open(context, collection, noteCodec);
  };
  const stage = await open();
  const add = (clientId: string, text?: string) =>
    stage.stage({ clientId, itemId: null, instanceId: null, isDelete: false, data: note(text) });
  /** Puts a note where the mailbox has it, and says its id. */
  const stored = async (clientId: string, text: string) => {
    const command = await add(clientId, text);
    if (command.kind !== 'addItem') throw new Error('the note was refused');
    await mailbox.putItem(command.item);
    return command.item.itemId;
  };
  const changes = async (itemId: string, ...texts: string[]) => {
    const changing = await open(itemId);
    const statuses: (number | string)[] = [];
    for (const text of texts) {
      const one = { clientId: null, itemId, instanceId: null, isDelete: false, data: note(text) };
      const command = await changing.stage(one);
      statuses.push(command.kind === 'refused' ? command.status : command.kind);
    }
    return statuses;
  };
  return { stage, add, stored, changes };
}

test('a mailbox that is full takes no new item: Status 9', async () => {
  const full = await notesOf(10);
  expect(await full.add('one')).toEqual({ kind: 'refused', command: 'add', id: 'one', status: 9 });
  const roomy = await notesOf(1_000_000);
  expect(await roomy.add('one')).toMatchObject({ kind: 'addItem', clientId: 'one', expect: null });
});

test('what comes together is judged together', async () => {
  const { add } = await notesOf(10_000);
  const text = 'x'.repeat(4_000);
  const all = [await add('one', text), await add('two', text), await add('three', text)];
  expect(all.map((one) => one.kind)).toEqual(['addItem', 'addItem', 'refused']);
  expect(await add('short', '')).toMatchObject({ kind: 'addItem' });
});

test('an item does not grow in a mailbox that is full, but it can shrink, and be ticked off', async () => {
  const { stored, changes } = await notesOf(8_000);
  const itemId = await stored('one', 'x'.repeat(7_000));
  expect(await changes(itemId, 'x'.repeat(12_000))).toEqual([9]);
  expect(await changes(itemId, 'x'.repeat(7_100), 'x'.repeat(200))).toEqual(['changeItem', 'changeItem']);
  // What the first change freed is not there before it is written.
  expect(await changes(itemId, 'x'.repeat(200), 'x'.repeat(5_000))).toEqual(['changeItem', 9]);
});

test('what a full mailbox has already, it has: an Add that comes again', async () => {
  const { add, stored } = await notesOf(5_000);
  const itemId = await stored('one', 'x'.repeat(3_000));
  await stored('two', 'x'.repeat(1_000));
  expect(await add('one', 'x'.repeat(3_000))).toMatchObject({ kind: 'addItem', item: { itemId } });
  expect(await add('three', 'x'.repeat(3_000))).toMatchObject({ kind: 'refused', status: 9 });
});

test('two Adds of one request are two items, and each has the same id when it comes again', async () => {
  const { add } = await notesOf(null);
  const [one, two, again] = [await add('one'), await add('two'), await add('one')];
  const idOf = (command: typeof one) => (command.kind === 'addItem' ? command.item.itemId : '');
  expect(idOf(one)).not.toBe(idOf(two));
  expect(idOf(again)).toBe(idOf(one));
});

test('what says nothing is refused, and so is an occurrence of what has none', async () => {
  const { stage } = await notesOf(null);
  const nothing = { clientId: 'c', itemId: null, instanceId: null, isDelete: false, data: undefined };
  expect(await stage.stage(nothing)).toMatchObject({ kind: 'refused', command: 'add', status: 6 });
  const occurrence = {
    ...nothing,
    clientId: null,
    itemId: 'gone',
    instanceId: '20261121T000000Z',
    isDelete: true,
  };
  expect(await stage.stage(occurrence)).toEqual({
    ...{ kind: 'refused', command: 'delete', id: 'gone', status: 8, instanceId: '20261121T000000Z' },
  });
});
