import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const NOTES = '<m:SavedItemFolderId><t:DistinguishedFolderId Id="notes"/></m:SavedItemFolderId>';

/** Notes as Evolution writes them: messages of the class IPM.StickyNote in the folder Notes. */
describe('notes', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('nora@notes.example', 'secret-nora-1');
    client = ewsClient(server, address, 'secret-nora-1');
  }, 60_000);
  afterAll(() => server.stop());

  const make = (inner: string, where = NOTES) =>
    client.call(
      `<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone">${where}<m:Items><t:Message><t:ItemClass>IPM.StickyNote</t:ItemClass>${inner}</t:Message></m:Items></m:CreateItem>`,
    );
  const idOf = (text: string) => /<t:ItemId Id="([^"]+)"/.exec(text)?.[1] ?? '';
  const read = async (id: string) =>
    (
      await client.ok(
        '<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:BodyType>Text</t:BodyType><t:AdditionalProperties>' +
          '<t:FieldURI FieldURI="item:ItemClass"/><t:FieldURI FieldURI="item:Categories"/></t:AdditionalProperties></m:ItemShape>' +
          `<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      )
    ).text;
  const update = (id: string, changes: string) =>
    client.call(
      '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="SendToNone">' +
        `<m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const set = (field: string, value: string) =>
    `<t:SetItemField><t:FieldURI FieldURI="item:${field}"/><t:Message>${value}</t:Message></t:SetItemField>`;

  it('are made, changed and deleted', async () => {
    const made = await make('<t:Subject>Tea</t:Subject><t:Body BodyType="Text">Buy some.</t:Body>');
    expect(made.codes).toEqual(['NoError']);
    const id = idOf(made.text);
    const before = await read(id);
    expect(before).toContain('<t:ItemClass>IPM.StickyNote</t:ItemClass>');
    expect(before).toContain('<t:Subject>Tea</t:Subject>');
    expect(before).toContain('>Buy some.</t:Body>');

    const changed = await update(
      id,
      set('Subject', '<t:Subject>Green tea</t:Subject>') +
        set('Body', '<t:Body BodyType="Text">Buy more.</t:Body>') +
        set('Categories', '<t:Categories><t:String>Shop</t:String></t:Categories>'),
    );
    expect(changed.codes).toEqual(['NoError']);
    const after = await read(id);
    expect(after).toContain('<t:Subject>Green tea</t:Subject>');
    expect(after).toContain('>Buy more.</t:Body>');
    expect(after).toContain('<t:Categories><t:String>Shop</t:String></t:Categories>');

    const deleted = await client.call(
      `<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
    expect(deleted.codes).toEqual(['NoError']);
  });

  it('go into the folder Notes when none is named, and into no other', async () => {
    const made = await make('<t:Subject>Anywhere</t:Subject>', '');
    const { text } = await client.ok(
      '<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
        '<m:SyncFolderId><t:DistinguishedFolderId Id="notes"/></m:SyncFolderId><m:MaxChangesReturned>100</m:MaxChangesReturned></m:SyncFolderItems>',
    );
    expect(text).toContain(idOf(made.text));
    const elsewhere = NOTES.replace('"notes"', '"calendar"');
    expect((await make('<t:Subject>No</t:Subject>', elsewhere)).codes).toEqual([
      'ErrorInvalidFolderTypeForOperation',
    ]);
  });

  it('stay notes, and are not sent', async () => {
    const id = idOf((await make('<t:Subject>Stays</t:Subject>')).text);
    expect((await update(id, set('ItemClass', '<t:ItemClass>IPM.Note</t:ItemClass>'))).codes).toEqual([
      'ErrorObjectTypeChanged',
    ]);
    const blue = await update(id, set('ItemClass', '<t:ItemClass>IPM.StickyNote.Blue</t:ItemClass>'));
    expect(blue.codes).toEqual(['NoError']);
    expect(await read(id)).toContain('<t:ItemClass>IPM.StickyNote.Blue</t:ItemClass>');
    const sent = await client.call(
      '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:ItemClass>IPM.StickyNote</t:ItemClass><t:Subject>No</t:Subject></t:Message></m:Items></m:CreateItem>',
    );
    expect(sent.codes).toEqual(['ErrorInvalidOperation']);
  });
});
