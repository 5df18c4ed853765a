import { describe, expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml } from '../../../codecs/wbxml/index.ts';
import { buildMail } from '../../../test/support/mail.ts';
import { messageWorld } from '../../../test/support/message.ts';
import type { EasContext } from '../context.ts';
import { emptyFolderContents } from './empty-folder.ts';

async function world() {
  const { mailbox, put } = await messageWorld();
  const told: { folderId: string; originDevice: string | null }[] = [];
  const context = {
    mailbox,
    ref: mailbox.ref,
    correlationId: 'c',
    services: {
      now: () => 5,
      queues: { notify: async (jobs: typeof told) => void told.push(...jobs) },
    },
  } as unknown as EasContext;
  const inbox = (await mailbox.folderByRole('inbox'))?.folderId ?? '';
  const makeFolder = (folderId: string, parentId: string) =>
    mailbox.createFolder({ folderId, parentId, displayName: folderId, itemClass: 'Email' });
  async function empty(collectionId: string, deleteSubFolders: boolean) {
    const options = deleteSubFolders
      ? el('ItemOperations:Options', el('ItemOperations:DeleteSubFolders'))
      : null;
    const element = el(
      'ItemOperations:EmptyFolderContents',
      el('AirSync:CollectionId', collectionId),
      options,
    );
    const answer = await emptyFolderContents(context, decodeWbxml(encodeWbxml(element)));
    return decodeWbxml(encodeWbxml(answer)).children[0]?.text;
  }
  const folders = async () => (await mailbox.folders()).map((f) => f.folderId);
  return { mailbox, put, told, inbox, makeFolder, empty, folders };
}

describe('EmptyFolderContents (MS-ASCMD 2.2.3.60)', () => {
  test('keeps subfolders and what is in them, unless they are to go (MSASCMD_S08_TC01)', async () => {
    const { mailbox, put, told, inbox, makeFolder, empty, folders } = await world();
    await makeFolder('sub', inbox);
    await makeFolder('subsub', 'sub');
    const kept = await put(buildMail(), { folderId: 'sub' });
    const gone = await put(buildMail());
    expect(await empty(inbox, false)).toBe('1');
    expect(await folders()).toEqual(expect.arrayContaining(['sub', 'subsub']));
    expect((await mailbox.itemStates([kept.itemId, gone.itemId])).map((s) => s.itemId)).toEqual([
      kept.itemId,
    ]);
    expect(told.map((t) => [t.folderId, t.originDevice])).toEqual([[inbox, null]]);

    expect(await empty(inbox, true)).toBe('1');
    expect((await folders()).filter((id) => id.startsWith('sub'))).toEqual([]);
    expect(await folders()).toContain(inbox);
    expect(await mailbox.itemStates([kept.itemId])).toEqual([]);
    expect(new Set(told.map((t) => t.folderId))).toEqual(new Set([inbox, 'sub', 'subsub']));
  });

  test('leaves the folders alone that a mailbox comes with', async () => {
    const { inbox, empty, folders } = await world();
    const before = await folders();
    expect(await empty(inbox, true)).toBe('1');
    expect(await folders()).toEqual(before);
  });
});
