import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const CLASSES = [
  ['Message', 'inbox', 'IPF.Note'],
  ['CalendarItem', 'calendar', 'IPF.Appointment'],
  ['Contact', 'contacts', 'IPF.Contact'],
  ['Task', 'tasks', 'IPF.Task'],
] as const;

let server: InProcess;
let ann: EwsClient;

beforeAll(async () => {
  server = await startInProcess();
  await server.addUser('ann@transfer.example', 'secret-ann-1');
  ann = ewsClient(server, 'ann@transfer.example', 'secret-ann-1');
});
afterAll(() => server.stop());

describe.each(CLASSES)('a %s that is exported and uploaded over EWS', (element, folder, folderClass) => {
  const itemIn = (answer: EwsAnswer): XmlElement | null =>
    at(answer.messages[0] ?? null, 'Items')?.children[0] ?? null;
  async function create() {
    const made = await ann.ok(
      `<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"><m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId><m:Items><t:${element}><t:Subject>Exported</t:Subject></t:${element}></m:Items></m:CreateItem>`,
    );
    const id = child(itemIn(made), 'ItemId')?.attributes['Id'] ?? '';
    return { id, parent: (await read(id)).parent };
  }
  async function read(id: string) {
    const item = itemIn(
      await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      ),
    );
    return {
      subject: textOf(item, 'Subject'),
      parent: child(item, 'ParentFolderId')?.attributes['Id'] ?? '',
    };
  }
  const ask = (id: string, key = '') =>
    ann.call(
      `<m:ExportItems><m:ItemIds><t:ItemId Id="${id}"${key === '' ? '' : ` ChangeKey="${key}"`}/></m:ItemIds></m:ExportItems>`,
    );
  async function exported(id: string) {
    const answer = await ask(id);
    expect(answer.codes).toEqual(['NoError']);
    const [message = null] = answer.messages;
    expect(child(message, 'ItemId')?.attributes['Id']).toBe(id);
    return textOf(message, 'Data') ?? '';
  }
  const upload = (action: string, parent: string, id: string, data: string, key = '') =>
    ann.call(
      `<m:UploadItems><m:Items><t:Item CreateAction="${action}"><t:ParentFolderId Id="${parent}"/><t:ItemId Id="${id}"${key === '' ? '' : ` ChangeKey="${key}"`}/><t:Data>${data}</t:Data></t:Item></m:Items></m:UploadItems>`,
    );
  const idIn = (answer: EwsAnswer) => child(answer.messages[0] ?? null, 'ItemId')?.attributes['Id'] ?? '';
  async function folderBelow(name: string) {
    const made = await ann.ok(
      `<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderId><m:Folders><t:Folder><t:FolderClass>${folderClass}</t:FolderClass><t:DisplayName>${name}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
    );
    return at(made.messages[0] ?? null, 'Folders')?.children[0]?.children[0]?.attributes['Id'] ?? '';
  }

  it('is a new item, or takes the place of the one that it was', async () => {
    const { id, parent } = await create();
    const data = await exported(id);
    const fresh = await upload('CreateNew', parent, id, data);
    expect([fresh.codes, idIn(fresh) === id]).toEqual([['NoError'], false]);
    expect(await read(idIn(fresh))).toEqual({ subject: 'Exported', parent });
    const again = await upload('Update', parent, id, data);
    expect([again.codes, idIn(again)]).toEqual([['NoError'], id]);
    expect(await read(id)).toEqual({ subject: 'Exported', parent });
    // What was written since is another version.
    expect(await exported(id)).not.toBe(data);
    expect(idIn(await upload('UpdateOrCreate', parent, id, data))).toBe(id);
  });

  it('is looked for in the folder that is named', async () => {
    const { id, parent } = await create();
    const data = await exported(id);
    const other = await folderBelow('Another');
    expect((await upload('Update', other, id, data)).codes).toEqual(['ErrorItemNotFound']);
    const made = await upload('UpdateOrCreate', other, id, data);
    expect([made.codes, idIn(made) === id]).toEqual([['NoError'], false]);
    expect((await read(idIn(made))).parent).toBe(other);
    expect((await read(id)).parent).toBe(parent);
  });

  it('is refused by its id', async () => {
    const { id, parent } = await create();
    const data = await exported(id);
    expect((await ask('')).codes).toEqual(['ErrorInvalidIdEmpty']);
    expect((await ask(id, 'InvalidChangeKey')).codes).toEqual(['ErrorInvalidChangeKey']);
    expect((await ask('InvalidItemId')).codes).toEqual(['ErrorInvalidIdMalformed']);
    for (const action of ['Update', 'UpdateOrCreate']) {
      expect((await upload(action, parent, '', data)).codes).toEqual(['ErrorInvalidIdEmpty']);
      expect((await upload(action, parent, id, data, 'InvalidChangeKey')).codes).toEqual([
        'ErrorInvalidChangeKey',
      ]);
      expect((await upload(action, parent, 'InvalidItemId', data)).codes).toEqual([
        'ErrorInvalidIdMalformed',
      ]);
    }
  });
});
