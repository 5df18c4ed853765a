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
      directory: { quotaValues: async () => ({ tenant: null, usage: null, user: null }) },
    },
  } as unknown as EasContext;
  const collection = { collectionId: folderId, syncKey: 'k-1', commands: [] } as unknown as ParsedCollection;
  const stage = await ItemStage.open(context, collection, noteCodec);
  const data = decodeWbxml(
    encodeWbxml(
      el(
        'AirSync:ApplicationData',
        el('Notes:Subject', 'A note'),
        el('Notes:MessageClass', 'IPM.StickyNote'),
      ),
    ),
  );
  const add = (clientId: string) =>
    stage.stage({ clientId, itemId: null, instanceId: null, isDelete: false, data });
  return { stage, add };
}

test('a mailbox that is full takes no new item: Status 9', async () => {
  const full = await notesOf(10);
  expect(await full.add('one')).toEqual({ kind: 'refused', command: 'add', id: 'one', status: 9 });
  const roomy = await notesOf(1_000_000);
  expect(await roomy.add('one')).toMatchObject({ kind: 'addItem', clientId: 'one', expect: null });
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
