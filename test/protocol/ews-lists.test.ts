import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

function itemOf(answer: EwsAnswer): XmlElement {
  const item = child(answer.messages[0] ?? null, 'Items')?.children[0];
  if (item === undefined) throw new Error(`no item\n${answer.text}`);
  return item;
}

const idOf = (item: XmlElement) => child(item, 'ItemId')?.attributes['Id'] ?? '';

describe('lists of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'bob']) await server.addUser(`${name}@lists.example`, `secret-${name}-1`);
    client = ewsClient(server, 'ann@lists.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const call = (element: string, inner: string) =>
    client.call(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:${element}>${inner}</t:${element}></m:Items></m:CreateItem>`,
    );
  const create = async (element: string, inner: string) => idOf(itemOf(await call(element, inner)));
  const member = (inner: string) => `<t:Member><t:Mailbox>${inner}</t:Mailbox></t:Member>`;
  const address = (text: string, name = text) =>
    member(`<t:Name>${name}</t:Name><t:EmailAddress>${text}</t:EmailAddress>`);
  const get = async (id: string, more = '') =>
    itemOf(
      await client.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${more}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      ),
    );
  const membersOf = (item: XmlElement) =>
    children(child(item, 'Members'), 'Member').map((one) => [
      ...['Name', 'EmailAddress', 'MailboxType'].map((name) => textOf(child(one, 'Mailbox'), name)),
      textOf(one, 'Status'),
    ]);
  const update = (id: string, changes: string) =>
    client.call(
      `<m:UpdateItem ConflictResolution="AutoResolve"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const expand = (id: string) =>
    client.call(`<m:ExpandDL><m:Mailbox><t:ItemId Id="${id}"/></m:Mailbox></m:ExpandDL>`);

  it('has members that are addresses, users, contacts and other lists', async () => {
    const contact = await create(
      'Contact',
      '<t:DisplayName>Cleo Contact</t:DisplayName><t:EmailAddresses><t:Entry Key="EmailAddress1">cleo@x.example</t:Entry></t:EmailAddresses>',
    );
    const inner = await create(
      'DistributionList',
      `<t:DisplayName>Inner</t:DisplayName><t:Members>${address('zed@x.example')}</t:Members>`,
    );
    const id = await create(
      'DistributionList',
      `<t:Body BodyType="Text">who helps</t:Body><t:DisplayName>Helpers</t:DisplayName><t:Members>${address('dora+1@x.example', 'Dora')}${address('bob@lists.example', 'Bob')}${member(`<t:ItemId Id="${contact}"/>`)}${member(`<t:ItemId Id="${inner}"/>`)}</t:Members>`,
    );
    const item = await get(id, '<t:IncludeMimeContent>true</t:IncludeMimeContent>');
    expect([
      item.name,
      ...['ItemClass', 'DisplayName', 'FileAs', 'Subject', 'Body'].map((one) => textOf(item, one)),
    ]).toEqual([...['DistributionList', 'IPM.DistList', 'Helpers', 'Helpers', 'Helpers', 'who helps']]);
    expect(membersOf(item)).toEqual([
      ['Dora', 'dora+1@x.example', 'OneOff', 'Normal'],
      ['Bob', 'bob@lists.example', 'Mailbox', 'Normal'],
      ['Cleo Contact', 'cleo@x.example', 'Contact', 'Normal'],
      ['Inner', null, 'PrivateDL', 'Normal'],
    ]);
    expect(Buffer.from(textOf(item, 'MimeContent') ?? '', 'base64').toString()).toContain('FN:Helpers');
    const expanded = await expand(id);
    expect(expanded.codes).toEqual(['NoError']);
    expect(
      children(at(expanded.messages[0] ?? null, 'DLExpansion'), 'Mailbox').map((one) => textOf(one, 'Name')),
    ).toEqual(['Dora', 'Bob', 'Cleo Contact', 'Inner']);
    await client.ok(
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${contact}"/></m:ItemIds></m:DeleteItem>`,
    );
    expect(membersOf(await get(id))[2]?.slice(1)).toEqual([null, 'Unknown', 'Unrecognized']);
    expect((await expand(contact)).codes).toEqual(['ErrorItemNotFound']);
  });

  it('gets members, loses one by its key, and all of them', async () => {
    const id = await create(
      'DistributionList',
      `<t:DisplayName>Some</t:DisplayName><t:Members>${address('a@x.example')}${address('b@x.example')}</t:Members>`,
    );
    const members = (inner: string) =>
      `<t:FieldURI FieldURI="distributionlist:Members"/><t:DistributionList><t:Members>${inner}</t:Members></t:DistributionList>`;
    const append = await update(
      id,
      `<t:AppendToItemField>${members(address('c@x.example', 'Cid'))}</t:AppendToItemField><t:SetItemField><t:FieldURI FieldURI="contacts:DisplayName"/><t:DistributionList><t:DisplayName>More</t:DisplayName></t:DistributionList></t:SetItemField>`,
    );
    expect(append.codes).toEqual(['NoError']);
    const item = await get(id);
    expect([textOf(item, 'DisplayName'), ...membersOf(item).map(([name]) => name)]).toEqual([
      ...['More', 'a@x.example', 'b@x.example', 'Cid'],
    ]);
    const key = children(child(item, 'Members'), 'Member')[0]?.attributes['Key'];
    await update(
      id,
      `<t:DeleteItemField><t:IndexedFieldURI FieldURI="distributionlist:Members:Member" FieldIndex="${key}"/></t:DeleteItemField>`,
    );
    expect(membersOf(await get(id)).map(([name]) => name)).toEqual(['b@x.example', 'Cid']);
    await update(id, `<t:SetItemField>${members(address('d@x.example'))}</t:SetItemField>`);
    expect(membersOf(await get(id)).map(([name]) => name)).toEqual(['d@x.example']);
    await update(
      id,
      '<t:DeleteItemField><t:FieldURI FieldURI="distributionlist:Members"/></t:DeleteItemField>',
    );
    expect(membersOf(await get(id))).toEqual([]);
    expect((await expand(id)).codes).toEqual(['NoError']);
  });

  it('is written to and invited by its id, whoever is in it', async () => {
    const inner = await create(
      'DistributionList',
      `<t:DisplayName>Deep</t:DisplayName><t:Members>${address('bob@lists.example', 'Bob')}</t:Members>`,
    );
    const list = await create(
      'DistributionList',
      `<t:DisplayName>Readers</t:DisplayName><t:Members>${address('zoe@x.example', 'Zoe')}${member(`<t:ItemId Id="${inner}"/>`)}</t:Members>`,
    );
    const named = `<t:Mailbox><t:Name>Readers</t:Name><t:MailboxType>PrivateDL</t:MailboxType><t:ItemId Id="${list}"/></t:Mailbox>`;
    const addresses = (item: XmlElement, kind: string) =>
      (child(item, kind)?.children ?? []).map((one) =>
        textOf(one.name === 'Attendee' ? child(one, 'Mailbox') : one, 'EmailAddress'),
      );
    const sent = await client.ok(
      `<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>To all</t:Subject><t:ToRecipients>${named}</t:ToRecipients></t:Message></m:Items></m:CreateItem>`,
    );
    expect(sent.codes).toEqual(['NoError']);
    await server.drain();
    const bob = ewsClient(server, 'bob@lists.example', 'secret-bob-1');
    const { text } = await bob.ok(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
    );
    expect(text).toContain('<t:Subject>To all<');
    const meeting = itemOf(
      await client.ok(
        `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Meet</t:Subject><t:OptionalAttendees><t:Attendee>${named}</t:Attendee></t:OptionalAttendees></t:CalendarItem></m:Items></m:CreateItem>`,
      ),
    );
    expect(addresses(await get(idOf(meeting)), 'OptionalAttendees')).toEqual([
      ...['zoe@x.example', 'bob@lists.example'],
    ]);
    const draft = await create(
      'Message',
      '<t:Subject>Draft</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>a@x.example</t:EmailAddress></t:Mailbox></t:ToRecipients>',
    );
    const changed = await client.call(
      `<m:UpdateItem MessageDisposition="SaveOnly" ConflictResolution="AutoResolve"><m:ItemChanges><t:ItemChange><t:ItemId Id="${draft}"/><t:Updates><t:AppendToItemField><t:FieldURI FieldURI="message:ToRecipients"/><t:Message><t:ToRecipients>${named}</t:ToRecipients></t:Message></t:AppendToItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(changed.codes).toEqual(['NoError']);
    expect(addresses(await get(draft), 'ToRecipients')).toEqual([
      ...['a@x.example', 'zoe@x.example', 'bob@lists.example'],
    ]);
  });

  it.each([
    [member('<t:Name>Nobody</t:Name>'), 'ErrorMissingInformationEmailAddress'],
    [
      member('<t:EmailAddress>/o=x</t:EmailAddress><t:RoutingType>EX</t:RoutingType>'),
      'ErrorInvalidRoutingType',
    ],
  ])('refuses the member %.60s', async (inner, code) => {
    const answer = await call('DistributionList', `<t:Members>${inner}</t:Members>`);
    expect(answer.codes).toEqual([code]);
  });
});
