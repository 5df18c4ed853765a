import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, children } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const mailbox = (address: string) => `<t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox>`;

describe('writing messages over EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@write.example', 'secret-ann-1');
    await server.addUser('bob@write.example', 'secret-bob-1');
    ann = ewsClient(server, 'ann@write.example', 'secret-ann-1');
    bob = ewsClient(server, 'bob@write.example', 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const create = (client: EwsClient, item: string, disposition = 'SaveOnly', folder = '') =>
    client.call(
      `<m:CreateItem MessageDisposition="${disposition}">${folder === '' ? '' : `<m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId>`}<m:Items>${item}</m:Items></m:CreateItem>`,
    );
  const idOf = (answer: EwsAnswer, i = 0): XmlElement => {
    const id = at(answer.messages[i] ?? null, 'Items')?.children[0]?.children.find(
      (one) => one.name === 'ItemId',
    );
    if (id === undefined) throw new Error(`no id\n${answer.text}`);
    return id;
  };
  const itemId = (id: XmlElement) =>
    `<t:ItemId Id="${id.attributes['Id']}" ChangeKey="${id.attributes['ChangeKey']}"/>`;
  async function read(client: EwsClient, id: XmlElement, extra = ''): Promise<XmlElement> {
    const answer = await client.ok(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${extra}</m:ItemShape><m:ItemIds><t:ItemId Id="${id.attributes['Id']}"/></m:ItemIds></m:GetItem>`,
    );
    const item = at(answer.messages[0] ?? null, 'Items')?.children[0];
    if (item === undefined) throw new Error(answer.text);
    return item;
  }
  const update = (client: EwsClient, id: XmlElement, updates: string, more = '') =>
    client.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly" ${more}><m:ItemChanges><t:ItemChange>${itemId(id)}<t:Updates>${updates}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const set = (uri: string, element: string) =>
    `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Message>${element}</t:Message></t:SetItemField>`;

  it('saves a draft with everything that was said of it', async () => {
    const answer = await create(
      ann,
      `<t:Message><t:Subject>Plan &amp; cíl</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">&lt;p&gt;Žluť&lt;/p&gt;</t:Body><t:Importance>High</t:Importance><t:ToRecipients>${mailbox('bob@write.example')}${mailbox('cid@other.example')}</t:ToRecipients><t:BccRecipients>${mailbox('secret@other.example')}</t:BccRecipients><t:IsReadReceiptRequested>true</t:IsReadReceiptRequested></t:Message>`,
    );
    expect(answer.codes).toEqual(['NoError']);
    const item = await read(ann, idOf(answer));
    const text = (name: string) => at(item, name)?.text;
    expect(item.name).toBe('Message');
    expect([text('Subject'), text('Importance'), text('IsDraft')]).toEqual(['Plan & cíl', 'High', 'true']);
    expect(text('Body')).toContain('<p>Žluť</p>');
    expect(children(at(item, 'ToRecipients'), 'Mailbox').map((one) => at(one, 'EmailAddress')?.text)).toEqual(
      ['bob@write.example', 'cid@other.example'],
    );
    expect(at(item, 'BccRecipients', 'Mailbox', 'EmailAddress')?.text).toBe('secret@other.example');
    expect(text('IsReadReceiptRequested')).toBe('true');
    expect(text('Sensitivity')).toBe('Private');
  });

  it('changes what is named, and nothing else', async () => {
    const made = idOf(
      await create(
        ann,
        `<t:Message><t:Subject>One</t:Subject><t:Body BodyType="Text">body stays</t:Body><t:ToRecipients>${mailbox('bob@write.example')}</t:ToRecipients></t:Message>`,
      ),
    );
    const changed = await update(
      ann,
      made,
      set('item:Subject', '<t:Subject>Two</t:Subject>') +
        set('item:Categories', '<t:Categories><t:String>Red</t:String></t:Categories>') +
        set('message:IsRead', '<t:IsRead>false</t:IsRead>') +
        `<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Message><t:Body BodyType="Text"> and grows</t:Body></t:Message></t:AppendToItemField>` +
        '<t:DeleteItemField><t:FieldURI FieldURI="message:ToRecipients"/></t:DeleteItemField>',
    );
    expect(changed.codes).toEqual(['NoError']);
    expect(idOf(changed).attributes['Id']).toBe(made.attributes['Id']);
    expect(idOf(changed).attributes['ChangeKey']).not.toBe(made.attributes['ChangeKey']);
    const item = await read(ann, made, '<t:BodyType>Text</t:BodyType>');
    expect([at(item, 'Subject')?.text, at(item, 'Body')?.text.trim()]).toEqual([
      'Two',
      'body stays and grows',
    ]);
    expect([
      at(item, 'Categories', 'String')?.text,
      at(item, 'ToRecipients'),
      at(item, 'IsRead')?.text,
    ]).toEqual(['Red', null, 'false']);
  });

  it('NeverOverwrite refuses a version that is not the present one', async () => {
    const made = idOf(await create(ann, '<t:Message><t:Subject>v1</t:Subject></t:Message>'));
    await update(ann, made, set('item:Subject', '<t:Subject>v2</t:Subject>'));
    const answer = await ann.call(
      `<m:UpdateItem ConflictResolution="NeverOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange>${itemId(made)}<t:Updates>${set('item:Subject', '<t:Subject>v3</t:Subject>')}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(answer.codes).toEqual(['ErrorIrresolvableConflict']);
  });

  it.each([
    [
      'two values in one change',
      set('item:Subject', '<t:Subject>a</t:Subject><t:Importance>Low</t:Importance>'),
      'ErrorIncorrectUpdatePropertyCount',
    ],
    [
      'another value than is named',
      set('item:Subject', '<t:Importance>Low</t:Importance>'),
      'ErrorUpdatePropertyMismatch',
    ],
    ['what only the server sets', set('item:Size', '<t:Size>1</t:Size>'), 'ErrorInvalidPropertySet'],
    [
      'appending to what has no end',
      `<t:AppendToItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>x</t:Subject></t:Message></t:AppendToItemField>`,
      'ErrorInvalidPropertyAppend',
    ],
  ])('refuses %s', async (_what, updates, code) => {
    const made = idOf(await create(ann, '<t:Message><t:Subject>x</t:Subject></t:Message>'));
    expect((await update(ann, made, updates)).codes).toEqual([code]);
  });

  it('sends at once, with and without a copy', async () => {
    const item = (subject: string) =>
      `<t:Message><t:Subject>${subject}</t:Subject><t:Body BodyType="Text">hi</t:Body><t:ToRecipients>${mailbox('bob@write.example')}</t:ToRecipients></t:Message>`;
    expect((await create(ann, item('copied'), 'SendAndSaveCopy')).codes).toEqual(['NoError']);
    expect((await create(ann, item('not copied'), 'SendOnly')).codes).toEqual(['NoError']);
    await server.drain();
    expect(await subjects(bob, 'inbox')).toEqual(expect.arrayContaining(['copied', 'not copied']));
    expect(await subjects(ann, 'sentitems')).toEqual(['copied']);
  });

  it('sends a draft once, with a file that was put into it and without one that was taken out', async () => {
    const made = idOf(
      await create(
        ann,
        `<t:Message><t:Subject>with file</t:Subject><t:Body BodyType="HTML">x</t:Body><t:ToRecipients>${mailbox('bob@write.example')}</t:ToRecipients></t:Message>`,
      ),
    );
    const file = (name: string, text: string) =>
      `<t:FileAttachment><t:Name>${name}</t:Name><t:ContentType>text/plain</t:ContentType><t:Content>${Buffer.from(text).toString('base64')}</t:Content></t:FileAttachment>`;
    const attached = await ann.ok(
      `<m:CreateAttachment><m:ParentItemId Id="${made.attributes['Id']}"/><m:Attachments>${file('a.txt', 'aaa')}${file('b.txt', 'bbb')}</m:Attachments></m:CreateAttachment>`,
    );
    const ids = attached.messages.map(
      (one) => at(one, 'Attachments', 'FileAttachment', 'AttachmentId')?.attributes ?? {},
    );
    expect(new Set(ids.map((id) => id['Id'])).size).toBe(2);
    const more = await ann.ok(
      `<m:CreateAttachment><m:ParentItemId Id="${made.attributes['Id']}"/><m:Attachments>${file('c.txt', 'ccc')}</m:Attachments></m:CreateAttachment>`,
    );
    await ann.ok(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${made.attributes['Id']}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>with files</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    const removed = await ann.ok(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${ids[0]?.['Id']}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    // Ids that were given before stay good.
    const third = at(more.messages[0] ?? null, 'Attachments', 'FileAttachment', 'AttachmentId')?.attributes[
      'Id'
    ];
    const got = await ann.ok(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${third}"/><t:AttachmentId Id="${ids[1]?.['Id']}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    expect(
      got.messages.map((one) =>
        Buffer.from(at(one, 'Attachments', 'FileAttachment', 'Content')?.text ?? '', 'base64').toString(),
      ),
    ).toEqual(['ccc', 'bbb']);
    const root = at(removed.messages[0] ?? null, 'RootItemId')?.attributes ?? {};
    const send = () =>
      ann.call(
        `<m:SendItem SaveItemToFolder="true"><m:ItemIds><t:ItemId Id="${made.attributes['Id']}" ChangeKey="${root['RootItemChangeKey']}"/></m:ItemIds><m:SavedItemFolderId><t:DistinguishedFolderId Id="sentitems"/></m:SavedItemFolderId></m:SendItem>`,
      );
    expect((await send()).codes).toEqual(['NoError']);
    expect((await send()).codes).toEqual(['ErrorItemNotFound']);
    await server.drain();
    const sent = (await list(bob, 'inbox')).filter((one) => at(one, 'Subject')?.text === 'with files');
    expect(sent).toHaveLength(1);
    const item = await read(bob, at(sent[0] ?? null, 'ItemId') as XmlElement);
    expect(children(at(item, 'Attachments'), 'FileAttachment').map((one) => at(one, 'Name')?.text)).toEqual([
      'b.txt',
      'c.txt',
    ]);
  });

  it('keeps a message of the client byte for byte, as mail that was received', async () => {
    const mime =
      'From: x@other.example\r\nTo: ann@write.example\r\nSubject: as it was\r\nDate: Sat, 01 Aug 2026 10:00:00 +0000\r\nMessage-ID: <kept@x>\r\nX-Odd:  two  spaces \r\n\r\nbody\r\n';
    const made = await create(
      ann,
      `<t:Message><t:MimeContent CharacterSet="UTF-8">${Buffer.from(mime).toString('base64')}</t:MimeContent><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="3591" PropertyType="Integer"/><t:Value>1</t:Value></t:ExtendedProperty></t:Message>`,
      'SaveOnly',
      'inbox',
    );
    expect(made.codes).toEqual(['NoError']);
    const item = await read(ann, idOf(made), '<t:IncludeMimeContent>true</t:IncludeMimeContent>');
    expect(Buffer.from(at(item, 'MimeContent')?.text ?? '', 'base64').toString()).toBe(mime);
    expect([at(item, 'IsDraft')?.text, at(item, 'IsRead')?.text, at(item, 'Subject')?.text]).toEqual([
      'false',
      'true',
      'as it was',
    ]);
  });

  it('replies to all and forwards, and notes it on the message', async () => {
    await create(
      ann,
      `<t:Message><t:Subject>question</t:Subject><t:Body BodyType="Text">what?</t:Body><t:ToRecipients>${mailbox('bob@write.example')}${mailbox('ann@write.example')}</t:ToRecipients></t:Message>`,
      'SendOnly',
    );
    await server.drain();
    const [got] = (await list(bob, 'inbox')).filter((one) => at(one, 'Subject')?.text === 'question');
    const id = at(got ?? null, 'ItemId') as XmlElement;
    const answer = await create(
      bob,
      `<t:ReplyAllToItem><t:ReferenceItemId Id="${id.attributes['Id']}" ChangeKey="${id.attributes['ChangeKey']}"/><t:NewBodyContent BodyType="Text">that!</t:NewBodyContent></t:ReplyAllToItem>` +
        `<t:ForwardItem><t:ToRecipients>${mailbox('ann@write.example')}</t:ToRecipients><t:ReferenceItemId Id="${id.attributes['Id']}"/><t:NewBodyContent BodyType="HTML">&lt;p&gt;look&lt;/p&gt;</t:NewBodyContent></t:ForwardItem>`,
      'SendAndSaveCopy',
    );
    expect(answer.codes).toEqual(['NoError', 'NoError']);
    await server.drain();
    const received = await list(ann, 'inbox');
    expect(received.map((one) => at(one, 'Subject')?.text)).toEqual(
      expect.arrayContaining(['RE: question', 'FW: question']),
    );
    const reply = received.find((one) => at(one, 'Subject')?.text === 'RE: question');
    const item = await read(ann, at(reply ?? null, 'ItemId') as XmlElement, '<t:BodyType>Text</t:BodyType>');
    expect(at(item, 'Body')?.text).toMatch(/^that!\s[\s\S]*what\?/);
  });

  it('refuses a sender that the user is not', async () => {
    const answer = await create(
      ann,
      `<t:Message><t:Subject>x</t:Subject><t:ToRecipients>${mailbox('bob@write.example')}</t:ToRecipients><t:From>${mailbox('bob@write.example')}</t:From></t:Message>`,
      'SendOnly',
    );
    expect(answer.codes).toEqual(['ErrorSendAsDenied']);
  });

  it('refuses a message for nobody, without a disposition, or for a folder of another class', async () => {
    const message = '<t:Message><t:Subject>x</t:Subject></t:Message>';
    expect((await create(ann, message, 'SendOnly')).codes).toEqual(['ErrorMissingRecipients']);
    const bare = await ann.call(`<m:CreateItem><m:Items>${message}</m:Items></m:CreateItem>`);
    expect(bare.codes).toEqual(['ErrorMessageDispositionRequired']);
    expect((await create(ann, message, 'SaveOnly', 'calendar')).codes).toEqual([
      'ErrorCannotCreatePostItemInNonMailFolder',
    ]);
  });

  async function list(client: EwsClient, folder: string): Promise<XmlElement[]> {
    const answer = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
    );
    return at(answer.messages[0] ?? null, 'RootFolder', 'Items')?.children ?? [];
  }
  async function subjects(client: EwsClient, folder: string): Promise<(string | undefined)[]> {
    return (await list(client, folder)).map((one) => at(one, 'Subject')?.text);
  }
});
