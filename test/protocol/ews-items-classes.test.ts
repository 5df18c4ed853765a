import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

/** Each class of items, the folder it belongs to and what its items are. */
const CLASSES = [
  { element: 'Item', shown: 'Message', folder: 'drafts', itemClass: 'IPM.Note' },
  { element: 'Message', shown: 'Message', folder: 'drafts', itemClass: 'IPM.Note' },
  { element: 'PostItem', shown: 'PostItem', folder: 'drafts', itemClass: 'IPM.Post' },
  { element: 'CalendarItem', shown: 'CalendarItem', folder: 'calendar', itemClass: 'IPM.Appointment' },
  { element: 'Contact', shown: 'Contact', folder: 'contacts', itemClass: 'IPM.Contact' },
  { element: 'DistributionList', shown: 'DistributionList', folder: 'contacts', itemClass: 'IPM.DistList' },
  { element: 'Task', shown: 'Task', folder: 'tasks', itemClass: 'IPM.Task' },
] as const;
const PAGE =
  '&lt;html&gt;&lt;head&gt;&lt;title&gt;Test&lt;/title&gt;&lt;/head&gt;&lt;body&gt;&lt;script type="text/javascript"&gt;It runs.&lt;/script&gt;Words.&lt;a href = " http://www.site.example" target="_top"&gt;&lt;img src="http://www.site.example/logo.png" /&gt;&lt;/a&gt;&lt;/body&gt;&lt;/html&gt;';

let server: InProcess;
let ann: EwsClient;

beforeAll(async () => {
  server = await startInProcess();
  await server.addUser('ann@classes.example', 'secret-ann-1');
  ann = ewsClient(server, 'ann@classes.example', 'secret-ann-1');
});
afterAll(() => server.stop());

describe.each(CLASSES)('an item of EWS made as $element', ({ element, shown, folder, itemClass }) => {
  const disposition =
    element === 'Message'
      ? 'MessageDisposition="SaveOnly"'
      : element === 'CalendarItem'
        ? 'SendMeetingInvitations="SendToAllAndSaveCopy"'
        : '';
  const saved = `<m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId>`;
  const create = (content: string, where = saved) =>
    ann.call(
      `<m:CreateItem ${disposition}>${where}<m:Items><t:${element}>${content}</t:${element}></m:Items></m:CreateItem>`,
    );
  const itemIn = (answer: EwsAnswer): XmlElement => {
    const item = at(answer.messages[0] ?? null, 'Items')?.children[0];
    if (item === undefined) throw new Error(answer.text);
    return item;
  };
  const idIn = (answer: EwsAnswer) => child(itemIn(answer), 'ItemId')?.attributes['Id'] ?? '';
  const get = (id: string, shape = '<t:BaseShape>AllProperties</t:BaseShape>') =>
    ann.call(
      `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    );
  const update = (id: string, change: string) =>
    ann.call(
      `<m:UpdateItem MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="SendToNone" ConflictResolution="AutoResolve"><m:SavedItemFolderId><t:DistinguishedFolderId Id="drafts"/></m:SavedItemFolderId><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates>${change}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const remove = (id: string) =>
    ann.call(
      `<m:DeleteItem DeleteType="HardDelete" AffectedTaskOccurrences="AllOccurrences" SendMeetingCancellations="SendToNone"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );

  it('needs no more than a subject, and is gone when it was removed', async () => {
    const made = await create('<t:Subject>Just this</t:Subject>', '');
    expect(made.codes).toEqual(['NoError']);
    expect(itemIn(made).name).toBe(shown);
    const read = itemIn(await get(idIn(made)));
    expect([read.name, textOf(read, 'ItemClass'), textOf(read, 'Subject')]).toEqual([
      shown,
      itemClass,
      'Just this',
    ]);
    expect(child(read, 'ParentFolderId')?.attributes['ChangeKey']).toBeTruthy();
    expect((await remove(idIn(made))).codes).toEqual(['NoError']);
    expect((await get(idIn(made))).codes).toEqual(['ErrorItemNotFound']);
  });

  it('stays of its class', async () => {
    const wrong = ['IPM.Appointment', 'IPM.Contact', 'IPM.DistList', 'IPM.Post', 'IPM.Task'].filter(
      (one) => one !== itemClass,
    );
    if (itemClass !== 'IPM.Note') wrong.push('IPM.WrongMessage', 'Anything');
    for (const other of wrong) {
      const { codes } = await create(`<t:ItemClass>${other}</t:ItemClass><t:Subject>x</t:Subject>`);
      expect([other, codes]).toEqual([other, ['ErrorObjectTypeChanged']]);
    }
    const more = await create(`<t:ItemClass>${itemClass}.Own</t:ItemClass><t:Subject>x</t:Subject>`);
    expect(more.codes).toEqual(['NoError']);
  });

  it('takes one value with a change, and text behind its body', async () => {
    const id = idIn(await create('<t:Subject>Changing</t:Subject>'));
    const two = `<t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:${element}><t:Subject>New</t:Subject><t:Body BodyType="HTML"/></t:${element}></t:SetItemField>`;
    expect((await update(id, two)).codes).toEqual(['ErrorIncorrectUpdatePropertyCount']);
    const words = `<t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:${element}><t:Body BodyType="Text">This is the base.</t:Body></t:${element}></t:AppendToItemField>`;
    const changed = await update(id, words);
    expect(changed.codes).toEqual(['NoError']);
    expect(at(changed.messages[0] ?? null, 'ConflictResults', 'Count')?.text).toBe('0');
    const body = child(itemIn(await get(id)), 'Body');
    expect([body?.attributes['BodyType'], body?.text]).toEqual(['Text', 'This is the base.']);
    const none = '<t:DeleteItemField><t:FieldURI FieldURI="item:Body"/></t:DeleteItemField>';
    expect((await update(id, none)).codes).toEqual(['NoError']);
    expect(child(itemIn(await get(id)), 'Body')?.text).toBe('');
  });

  it('names a MAPI property by one name alone', async () => {
    const property = (attributes: string) =>
      `<t:Subject>x</t:Subject><t:Body BodyType="HTML">b</t:Body><t:ExtendedProperty><t:ExtendedFieldURI ${attributes} PropertyType="String"/><t:Value>12/25/2009 3:25:15 PM</t:Value></t:ExtendedProperty>`;
    const known = 'DistinguishedPropertySetId="Common"';
    const own = 'PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e"';
    const [tag, id, name] = ['PropertyTag="0x3a45"', 'PropertyId="123"', 'PropertyName="Classification"'];
    const wrong = [
      `${known} ${own} ${id}`,
      `${known} ${tag} ${id}`,
      `${own} ${tag} ${id}`,
      known,
      own,
      `${known} ${tag}`,
      `${own} ${tag}`,
      `${tag} ${name}`,
      `${tag} ${id}`,
      name,
      id,
    ];
    for (const attributes of wrong) {
      const { codes } = await create(property(attributes));
      expect([attributes, codes]).toEqual([attributes, ['ErrorInvalidExtendedProperty']]);
    }
    for (const attributes of [`${known} ${id}`, `${known} ${name}`, `${own} ${id}`, `${own} ${name}`, tag]) {
      const made = await create(property(attributes));
      expect([attributes, made.codes]).toEqual([attributes, ['NoError']]);
      const asked = `<t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI ${attributes} PropertyType="String"/></t:AdditionalProperties>`;
      const read = child(itemIn(await get(idIn(made), asked)), 'ExtendedProperty');
      expect([attributes, textOf(read, 'Value')]).toEqual([attributes, '12/25/2009 3:25:15 PM']);
    }
    const bad = `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI ${known} ${tag} PropertyType="String"/></t:AdditionalProperties>`;
    expect((await get('AAAA', bad)).codes).toEqual(['ErrorInvalidExtendedProperty']);
  });

  it('shows its page as the shape wants it', async () => {
    const id = idIn(await create(`<t:Subject>Page</t:Subject><t:Body BodyType="HTML">${PAGE}</t:Body>`));
    const body = async (more: string) => {
      const shape = `<t:BaseShape>AllProperties</t:BaseShape>${more}<t:AdditionalProperties><t:FieldURI FieldURI="item:BlockStatus"/><t:FieldURI FieldURI="item:HasBlockedImages"/></t:AdditionalProperties>`;
      const item = itemIn(await get(id, shape));
      return {
        text: textOf(item, 'Body') ?? '',
        type: child(item, 'Body')?.attributes['BodyType'],
        blocked: [textOf(item, 'BlockStatus'), textOf(item, 'HasBlockedImages')],
      };
    };
    const flag = (name: string, value = 'true') => `<t:${name}>${value}</t:${name}>`;
    expect((await body('')).text).toMatch(/<meta [^<]*charset=utf-8"/);
    expect((await body(flag('ConvertHtmlCodePageToUTF8'))).text).toMatch(/<meta [^<]*charset=utf-8"/);
    expect((await body(flag('ConvertHtmlCodePageToUTF8', 'false'))).text).not.toContain('utf-8');
    expect((await body(flag('FilterHtmlContent'))).text).not.toContain('</script>');
    expect((await body(flag('FilterHtmlContent', 'false'))).text).toContain('</script>');
    expect((await body(flag('AddBlankTargetToLinks'))).text).toMatch(/<a [^<]*target="_blank"/);
    expect((await body(flag('AddBlankTargetToLinks', 'false'))).text).toContain('target="_top"');
    const quiet = await body(flag('BlockExternalImages'));
    expect([/<img\b[^<>]*?\bsrc\s*=/.test(quiet.text), quiet.blocked]).toEqual([false, ['true', 'true']]);
    expect((await body(flag('BlockExternalImages', 'false'))).blocked).toEqual(['false', 'false']);
    const text = await body(flag('BodyType', 'Text'));
    expect([text.type, text.text.includes('<')]).toEqual(['Text', false]);
    const best = await body(flag('BodyType', 'Best'));
    expect([best.type, best.text.includes('<a ')]).toEqual(['HTML', true]);
    const only = itemIn(
      await get(
        id,
        '<t:BaseShape>IdOnly</t:BaseShape><t:InlineImageUrlTemplate>x</t:InlineImageUrlTemplate>',
      ),
    );
    expect([only.name, only.children.map((one) => one.name)]).toEqual([shown, ['ItemId']]);
  });

  it('has MIME content when it is asked for', async () => {
    const id = idIn(await create('<t:Subject>As MIME</t:Subject>'));
    const shape = (value: string) =>
      `<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>${value}</t:IncludeMimeContent>`;
    const content = child(itemIn(await get(id, shape('true'))), 'MimeContent');
    expect(content?.attributes['CharacterSet']).toBe('UTF-8');
    expect(Buffer.from(content?.text ?? '', 'base64').length).toBeGreaterThan(50);
    expect(child(itemIn(await get(id, shape('false'))), 'MimeContent')).toBeNull();
  });

  it('keeps to itself what only the server knows', async () => {
    const READ_ONLY: readonly [name: string, content: string][] = [
      ['ItemId', '<t:ItemId Id="AAAA"/>'],
      ['ParentFolderId', '<t:ParentFolderId Id="AAAA"/>'],
      ['DateTimeReceived', '<t:DateTimeReceived>2027-01-01T00:00:00Z</t:DateTimeReceived>'],
      ['Size', '<t:Size>10</t:Size>'],
      ['DateTimeSent', '<t:DateTimeSent>2027-01-01T00:00:00Z</t:DateTimeSent>'],
      ['DateTimeCreated', '<t:DateTimeCreated>2027-01-01T00:00:00Z</t:DateTimeCreated>'],
      ['DisplayTo', '<t:DisplayTo>Bob</t:DisplayTo>'],
      ['EffectiveRights', '<t:EffectiveRights><t:Read>true</t:Read></t:EffectiveRights>'],
      ['LastModifiedName', '<t:LastModifiedName>Bob</t:LastModifiedName>'],
      ['InstanceKey', '<t:InstanceKey>AQAA</t:InstanceKey>'],
      ['NormalizedBody', '<t:NormalizedBody BodyType="HTML"/>'],
      ['Preview', '<t:Preview>x</t:Preview>'],
      ['TextBody', '<t:TextBody BodyType="HTML"/>'],
      ['IconIndex', '<t:IconIndex>TaskRecur</t:IconIndex>'],
      ['BlockStatus', '<t:BlockStatus>true</t:BlockStatus>'],
      [
        'RightsManagementLicenseData',
        '<t:RightsManagementLicenseData><t:EditAllowed>true</t:EditAllowed></t:RightsManagementLicenseData>',
      ],
      ['WebClientReadFormQueryString', '<t:WebClientReadFormQueryString>x</t:WebClientReadFormQueryString>'],
    ];
    const id = idIn(await create('<t:Subject>Mine</t:Subject>'));
    const set = (name: string, content: string) =>
      `<t:SetItemField><t:FieldURI FieldURI="item:${name}"/><t:${element}>${content}</t:${element}></t:SetItemField>`;
    for (const [name, content] of READ_ONLY) {
      const made = await create(`<t:Subject>x</t:Subject>${content}`);
      expect([name, made.codes]).toEqual([name, ['ErrorInvalidPropertySet']]);
      const changed = await update(id, set(name, content));
      expect([name, changed.codes]).toEqual([name, ['ErrorInvalidPropertySet']]);
    }
    // What a new item says of its id in the store counts for nothing.
    const entry = '<t:StoreEntryId>AQIDBAU=</t:StoreEntryId>';
    expect((await create(`<t:Subject>x</t:Subject>${entry}`)).codes).toEqual(['NoError']);
    expect((await update(id, set('StoreEntryId', entry))).codes).toEqual(['ErrorInvalidPropertySet']);
  });
});
