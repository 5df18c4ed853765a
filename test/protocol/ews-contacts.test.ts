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

function idOf(item: XmlElement): string {
  const id = child(item, 'ItemId')?.attributes['Id'];
  if (id === undefined) throw new Error('no id');
  return id;
}

const texts = (item: XmlElement, ...names: string[]) => names.map((name) => textOf(item, name));
const entries = (item: XmlElement, name: string) =>
  Object.fromEntries(
    children(child(item, name), 'Entry').map((one) => [one.attributes['Key'] ?? '', one.text]),
  );
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...new Array(3000).fill(7)]).toString('base64');

describe('contacts of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@contacts.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const call = (inner: string) =>
    client.call(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Contact>${inner}</t:Contact></m:Items></m:CreateItem>`,
    );
  const create = async (inner: string) => {
    const answer = await call(inner);
    expect(answer.codes).toEqual(['NoError']);
    return idOf(itemOf(answer));
  };
  const get = async (id: string, more = '', base = 'AllProperties') =>
    itemOf(
      await client.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>${base}</t:BaseShape>${more}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      ),
    );
  const update = (id: string, changes: string) =>
    client.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const set = (uri: string, value: string, index?: string) =>
    `<t:SetItemField>${named(uri, index)}<t:Contact>${value}</t:Contact></t:SetItemField>`;
  const drop = (uri: string, index?: string) => `<t:DeleteItemField>${named(uri, index)}</t:DeleteItemField>`;
  const named = (uri: string, index?: string) =>
    index === undefined
      ? `<t:FieldURI FieldURI="${uri}"/>`
      : `<t:IndexedFieldURI FieldURI="${uri}" FieldIndex="${index}"/>`;
  const also = (...paths: string[]) => `<t:AdditionalProperties>${paths.join('')}</t:AdditionalProperties>`;
  const tag = (number: string, type = 'String') =>
    `<t:ExtendedFieldURI PropertyTag="${number}" PropertyType="${type}"/>`;
  const mapi = (item: XmlElement) =>
    children(item, 'ExtendedProperty').map((one) => [
      child(one, 'ExtendedFieldURI')?.attributes['PropertyTag'] ??
        child(one, 'ExtendedFieldURI')?.attributes['PropertyId'],
      textOf(one, 'Value'),
    ]);

  it('keeps every field, and shows it', async () => {
    const lines: [string, string][] = [
      ['FileAs', 'Roe, D.'],
      ['DisplayName', 'Dora Roe'],
      ['GivenName', 'Dora'],
      ['Initials', 'D.R.'],
      ['MiddleName', 'Quinn'],
      ['Nickname', 'Dodo'],
      ['CompanyName', 'Acme & Sons'],
      ['AssistantName', 'Abe'],
      ['Birthday', '1980-02-29T11:59:00Z'],
      ['BusinessHomePage', 'https://acme.example/a%20b'],
      ['Department', 'Sales'],
      ['Generation', 'Jr.'],
      ['JobTitle', 'Head'],
      ['Manager', 'Max'],
      ['Mileage', '12 km'],
      ['OfficeLocation', 'Room 1'],
      ['PostalAddressIndex', 'Home'],
      ['Profession', 'Baker'],
      ['SpouseName', 'Sam'],
      ['Surname', 'Roe'],
      ['WeddingAnniversary', '2001-06-01T00:00:00Z'],
    ];
    const list = (name: string, ...values: string[]) =>
      `<t:${name}>${values.map((value) => `<t:String>${value}</t:String>`).join('')}</t:${name}>`;
    const written = Object.fromEntries(
      lines.map(([name, value]) => [name, `<t:${name}>${value.replaceAll('&', '&amp;')}</t:${name}>`]),
    );
    const id = await create(
      `<t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">&lt;p&gt;met in Rome&lt;/p&gt;</t:Body>${list('Categories', 'friend', 'food')}<t:Importance>High</t:Importance>` +
        `${lines
          .slice(0, 7)
          .map(([name]) => written[name])
          .join('')}` +
        '<t:EmailAddresses><t:Entry Key="EmailAddress1" Name="Dora">dora@x.example</t:Entry><t:Entry Key="EmailAddress3">d@y.example</t:Entry></t:EmailAddresses>' +
        '<t:PhysicalAddresses><t:Entry Key="Home"><t:Street>1 Main St</t:Street><t:City>Rome</t:City><t:State>RM</t:State><t:CountryOrRegion>Italy</t:CountryOrRegion><t:PostalCode>00100</t:PostalCode></t:Entry><t:Entry Key="Other"><t:City>Oslo</t:City></t:Entry></t:PhysicalAddresses>' +
        `<t:PhoneNumbers>${PHONE_KEYS.map((key, n) => `<t:Entry Key="${key}">+49 ${n}</t:Entry>`).join('')}</t:PhoneNumbers>` +
        `${lines
          .slice(7, 10)
          .map(([name]) => written[name])
          .join('')}` +
        `${list('Children', 'Kim', 'Lee')}${list('Companies', 'One', 'Two')}${written['Department']}${written['Generation']}` +
        '<t:ImAddresses><t:Entry Key="ImAddress1">dora@im</t:Entry><t:Entry Key="ImAddress3">xmpp:d</t:Entry></t:ImAddresses>' +
        `${lines
          .slice(12)
          .map(([name]) => written[name])
          .join('')}`,
    );
    const item = await get(id);
    expect(item.name).toBe('Contact');
    expect(texts(item, ...lines.map(([name]) => name))).toEqual(lines.map(([, value]) => value));
    expect(texts(item, 'ItemClass', 'Subject', 'Sensitivity', 'Importance', 'HasPicture')).toEqual([
      ...['IPM.Contact', 'Dora Roe', 'Private', 'High', 'false'],
    ]);
    expect(textOf(item, 'Body')).toBe('<p>met in Rome</p>');
    for (const [name, wanted] of [
      ['Categories', ['friend', 'food']],
      ['Children', ['Kim', 'Lee']],
      ['Companies', ['One', 'Two']],
    ] as const)
      expect(children(child(item, name), 'String').map((one) => one.text)).toEqual(wanted);
    expect(entries(item, 'EmailAddresses')).toEqual({
      EmailAddress1: 'dora@x.example',
      EmailAddress3: 'd@y.example',
    });
    expect(entries(item, 'ImAddresses')).toEqual({ ImAddress1: 'dora@im', ImAddress3: 'xmpp:d' });
    expect(entries(item, 'PhoneNumbers')).toEqual(
      Object.fromEntries(PHONE_KEYS.map((key, n) => [key, `+49 ${n}`])),
    );
    const [home, other] = children(child(item, 'PhysicalAddresses'), 'Entry');
    expect(home?.children.map(({ text }) => text)).toEqual(['1 Main St', 'Rome', 'RM', 'Italy', '00100']);
    expect(other?.children.map(({ text }) => text)).toEqual(['Oslo']);
    expect(child(item, 'CompleteName')?.children.map(({ name, text }) => [name, text])).toEqual([
      ['FirstName', 'Dora'],
      ['MiddleName', 'Quinn'],
      ['LastName', 'Roe'],
      ['Suffix', 'Jr.'],
      ['Initials', 'D.R.'],
      ['FullName', 'Dora Roe'],
      ['Nickname', 'Dodo'],
    ]);
  });

  it('changes one field, one entry and one part of an entry, and nothing else', async () => {
    const id = await create(
      '<t:DisplayName>Dora Doe</t:DisplayName><t:GivenName>Dora</t:GivenName><t:EmailAddresses><t:Entry Key="EmailAddress1">dora@x.example</t:Entry><t:Entry Key="EmailAddress2">two@x.example</t:Entry></t:EmailAddresses>' +
        '<t:PhysicalAddresses><t:Entry Key="Business"><t:Street>S 1</t:Street><t:City>C</t:City></t:Entry></t:PhysicalAddresses><t:PhoneNumbers><t:Entry Key="MobilePhone">1</t:Entry><t:Entry Key="HomePhone">2</t:Entry></t:PhoneNumbers><t:Surname>Doe</t:Surname>',
    );
    const answer = await update(
      id,
      set('contacts:Surname', '<t:Surname>Roe</t:Surname>') +
        set(
          'contacts:EmailAddress',
          '<t:EmailAddresses><t:Entry Key="EmailAddress1">new@x.example</t:Entry></t:EmailAddresses>',
          'EmailAddress1',
        ) +
        drop('contacts:EmailAddress', 'EmailAddress2') +
        set(
          'contacts:PhysicalAddress:Street',
          '<t:PhysicalAddresses><t:Entry Key="Business"><t:Street>S 2</t:Street></t:Entry></t:PhysicalAddresses>',
          'Business',
        ) +
        drop('contacts:PhysicalAddress:City', 'Business') +
        drop('contacts:PhoneNumber', 'HomePhone') +
        '<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Contact><t:Body BodyType="Text">more</t:Body></t:Contact></t:AppendToItemField>',
    );
    expect(answer.codes).toEqual(['NoError']);
    const item = await get(id);
    expect(texts(item, 'Surname', 'GivenName', 'DisplayName', 'FileAs', 'Body')).toEqual([
      ...['Roe', 'Dora', 'Dora Doe', 'Roe, Dora', 'more'],
    ]);
    expect(entries(item, 'EmailAddresses')).toEqual({ EmailAddress1: 'new@x.example' });
    expect(entries(item, 'PhoneNumbers')).toEqual({ MobilePhone: '1' });
    expect(at(item, 'PhysicalAddresses', 'Entry')?.children.map(({ text }) => text)).toEqual(['S 2']);
    await update(
      id,
      set(
        'contacts:PhysicalAddress:City',
        '<t:PhysicalAddresses><t:Entry Key="Business"><t:City>D</t:City></t:Entry></t:PhysicalAddresses>',
        'Business',
      ),
    );
    const parts = ['Street', 'City'].map(
      (part) => `<t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:${part}" FieldIndex="Business"/>`,
    );
    const both = await get(id, also(...parts), 'IdOnly');
    expect(at(both, 'PhysicalAddresses', 'Entry')?.children.map(({ text }) => text)).toEqual(['S 2', 'D']);
    const nothing = await update(id, drop('item:Subject') + drop('contacts:FileAs'));
    expect([nothing.codes, texts(await get(id), 'Subject', 'FileAs')]).toEqual([['NoError'], [null, null]]);
    const bare = await update(id, drop('contacts:GivenName') + drop('contacts:Surname'));
    expect(bare.codes).toEqual(['NoError']);
    expect(texts(await get(id), 'Surname', 'GivenName', 'DisplayName')).toEqual([null, null, 'Dora Doe']);
  });

  it('files a contact by a mapping, and again when its name changes', async () => {
    const id = await create(
      '<t:FileAsMapping>CompanyLastCommaFirst</t:FileAsMapping><t:GivenName>Dora</t:GivenName><t:CompanyName>Acme</t:CompanyName><t:Surname>Doe</t:Surname>',
    );
    expect(texts(await get(id), 'FileAs', 'FileAsMapping')).toEqual([
      'Acme\nDoe, Dora',
      'CompanyLastCommaFirst',
    ]);
    await update(id, set('contacts:Surname', '<t:Surname>Roe</t:Surname>'));
    expect(textOf(await get(id), 'FileAs')).toBe('Acme\nRoe, Dora');
    await update(id, set('contacts:FileAs', '<t:FileAs>mine</t:FileAs>'));
    expect(textOf(await get(id), 'FileAs')).toBe('mine');
  });

  it('knows by itself where it is kept', async () => {
    const { codes } = await call(
      '<t:GivenName>Ada</t:GivenName><t:ContactSource>ActiveDirectory</t:ContactSource>',
    );
    expect(codes).toEqual(['NoError']);
    const id = await create('<t:GivenName>Ada</t:GivenName>');
    const changed = await update(
      id,
      set('contacts:ContactSource', '<t:ContactSource>ActiveDirectory</t:ContactSource>'),
    );
    expect(changed.codes).toEqual(['ErrorInvalidPropertySet']);
    expect(textOf(await get(id), 'ContactSource')).toBe('Store');
  });

  it('is written and read by MAPI properties', async () => {
    const extended = (number: string, value: string, type = 'String') =>
      `<t:ExtendedProperty>${tag(number, type)}<t:Value>${value}</t:Value></t:ExtendedProperty>`;
    const id = await create(
      extended('0x10f3', 'c1.EML') +
        extended('0x37', 'Dora Doe') +
        extended('0x1a', 'IPM.Contact') +
        extended('0x3a59', 'City') +
        extended('0x3a06', 'Dora') +
        extended('0x3a11', 'Doe') +
        extended('0x3a1c', '+49123') +
        extended('0x3001', 'Dora Doe') +
        extended('0x3a42', '1980-05-01T00:00:00Z', 'SystemTime') +
        extended('0x3a4d', '1', 'Short') +
        '<t:FileAs>Dora Doe</t:FileAs><t:EmailAddresses><t:Entry Key="EmailAddress1">dora@x.example</t:Entry></t:EmailAddresses>',
    );
    expect(texts(await get(id), 'GivenName', 'Surname', 'DisplayName', 'Birthday')).toEqual([
      ...['Dora', 'Doe', 'Dora Doe', '1980-05-01T00:00:00Z'],
    ]);
    const paths = also(
      ...['0x3a59', '0x3a06', '0x3a1c', '0x10f3', '0x3a44', '0x1a'].map((one) => tag(one)),
      tag('0x3a42', 'SystemTime'),
      tag('0x3a4d', 'Short'),
      '<t:ExtendedFieldURI DistinguishedPropertySetId="Address" PropertyId="32899" PropertyType="String"/>',
      '<t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress1"/>',
      '<t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:City" FieldIndex="Home"/>',
    );
    const item = await get(id, paths, 'IdOnly');
    expect(mapi(item)).toEqual([
      ['0x3a59', 'City'],
      ['0x3a06', 'Dora'],
      ['0x3a1c', '+49123'],
      ['0x10f3', 'c1.EML'],
      ['0x1a', 'IPM.Contact'],
      ['0x3a42', '1980-05-01T00:00:00Z'],
      ['0x3a4d', '1'],
      ['32899', 'dora@x.example'],
    ]);
    expect(entries(item, 'EmailAddresses')).toEqual({ EmailAddress1: 'dora@x.example' });
    expect(at(item, 'PhysicalAddresses', 'Entry', 'City')?.text).toBe('City');
    const found = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${also(tag('0x3a06'))}</m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="50" Offset="0" BasePoint="Beginning"/><m:Restriction><t:IsEqualTo>${tag('0x3a1c')}<t:FieldURIOrConstant><t:Constant Value="+49123"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="contacts:FileAs"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderIds></m:FindItem>`,
    );
    const rows = at(found.messages[0] ?? null, 'RootFolder', 'Items')?.children ?? [];
    expect(rows.map((row) => idOf(row))).toEqual([id]);
    await update(id, `<t:DeleteItemField>${tag('0x3a06')}</t:DeleteItemField>`);
    expect(textOf(await get(id), 'GivenName')).toBeNull();
  });

  it('has a picture that is attached, replaced and detached, beside other files', async () => {
    const id = await create('<t:DisplayName>Pia</t:DisplayName>');
    const attach = (name: string, content: string, photo: boolean) =>
      client.call(
        `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>${name}</t:Name><t:IsContactPhoto>${photo}</t:IsContactPhoto><t:Content>${content}</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
      );
    const list = async () => child(await get(id), 'Attachments')?.children ?? [];
    expect((await attach('me.jpg', PICTURE, true)).codes).toEqual(['NoError']);
    expect((await attach('cv.txt', Buffer.from('hello').toString('base64'), false)).codes).toEqual([
      'NoError',
    ]);
    expect((await list()).map((one) => texts(one, 'Name', 'IsContactPhoto'))).toEqual([
      ['ContactPicture.jpg', 'true'],
      ['cv.txt', 'false'],
    ]);
    expect(textOf(await get(id), 'HasPicture')).toBe('true');
    expect(textOf(await get(id, also('<t:FieldURI FieldURI="contacts:Photo"/>')), 'Photo')).toBe(PICTURE);
    const contents = async () =>
      Promise.all(
        (await list()).map(async (one) => {
          const attachment = child(one, 'AttachmentId')?.attributes['Id'];
          const answer = await client.ok(
            `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${attachment}"/></m:AttachmentIds></m:GetAttachment>`,
          );
          return at(answer.messages[0] ?? null, 'Attachments', 'FileAttachment', 'Content')?.text;
        }),
      );
    expect(await contents()).toEqual([PICTURE, Buffer.from('hello').toString('base64')]);
    const other = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).toString('base64');
    expect((await attach('new.jpg', other, true)).codes).toEqual(['NoError']);
    expect((await contents())[0]).toBe(other);
    for (const one of await list()) {
      const attachment = child(one, 'AttachmentId')?.attributes['Id'];
      await client.ok(
        `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${attachment}"/></m:AttachmentIds></m:DeleteAttachment>`,
      );
    }
    expect(await list()).toEqual([]);
    expect(textOf(await get(id), 'HasPicture')).toBe('false');
    const large = Buffer.alloc(200_000, 1).toString('base64');
    expect((await attach('big.jpg', large, true)).codes).toEqual(['ErrorAttachmentSizeLimitExceeded']);
  });

  it('is a vCard as MIME content, both ways', async () => {
    const card =
      'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jane;;;\r\nFN:Jane Doe\r\nEMAIL;TYPE=WORK:jane@x.example\r\nTEL;TYPE=CELL:+1 2\r\nX-ODD:kept\r\nEND:VCARD\r\n';
    const id = await create(
      `<t:MimeContent CharacterSet="UTF-8">${Buffer.from(card).toString('base64')}</t:MimeContent>`,
    );
    const item = await get(id, '<t:IncludeMimeContent>true</t:IncludeMimeContent>');
    expect(texts(item, 'GivenName', 'Surname', 'DisplayName')).toEqual(['Jane', 'Doe', 'Jane Doe']);
    expect([entries(item, 'EmailAddresses'), entries(item, 'PhoneNumbers')]).toEqual([
      { EmailAddress1: 'jane@x.example' },
      { MobilePhone: '+1 2' },
    ]);
    const back = Buffer.from(textOf(item, 'MimeContent') ?? '', 'base64').toString();
    expect(back).toContain('FN:Jane Doe');
    expect(back).toContain('X-ODD:kept');
    const bad = await call('<t:MimeContent>bm9uc2Vuc2U=</t:MimeContent>');
    expect(bad.codes).toEqual(['ErrorMimeContentInvalid']);
  });

  it.each([
    ['<t:ItemClass>IPM.Note</t:ItemClass>', 'ErrorObjectTypeChanged'],
    ['<t:Birthday>soon</t:Birthday>', 'ErrorSchemaValidation'],
    ['<t:PhoneNumbers><t:Entry Key="Nope">1</t:Entry></t:PhoneNumbers>', 'ErrorSchemaValidation'],
    ['<t:HasPicture>true</t:HasPicture>', 'ErrorInvalidPropertySet'],
    [
      '<t:EmailAddresses><t:Entry Key="EmailAddress1" RoutingType="EX">/o=x</t:Entry></t:EmailAddresses>',
      'ErrorInvalidRoutingType',
    ],
    ['<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>', 'ErrorInvalidPropertySet'],
  ])('refuses %.60s', async (inner, code) => {
    expect((await call(inner)).codes).toEqual([code]);
  });

  it('is copied and moved with its files, and deleted', async () => {
    const id = await create(
      `<t:Attachments><t:FileAttachment><t:Name>a.txt</t:Name><t:Content>aGk=</t:Content></t:FileAttachment></t:Attachments><t:DisplayName>Cleo</t:DisplayName>`,
    );
    const copied = await client.ok(
      `<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:CopyItem>`,
    );
    const copy = await get(idOf(itemOf(copied)));
    expect([textOf(copy, 'DisplayName'), at(copy, 'Attachments', 'FileAttachment', 'Name')?.text]).toEqual([
      ...['Cleo', 'a.txt'],
    ]);
    await client.ok(
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
    const gone = await client.call(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    );
    expect(gone.codes).toEqual(['ErrorItemNotFound']);
  });
});

const PHONE_KEYS = [
  ...['AssistantPhone', 'BusinessFax', 'BusinessPhone', 'BusinessPhone2', 'Callback', 'CarPhone'],
  ...['CompanyMainPhone', 'HomeFax', 'HomePhone', 'HomePhone2', 'Isdn', 'MobilePhone', 'OtherFax'],
  ...['OtherTelephone', 'Pager', 'PrimaryPhone', 'RadioPhone', 'Telex', 'TtyTddPhone'],
];
