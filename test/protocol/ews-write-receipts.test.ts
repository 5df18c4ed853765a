import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ANN = 'ann@receipts.example';
const BOB = 'bob@receipts.example';

describe('messages that ask to be told of, over EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser(ANN, 'secret-ann-1');
    await server.addUser(BOB, 'secret-bob-1');
    ann = ewsClient(server, ANN, 'secret-ann-1');
    bob = ewsClient(server, BOB, 'secret-bob-1');
  });
  afterAll(() => server.stop());

  /** What lies in an Inbox whose subject has these words, as a list shows it. */
  async function found(client: EwsClient, words: string) {
    await server.drain();
    const { messages } = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${['item:Subject', 'item:Sensitivity', 'message:IsReadReceiptRequested', 'message:IsDeliveryReceiptRequested'].map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('')}</t:AdditionalProperties></m:ItemShape><m:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="${words}"/></t:Contains></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>`,
    );
    return at(messages[0] ?? null, 'RootFolder', 'Items')?.children ?? [];
  }
  async function sent(subject: string): Promise<string> {
    const mailbox = (address: string) => `<t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox>`;
    await ann.ok(
      `<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>${subject}</t:Subject><t:ToRecipients>${mailbox(BOB)}</t:ToRecipients><t:IsReadReceiptRequested>true</t:IsReadReceiptRequested><t:From>${mailbox(ANN)}</t:From></t:Message></m:Items></m:CreateItem>`,
    );
    const [item = null] = await found(bob, subject);
    return child(item, 'ItemId')?.attributes['Id'] ?? '';
  }
  const read = (id: string, suppress: string) =>
    bob.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly" ${suppress}><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const remove = (id: string, suppress: string) =>
    bob.call(
      `<m:DeleteItem DeleteType="HardDelete" ${suppress}><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
  const responses = async (id: string) => {
    const { messages } = await bob.ok(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    );
    const item = at(messages[0] ?? null, 'Items')?.children[0] ?? null;
    return child(item, 'ResponseObjects')?.children.map((one) => one.name);
  };

  it('are told of when they are read, where the request says so', async () => {
    const quiet = await sent('quietly read');
    expect(await responses(quiet)).toEqual([
      ...['ReplyToItem', 'ReplyAllToItem', 'ForwardItem', 'SuppressReadReceipt'],
    ]);
    expect((await read(quiet, 'SuppressReadReceipts="true"')).codes).toEqual(['NoError']);
    const unsaid = await sent('read unsaid');
    expect((await read(unsaid, '')).codes).toEqual(['NoError']);
    const told = await sent('read and told');
    expect((await read(told, 'SuppressReadReceipts="false"')).codes).toEqual(['NoError']);
    expect((await found(ann, 'quietly read')).length).toBe(0);
    expect((await found(ann, 'read unsaid')).length).toBe(0);
    expect((await found(ann, 'read and told')).length).toBe(1);
    // Once is enough, and what was read asks for nothing any more.
    expect((await read(told, 'SuppressReadReceipts="false"')).codes).toEqual(['NoError']);
    expect((await found(ann, 'read and told')).length).toBe(1);
    expect(await responses(told)).toEqual(['ReplyToItem', 'ReplyAllToItem', 'ForwardItem']);
    expect((await read(told, 'SuppressReadReceipts="perhaps"')).codes).toEqual(['ErrorSchemaValidation']);
  });

  it('are told of when they are thrown away unread, where the request says so', async () => {
    const quiet = await sent('quietly gone');
    expect((await remove(quiet, 'SuppressReadReceipts="true"')).codes).toEqual(['NoError']);
    const told = await sent('gone and told');
    expect((await remove(told, 'SuppressReadReceipts="false"')).codes).toEqual(['NoError']);
    expect((await found(ann, 'quietly gone')).length).toBe(0);
    expect((await found(ann, 'gone and told')).length).toBe(1);
  });

  it('are shown by lists as they are read, if others wrote them', async () => {
    const head = [
      ...['From: Eve <eve@elsewhere.example>', `To: ${BOB}`, 'Sensitivity: Company-Confidential'],
      ...['Disposition-Notification-To: eve@elsewhere.example', 'Return-Receipt-To: eve@elsewhere.example'],
    ];
    await server.email('eve@elsewhere.example', BOB, [...head, 'Subject: Foreign', '', 'x', ''].join('\r\n'));
    await server.email(
      'eve@elsewhere.example',
      BOB,
      ['From: eve@elsewhere.example', `To: ${BOB}`, 'Subject: Plain', '', 'x', ''].join('\r\n'),
    );
    const names = ['Sensitivity', 'IsReadReceiptRequested', 'IsDeliveryReceiptRequested'];
    const [foreign = null] = await found(bob, 'Foreign');
    expect(names.map((name) => textOf(foreign, name))).toEqual(['Confidential', 'true', 'true']);
    const [plain = null] = await found(bob, 'Plain');
    expect(names.map((name) => textOf(plain, name))).toEqual(['Normal', 'false', 'false']);
  });
});
