import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const PLACE = 'http://www.contoso.example/xyz.abc';

describe('what is attached to items of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@attach.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@attach.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const itemIn = (answer: EwsAnswer): XmlElement | null =>
    at(answer.messages[0] ?? null, 'Items')?.children[0] ?? null;
  async function parent(
    item = '<t:Message><t:Subject>Parent</t:Subject><t:Body BodyType="HTML">This is a test mail.</t:Body></t:Message>',
  ) {
    const made = await ann.ok(
      `<m:CreateItem MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"><m:Items>${item}</m:Items></m:CreateItem>`,
    );
    return child(itemIn(made), 'ItemId')?.attributes['Id'] ?? '';
  }
  const head = (n = 1) =>
    `<t:Name>ItemName</t:Name><t:ContentType>image/jpeg</t:ContentType><t:ContentId>guid-${n}</t:ContentId><t:ContentLocation>${PLACE}</t:ContentLocation>`;
  const item = (content: string, n = 1) => `<t:ItemAttachment>${head(n)}${content}</t:ItemAttachment>`;
  const file =
    '<t:FileAttachment><t:Name>attach.jpg</t:Name><t:ContentType>image/jpeg</t:ContentType><t:ContentId>file-1</t:ContentId><t:ContentLocation>http://www.contoso.example/xyz.abc</t:ContentLocation><t:Content>AAEC</t:Content></t:FileAttachment>';
  const attach = (id: string, attachments: string) =>
    ann.call(
      `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments>${attachments}</m:Attachments></m:CreateAttachment>`,
    );
  const idOf = (message: XmlElement | undefined) =>
    child(child(message ?? null, 'Attachments')?.children[0] ?? null, 'AttachmentId')?.attributes ?? {};
  const ids = (list: readonly string[]) => list.map((id) => `<t:AttachmentId Id="${id}"/>`).join('');
  const get = (list: readonly string[], mime = false, more = '<t:BodyType>Best</t:BodyType>') =>
    ann.call(
      `<m:GetAttachment><m:AttachmentShape><t:IncludeMimeContent>${mime}</t:IncludeMimeContent>${more}<t:AdditionalProperties><t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex=""/><t:FieldURI FieldURI="item:DateTimeCreated"/></t:AdditionalProperties></m:AttachmentShape><m:AttachmentIds>${ids(list)}</m:AttachmentIds></m:GetAttachment>`,
    );
  const attachmentIn = (answer: EwsAnswer, n = 0) =>
    child(answer.messages[n] ?? null, 'Attachments')?.children[0] ?? null;
  const remove = (list: readonly string[]) =>
    ann.call(`<m:DeleteAttachment><m:AttachmentIds>${ids(list)}</m:AttachmentIds></m:DeleteAttachment>`);

  it('is a file with its place on the web, until it is taken away', async () => {
    const root = await parent();
    const made = await attach(root, file);
    expect(made.codes).toEqual(['NoError']);
    const { Id: id = '', RootItemId, RootItemChangeKey } = idOf(made.messages[0]);
    expect([RootItemId, RootItemChangeKey]).toEqual([root, expect.stringMatching(/./)]);
    const told = attachmentIn(await get([id]));
    expect(told?.name).toBe('FileAttachment');
    expect(['Name', 'ContentType', 'ContentId', 'ContentLocation'].map((name) => textOf(told, name))).toEqual(
      [...['attach.jpg', 'image/jpeg', 'file-1', PLACE]],
    );
    const gone = await remove([id]);
    const left = child(gone.messages[0] ?? null, 'RootItemId')?.attributes;
    expect([left?.['RootItemId'], left?.['RootItemChangeKey'] === RootItemChangeKey]).toEqual([root, false]);
    expect((await get([id])).codes).toEqual(['ErrorInvalidAttachmentId']);
    expect((await remove([id])).codes).toEqual(['ErrorInvalidAttachmentId']);
  });

  it.each([
    ['Message', '<t:Message><t:Subject>M</t:Subject></t:Message>', 'M', true],
    ['Item', '<t:Item><t:Subject>I</t:Subject></t:Item>', 'I', true],
    ['PostItem', '<t:PostItem><t:Subject>P</t:Subject></t:PostItem>', 'P', true],
    [
      'CalendarItem',
      '<t:CalendarItem><t:Subject>C</t:Subject><t:Start>2027-03-01T10:00:00Z</t:Start><t:End>2027-03-01T11:00:00Z</t:End><t:Location>Here</t:Location></t:CalendarItem>',
      'C',
      true,
    ],
    [
      'Contact',
      '<t:Contact><t:DisplayName>Dora Far</t:DisplayName><t:GivenName>Dora</t:GivenName></t:Contact>',
      'Dora Far',
      true,
    ],
    [
      'Task',
      '<t:Task><t:Subject>T</t:Subject><t:DueDate>2027-03-01T00:00:00Z</t:DueDate><t:Mileage>12</t:Mileage></t:Task>',
      'T',
      true,
    ],
  ])('is an item of the class %s', async (element, content, subject, mime) => {
    const root = await parent();
    const made = await attach(root, item(content));
    expect(made.codes).toEqual(['NoError']);
    const { Id: id = '' } = idOf(made.messages[0]);
    const answer = await get([id], mime);
    const told = attachmentIn(answer);
    expect([
      told?.name,
      textOf(told, 'Name'),
      textOf(told, 'ContentLocation'),
      textOf(told, 'ContentId'),
    ]).toEqual([...['ItemAttachment', 'ItemName', PLACE, 'guid-1']]);
    const inner = child(told, element === 'Item' ? 'Message' : element);
    expect(textOf(inner, 'Subject')).toBe(subject);
    expect(textOf(inner, 'MimeContent')).toMatch(/^[A-Za-z0-9+/]{20,}/);
    expect(child(inner, 'DateTimeCreated')).not.toBeNull();
    if (element === 'CalendarItem')
      expect([textOf(inner, 'Start'), textOf(inner, 'Location')]).toEqual(['2027-03-01T10:00:00Z', 'Here']);
    if (element === 'Contact') expect(textOf(inner, 'GivenName')).toBe('Dora');
    if (element === 'Task')
      expect([textOf(inner, 'DueDate'), textOf(inner, 'Mileage')]).toEqual(['2027-03-01T00:00:00Z', '12']);
    expect(
      child(attachmentIn(await get([id], false)), inner?.name ?? '')?.children.some(
        (one) => one.name === 'MimeContent',
      ),
    ).toBe(false);
    expect((await remove([id])).codes).toEqual(['NoError']);
  });

  it('is an item that nothing was said of', async () => {
    const root = await parent();
    const bare =
      '<t:CalendarItem><t:Start>0001-01-01T00:00:00</t:Start><t:End>0001-01-01T00:00:00</t:End></t:CalendarItem>';
    for (const content of [bare, '<t:Contact/>', '<t:Task/>', '<t:PostItem/>', '<t:Item/>', '<t:Message/>']) {
      const made = await attach(root, item(content));
      expect([content, made.codes]).toEqual([content, ['NoError']]);
      const { Id: id = '' } = idOf(made.messages[0]);
      expect([content, (await get([id])).codes]).toEqual([content, ['NoError']]);
    }
  });

  it('is filtered as the shape says', async () => {
    const body =
      '&lt;html&gt;&lt;body&gt;&lt;b&gt;Bold&lt;/b&gt;&lt;script&gt;alert(1);&lt;/script&gt;&lt;/body&gt;&lt;/html&gt;';
    const made = await attach(
      await parent(),
      item(`<t:Message><t:Body BodyType="HTML">${body}</t:Body></t:Message>`),
    );
    const { Id: id = '' } = idOf(made.messages[0]);
    const shown = async (more: string) => {
      const told = child(child(attachmentIn(await get([id], true, more)), 'Message'), 'Body');
      return [told?.attributes['BodyType'], told?.text.includes('<script>')];
    };
    expect(await shown('<t:BodyType>Text</t:BodyType>')).toEqual(['Text', false]);
    expect(
      await shown('<t:BodyType>HTML</t:BodyType><t:FilterHtmlContent>false</t:FilterHtmlContent>'),
    ).toEqual(['HTML', true]);
    expect(
      await shown('<t:BodyType>HTML</t:BodyType><t:FilterHtmlContent>true</t:FilterHtmlContent>'),
    ).toEqual(['HTML', false]);
  });

  it('is many things at once, each with an answer of its own', async () => {
    const made = await attach(await parent(), file + item('<t:Item/>'));
    expect(made.codes).toEqual(['NoError', 'NoError']);
    const both = made.messages.map((one) => idOf(one)['Id'] ?? '');
    const told = await get(both);
    expect(told.codes).toEqual(['NoError', 'NoError']);
    expect([0, 1].map((n) => textOf(attachmentIn(told, n), 'ContentId'))).toEqual(['file-1', 'guid-1']);
    expect((await remove(both)).codes).toEqual(['NoError', 'NoError']);
    expect((await get(both)).codes).toEqual(['ErrorInvalidAttachmentId', 'ErrorInvalidAttachmentId']);
  });

  it('has attachments of its own, which come and go', async () => {
    const outer =
      idOf((await attach(await parent(), item('<t:Item><t:Subject>Outer</t:Subject></t:Item>'))).messages[0])[
        'Id'
      ] ?? '';
    const made = await attach(outer, item('<t:Item><t:Subject>Inner</t:Subject></t:Item>', 2));
    expect(made.codes).toEqual(['NoError']);
    const inner = idOf(made.messages[0])['Id'] ?? '';
    const deep = await attach(inner, file);
    expect(deep.codes).toEqual(['NoError']);
    const deepest = idOf(deep.messages[0])['Id'] ?? '';
    const told = await get([outer, inner, deepest]);
    expect(told.codes).toEqual(['NoError', 'NoError', 'NoError']);
    expect(textOf(child(attachmentIn(told, 0), 'Message'), 'Subject')).toBe('Outer');
    expect(textOf(child(attachmentIn(told, 1), 'Message'), 'Subject')).toBe('Inner');
    expect(textOf(attachmentIn(told, 2), 'Name')).toBe('attach.jpg');
    expect((await remove([deepest])).codes).toEqual(['NoError']);
    expect((await remove([inner])).codes).toEqual(['NoError']);
    expect((await get([inner])).codes).toEqual(['ErrorInvalidAttachmentId']);
    expect((await remove([outer])).codes).toEqual(['NoError']);
  });

  it('is refused by its own error where it cannot be attached', async () => {
    const root = await parent();
    for (const name of ['MeetingMessage', 'MeetingRequest', 'MeetingResponse', 'MeetingCancellation'])
      expect((await attach(root, item(`<t:${name}/>`))).codes).toEqual([
        'ErrorInvalidItemForOperationCreateItemAttachment',
      ]);
    expect((await attach(root, item(''))).codes).toEqual(['ErrorMissingItemForCreateItemAttachment']);
    expect((await attach('bm9uc2Vuc2U=', file)).codes).toEqual(['ErrorInvalidIdMalformed']);
  });

  it('is a place elsewhere, as a shortcut to it', async () => {
    const place = 'https://files.example/plan.docx';
    const root = await parent();
    const reference = (address: string) =>
      `<t:ReferenceAttachment><t:Name>Plan</t:Name><t:AttachLongPathName>${address}</t:AttachLongPathName></t:ReferenceAttachment>`;
    const made = await attach(root, reference(place));
    expect(made.codes).toEqual(['NoError']);
    const { Id: id = '' } = idOf(made.messages[0]);
    const told = attachmentIn(await get([id]));
    expect([textOf(told, 'Name'), textOf(told, 'ContentLocation')]).toEqual(['Plan.url', place]);
    expect(Buffer.from(textOf(told, 'Content') ?? '', 'base64').toString()).toContain(`URL=${place}`);
    expect((await remove([id])).codes).toEqual(['NoError']);
    expect((await attach(root, reference('javascript:run()'))).codes).toEqual(['ErrorInvalidArgument']);
  });

  it('can be attached to an event, too', async () => {
    const root = await parent('<t:CalendarItem><t:Subject>Event</t:Subject></t:CalendarItem>');
    const made = await attach(root, item('<t:Task><t:Subject>Prepare</t:Subject></t:Task>'));
    expect(made.codes).toEqual(['NoError']);
    const told = attachmentIn(await get([idOf(made.messages[0])['Id'] ?? '']));
    expect(textOf(child(told, 'Task'), 'Subject')).toBe('Prepare');
  });
});
