import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attributeOf, child, children, textOf } from '../../codecs/soap/read.ts';
import { decodeId, encodeId } from '../../workers/ews/ids/id.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

interface Database {
  prepare(sql: string): { bind(...values: string[]): { first<T>(column: string): Promise<T | null> } };
}

const HEADERS = [
  'From: "Bea Sender" <bea@elsewhere.example>',
  'To: "Ann" <ann@items.example>, carl@elsewhere.example',
  'Cc: dora@elsewhere.example',
  'Date: Mon, 02 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
];

function mail(subject: string, lines: readonly string[]): string {
  const id = subject.replace(/\W/g, '-');
  return `${[...HEADERS, `Subject: ${subject}`, `Message-ID: <${id}@elsewhere.example>`, ...lines].join('\r\n')}\r\n`;
}

describe('items of EWS', () => {
  let server: InProcess;
  let client: EwsClient;
  let mailboxId: string;

  beforeAll(async () => {
    server = await startInProcess();
    const user = await server.addUser('ann@items.example', 'secret-ann-1');
    mailboxId = user.userId;
    client = ewsClient(server, user.address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  async function receive(raw: string): Promise<string> {
    await server.email('bea@elsewhere.example', 'ann@items.example', raw);
    await server.drain();
    const { MAIL_1 } = await server.bindings<{ MAIL_1: Database }>();
    const subject = /^Subject: (.*)\r$/m.exec(raw)?.[1] ?? '';
    const row = await MAIL_1.prepare('select item_id from messages where subject = ?')
      .bind(subject)
      .first<string>('item_id');
    if (row === null) throw new Error(`no message ${subject}`);
    return encodeId({ kind: 'item', mailboxId, itemId: row });
  }

  const getItem = (shape: string, ...ids: string[]) =>
    client.call(
      `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:GetItem>`,
    );

  const getAttachment = (shape: string, ...ids: string[]) =>
    client.call(
      `<m:GetAttachment>${shape === '' ? '' : `<m:AttachmentShape>${shape}</m:AttachmentShape>`}<m:AttachmentIds>${ids.map((id) => `<t:AttachmentId Id="${id}"/>`).join('')}</m:AttachmentIds></m:GetAttachment>`,
    );

  it('answers a message in all its properties', async () => {
    const raw = mail('All of it', ['Content-Type: text/html; charset=utf-8', '', '<p>Hello <b>Ann</b></p>']);
    const id = await receive(raw);
    const { messages, codes } = await getItem('<t:BaseShape>AllProperties</t:BaseShape>', id);
    expect(codes).toEqual(['NoError']);
    const item = child(child(messages[0] ?? null, 'Items'), 'Message');
    expect([textOf(item, 'Subject'), textOf(item, 'ItemClass'), textOf(item, 'IsRead')]).toEqual([
      'All of it',
      'IPM.Note',
      'false',
    ]);
    expect(child(item, 'Body')?.text).toContain('<b>Ann</b>');
    expect(attributeOf(child(item, 'Body'), 'BodyType')).toBe('HTML');
    expect(children(child(item, 'ToRecipients'), 'Mailbox')).toHaveLength(2);
    expect(textOf(item, 'DateTimeSent')).toBe('2026-11-02T10:00:00Z');
  });

  const boundary = (type: string, name: string, parts: readonly string[][]) => [
    `Content-Type: ${type}; boundary="${name}"`,
    '',
    ...parts.flatMap((lines) => [`--${name}`, ...lines]),
    `--${name}--`,
  ];

  it('gives the content of files, and of attached messages all that they are', async () => {
    const inner = mail('Inner', [
      ...boundary('multipart/mixed', 'in', [
        ['Content-Type: text/plain', '', 'inner text'],
        ['Content-Type: text/x-note; name="deep.txt"', 'Content-Disposition: attachment', '', 'deep down'],
      ]),
    ]);
    const raw = mail('Outer', [
      ...boundary('multipart/mixed', 'out', [
        ['Content-Type: text/plain', '', 'outer text'],
        [
          'Content-Type: application/octet-stream; name="data.bin"',
          'Content-Disposition: attachment; filename="data.bin"',
          'Content-Transfer-Encoding: base64',
          '',
          'AAEC/w==',
        ],
        ['Content-Type: message/rfc822', 'Content-Disposition: attachment', '', inner],
      ]),
    ]);
    const id = await receive(raw);
    const { messages } = await getItem('<t:BaseShape>Default</t:BaseShape>', id);
    const item = child(child(messages[0] ?? null, 'Items'), 'Message');
    const list = child(item, 'Attachments')?.children ?? [];
    expect(list.map((one) => [one.name, textOf(one, 'Name'), textOf(one, 'Size')])).toEqual([
      ['FileAttachment', 'data.bin', '4'],
      ['ItemAttachment', expect.stringContaining('attachment'), expect.any(String)],
    ]);
    const ids = list.map((one) => attributeOf(child(one, 'AttachmentId'), 'Id') ?? '');
    const got = await getAttachment('<t:IncludeMimeContent>true</t:IncludeMimeContent>', ...ids);
    expect(got.codes).toEqual(['NoError', 'NoError']);
    const [file, attached] = got.messages.map((one) => child(one, 'Attachments')?.children[0] ?? null);
    expect(textOf(file ?? null, 'Content')).toBe('AAEC/w==');
    const message = child(attached ?? null, 'Message');
    expect([textOf(message, 'Subject'), textOf(message, 'Body')]).toEqual(['Inner', 'inner text']);
    expect(
      Buffer.from(textOf(message, 'MimeContent') ?? '', 'base64')
        .toString()
        .trimEnd(),
    ).toBe(inner.trimEnd());
    const deep = child(message, 'Attachments')?.children[0] ?? null;
    const deepest = await getAttachment('', attributeOf(child(deep, 'AttachmentId'), 'Id') ?? '');
    const content = child(deepest.messages[0] ?? null, 'Attachments')?.children[0] ?? null;
    expect(
      Buffer.from(textOf(content, 'Content') ?? '', 'base64')
        .toString()
        .trim(),
    ).toBe('deep down');
  });

  it('answers each attachment that is not there by its own error', async () => {
    const id = await receive(mail('No files', ['', 'text']));
    const decoded = decodeId(id);
    const itemId = decoded.kind === 'item' ? decoded.itemId : '';
    const absent = encodeId({ kind: 'attachment', mailboxId, itemId, attachment: '7' });
    const other = encodeId({ kind: 'attachment', mailboxId, itemId: 'none', attachment: '1' });
    const { codes } = await getAttachment('', absent, other, id, 'nonsense');
    expect(codes).toEqual([
      'ErrorInvalidAttachmentId',
      'ErrorInvalidAttachmentId',
      'ErrorInvalidAttachmentId',
      'ErrorInvalidIdMalformed',
    ]);
  });

  const field = (...uris: string[]) =>
    `<t:AdditionalProperties>${uris.map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('')}</t:AdditionalProperties>`;
  const first = async (shape: string, id: string) => {
    const { messages, codes } = await getItem(shape, id);
    expect(codes).toEqual(['NoError']);
    return child(messages[0] ?? null, 'Items')?.children[0] ?? null;
  };

  it('gives the very bytes of a message', async () => {
    const raw = mail('Bytes', ['Content-Type: text/plain; charset=utf-8', '', 'Grüße \t end', '', '.']);
    const item = await first(
      '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>',
      await receive(raw),
    );
    expect(item?.children.map((one) => one.name)).toEqual(['MimeContent', 'ItemId']);
    expect(Buffer.from(textOf(item, 'MimeContent') ?? '', 'base64').toString()).toBe(raw);
  });

  it('gives bodies as they are asked for, whole and cut, without the message that is answered', async () => {
    const html =
      '<html><body><p>New &amp; short</p><blockquote type="cite">Old words</blockquote></body></html>';
    const id = await receive(
      mail('Bodies', [
        ...boundary('multipart/alternative', 'alt', [
          ['Content-Type: text/plain; charset=utf-8', '', 'New & short', '', '> Old words'],
          ['Content-Type: text/html; charset=utf-8', '', html],
        ]),
      ]),
    );
    const bodies = await first(
      `<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>Text</t:BodyType>${field('item:TextBody', 'item:UniqueBody', 'item:NormalizedBody', 'item:Preview')}`,
      id,
    );
    const told = (name: string) => [
      attributeOf(child(bodies, name), 'BodyType'),
      child(bodies, name)?.text.trim(),
    ];
    expect(told('Body')).toEqual(['Text', expect.stringContaining('New & short')]);
    expect(told('TextBody')).toEqual(['Text', expect.stringContaining('Old words')]);
    expect(told('UniqueBody')).toEqual(['Text', 'New & short']);
    const best = await first(
      '<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>Best</t:BodyType><t:ConvertHtmlCodePageToUTF8>false</t:ConvertHtmlCodePageToUTF8>',
      id,
    );
    expect(child(best, 'Body')?.text.trim()).toBe(html);
    const short = await first(
      '<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>HTML</t:BodyType><t:ConvertHtmlCodePageToUTF8>false</t:ConvertHtmlCodePageToUTF8><t:MaximumBodySize>10</t:MaximumBodySize>',
      id,
    );
    expect(child(short, 'Body')?.text).toBe(html.slice(0, 10));
    expect(attributeOf(child(short, 'Body'), 'IsTruncated')).toBe('true');
    const text = await receive(mail('Only text', ['', 'a < b']));
    const made = await first('<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>HTML</t:BodyType>', text);
    expect(child(made, 'Body')?.text).toContain('a &lt; b');
  });

  const tag = (name: string, type: string) =>
    `<t:ExtendedFieldURI PropertyTag="${name}" PropertyType="${type}"/>`;
  const named = (name: string, type: string) =>
    `<t:ExtendedFieldURI DistinguishedPropertySetId="${name.split('/')[0]}" PropertyName="${name.split('/')[1]}" PropertyType="${type}"/>`;

  it('tells MAPI properties from what the message says, under the names that were asked for', async () => {
    const raw = mail('Re: Tags', ['Content-Class: urn:content-classes:message', '', 'words']);
    const id = await receive(raw);
    const item = await first(
      `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${[
        ...[
          tag('0x0037', 'String'),
          tag('3591', 'Integer'),
          tag('0x0E23', 'Integer'),
          tag('4240', 'Integer'),
        ],
        ...[
          tag('0x10f3', 'String'),
          tag('0x007D', 'String'),
          tag('0x1000', 'String'),
          tag('0x0e06', 'SystemTime'),
        ],
        ...[tag('0x0e1d', 'String'), named('InternetHeaders/content-class', 'String')],
        ...[named('InternetHeaders/Message-ID', 'String'), named('PublicStrings/Keywords', 'StringArray')],
        ...[named('PublicStrings/xmozlastack', 'String')],
      ].join('')}</t:AdditionalProperties>`,
      id,
    );
    const found = children(item, 'ExtendedProperty').map((one) => {
      const { PropertyTag, PropertyName } = child(one, 'ExtendedFieldURI')?.attributes ?? {};
      return [PropertyTag ?? PropertyName, textOf(one, 'Value')];
    });
    expect(Object.fromEntries(found)).toEqual({
      '0x37': 'Re: Tags',
      '0xe07': '2',
      '0xe23': expect.stringMatching(/^\d+$/),
      '0x10f3': expect.stringMatching(/^\w+\.EML$/),
      '0x7d': expect.stringContaining('Message-ID: <Re--Tags@elsewhere.example>'),
      '0x1000': expect.stringContaining('words'),
      '0xe06': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
      '0xe1d': 'Tags',
      'content-class': 'urn:content-classes:message',
      'Message-ID': '<Re--Tags@elsewhere.example>',
    });
  });

  it('answers several items in the order asked for, what is not there by its own error', async () => {
    const one = await receive(mail('One', ['', '1']));
    const two = await receive(mail('Two', ['', '2']));
    const absent = encodeId({ kind: 'item', mailboxId, itemId: 'absent' });
    const foreign = encodeId({ kind: 'item', mailboxId: 'nobody', itemId: 'x' });
    const answer = await getItem('<t:BaseShape>Default</t:BaseShape>', two, absent, one, 'zzz', foreign, two);
    expect(answer.codes).toEqual([
      ...['NoError', 'ErrorItemNotFound', 'NoError', 'ErrorInvalidIdMalformed', 'ErrorItemNotFound'],
      'NoError',
    ]);
    const subjects = answer.messages.map((m) => textOf(child(m, 'Items')?.children[0] ?? null, 'Subject'));
    expect(subjects).toEqual(['Two', null, 'One', null, null, 'Two']);
  });

  it('gives single headers by their names, and all of them', async () => {
    const id = await receive(mail('Headers', ['X-Thing: =?utf-8?q?a_=C3=BC?=', 'X-Thing: two', '', 'x']));
    const item = await first(
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex="x-thing"/></t:AdditionalProperties>',
      id,
    );
    const told = child(item, 'InternetMessageHeaders')?.children ?? [];
    expect(told.map((one) => [attributeOf(one, 'HeaderName'), one.text])).toEqual([
      ['X-Thing', 'a ü'],
      ['X-Thing', 'two'],
    ]);
    const all = await first(`<t:BaseShape>IdOnly</t:BaseShape>${field('item:InternetMessageHeaders')}`, id);
    const names = (child(all, 'InternetMessageHeaders')?.children ?? []).map((one) =>
      attributeOf(one, 'HeaderName'),
    );
    expect(names).toEqual(expect.arrayContaining(['From', 'To', 'Subject', 'Message-ID', 'X-Thing']));
  });

  it('exports an item with all that it is', async () => {
    const raw = mail('Exported', ['', 'as it is']);
    const id = await receive(raw);
    const exported = await client.call(
      `<m:ExportItems><m:ItemIds><t:ItemId Id="${id}"/><t:ItemId Id="zz"/></m:ItemIds></m:ExportItems>`,
    );
    expect(exported.codes).toEqual(['NoError', 'ErrorInvalidIdMalformed']);
    const data = Buffer.from(textOf(exported.messages[0] ?? null, 'Data') ?? '', 'base64');
    const [mark, head = '', ...rest] = data.toString().split('\n');
    expect([mark, rest.join('\n')]).toEqual(['waypost-item-1', raw]);
    expect(JSON.parse(head)).toMatchObject({
      kind: 'message',
      isRead: false,
      isDraft: false,
      categories: [],
    });
  });

  const calendar = (method: string, lines: readonly string[]) => [
    `Content-Type: text/calendar; method=${method}; charset=utf-8`,
    '',
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//x//y',
      `METHOD:${method}`,
      'BEGIN:VEVENT',
      'UID:meet-1@elsewhere',
    ],
    ...['DTSTAMP:20261101T100000Z', 'DTSTART:20261210T090000Z', 'DTEND:20261210T100000Z', 'SUMMARY:Plan'],
    'ORGANIZER;CN=Bea:mailto:bea@elsewhere.example',
    ...lines,
    ...['END:VEVENT', 'END:VCALENDAR'],
  ];

  it('tells of an invitation what the meeting is, and of its answer and its end', async () => {
    const asked = [
      'ATTENDEE;CN=Ann;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:ann@items.example',
      'LOCATION:Room 1',
    ];
    const weekly = [
      'RRULE:FREQ=WEEKLY;COUNT=4',
      'ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:dora@elsewhere.example',
    ];
    const request = await receive(
      mail('Invitation', calendar('REQUEST', [...asked, ...weekly, 'SEQUENCE:0'])),
    );
    const item = await first('<t:BaseShape>AllProperties</t:BaseShape>', request);
    expect(item?.name).toBe('MeetingRequest');
    const told = (of: typeof item, ...names: string[]) => names.map((name) => textOf(of, name));
    expect(told(item, 'ItemClass', 'UID', 'Start', 'End', 'Location', 'CalendarItemType')).toEqual([
      ...['IPM.Schedule.Meeting.Request', 'meet-1@elsewhere', '2026-12-10T09:00:00Z', '2026-12-10T10:00:00Z'],
      ...['Room 1', 'RecurringMaster'],
    ]);
    expect(told(item, 'MeetingRequestType', 'IsOutOfDate', 'IsOrganizer', 'IsMeeting')).toEqual([
      ...['NewMeetingRequest', 'false', 'false', 'true'],
    ]);
    expect(child(item, 'Recurrence')?.children.map((one) => one.name)).toEqual([
      'WeeklyRecurrence',
      'NumberedRecurrence',
    ]);
    const people = ['RequiredAttendees', 'OptionalAttendees'].map((name) =>
      textOf(child(child(child(item, name), 'Attendee'), 'Mailbox'), 'EmailAddress'),
    );
    expect(people).toEqual(['bea@elsewhere.example', 'dora@elsewhere.example']);
    expect(child(item, 'ResponseObjects')?.children.map((one) => one.name)).toEqual(
      expect.arrayContaining(['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem']),
    );
    const booked = attributeOf(child(item, 'AssociatedCalendarItemId'), 'Id') ?? '';
    const event = await first('<t:BaseShape>Default</t:BaseShape>', booked);
    expect([event?.name, textOf(event, 'Subject')]).toEqual(['CalendarItem', 'Plan']);

    const cancelled = await receive(
      mail('Called off', calendar('CANCEL', [...asked, 'SEQUENCE:1', 'STATUS:CANCELLED'])),
    );
    const end = await first('<t:BaseShape>AllProperties</t:BaseShape>', cancelled);
    expect([end?.name, ...told(end, 'ItemClass', 'UID', 'Start')]).toEqual([
      ...['MeetingCancellation', 'IPM.Schedule.Meeting.Canceled', 'meet-1@elsewhere', '2026-12-10T09:00:00Z'],
    ]);
    expect(child(end, 'ResponseObjects')?.children.map((one) => one.name)).toContain('RemoveItem');

    const reply = await receive(
      mail(
        'Answer',
        calendar('REPLY', ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:bea@elsewhere.example', 'SEQUENCE:0']),
      ),
    );
    const answer = await first('<t:BaseShape>AllProperties</t:BaseShape>', reply);
    expect([answer?.name, ...told(answer, 'ItemClass', 'ResponseType')]).toEqual([
      ...['MeetingResponse', 'IPM.Schedule.Meeting.Resp.Pos', 'Accept'],
    ]);
  });

  it('has in the usual shapes what lists of messages are made of, of drafts too', async () => {
    const received = await first(
      '<t:BaseShape>Default</t:BaseShape>',
      await receive(mail('Usual', ['', 'x'])),
    );
    const made = await client.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>Draft</t:Subject></t:Message></m:Items></m:CreateItem>',
    );
    const draftId =
      attributeOf(child(child(child(made.messages[0] ?? null, 'Items'), 'Message'), 'ItemId'), 'Id') ?? '';
    const draft = await first('<t:BaseShape>Default</t:BaseShape>', draftId);
    const wanted = [
      ...[
        'ItemId',
        'ParentFolderId',
        'ItemClass',
        'Subject',
        'DateTimeReceived',
        'Size',
        'IsDraft',
        'DateTimeSent',
      ],
      ...['HasAttachments', 'ConversationId', 'From', 'IsRead', 'Body'],
    ];
    for (const item of [received, draft]) {
      expect(wanted.filter((name) => child(item, name) === null)).toEqual([]);
    }
    expect([textOf(received, 'IsDraft'), textOf(draft, 'IsDraft')]).toEqual(['false', 'true']);
    // An empty list is refused by some clients.
    for (const name of ['Attachments', 'ToRecipients', 'Categories']) expect(child(draft, name)).toBeNull();
  });

  it('keeps what clients give: MAPI properties by any of their names', async () => {
    const set = (path: string, value: string) => `<t:ExtendedProperty>${path}${value}</t:ExtendedProperty>`;
    const one = named('PublicStrings/xmozlastack', 'String');
    const guid = (type: string) =>
      `<t:ExtendedFieldURI PropertySetId="C11FF724-AA03-4555-9952-8FA248A11C3E" PropertyName="mine" PropertyType="${type}"/>`;
    const made = await client.ok(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>Kept</t:Subject>${set(one, '<t:Value>a &lt; b</t:Value>')}${set(guid('StringArray'), '<t:Values><t:Value>x</t:Value><t:Value>y</t:Value></t:Values>')}${set(tag('0x8570', 'Integer'), '<t:Value>7</t:Value>')}</t:Message></m:Items></m:CreateItem>`,
    );
    const id =
      attributeOf(child(child(child(made.messages[0] ?? null, 'Items'), 'Message'), 'ItemId'), 'Id') ?? '';
    const item = await first(
      `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${one}${guid('StringArray')}${tag('34160', 'Integer')}${named('PublicStrings/other', 'String')}</t:AdditionalProperties>`,
      id,
    );
    const values = children(item, 'ExtendedProperty').map(
      (entry) => textOf(entry, 'Value') ?? children(child(entry, 'Values'), 'Value').map((v) => v.text),
    );
    expect(values).toEqual(['a < b', ['x', 'y'], '7']);
  });

  it('gives files of events as they were handed in', async () => {
    const made = await client.ok(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>With file</t:Subject><t:Start>2026-12-01T10:00:00Z</t:Start><t:End>2026-12-01T11:00:00Z</t:End></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const id =
      attributeOf(child(child(child(made.messages[0] ?? null, 'Items'), 'CalendarItem'), 'ItemId'), 'Id') ??
      '';
    await client.ok(
      `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>plan.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:Content>cGxhbg==</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
    );
    const event = await first('<t:BaseShape>Default</t:BaseShape>', id);
    const file = child(event, 'Attachments')?.children[0] ?? null;
    expect([textOf(event, 'HasAttachments'), textOf(file, 'Name'), textOf(file, 'Size')]).toEqual([
      'true',
      'plan.txt',
      '4',
    ]);
    const got = await getAttachment('', attributeOf(child(file, 'AttachmentId'), 'Id') ?? '');
    const content = child(got.messages[0] ?? null, 'Attachments')?.children[0] ?? null;
    expect(textOf(content, 'Content')).toBe('cGxhbg==');
    const mime = await first(
      '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>',
      id,
    );
    expect(Buffer.from(textOf(mime, 'MimeContent') ?? '', 'base64').toString()).toContain('BEGIN:VEVENT');
  });

  it('shows somebody else of what is private only when it is', async () => {
    const made = await client.ok(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Doctor</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="Text">Hush</t:Body><t:Start>2026-12-02T10:00:00Z</t:Start><t:End>2026-12-02T11:00:00Z</t:End></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const id =
      attributeOf(child(child(child(made.messages[0] ?? null, 'Items'), 'CalendarItem'), 'ItemId'), 'Id') ??
      '';
    const other = await server.addUser('eve@items.example', 'secret-eve-1');
    const { MAIL_1 } = await server.bindings<{ MAIL_1: Database }>();
    const eve = ewsClient(server, other.address, 'secret-eve-1');
    const get = `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`;
    expect((await eve.call(get)).codes).toEqual(['ErrorItemNotFound']);
    await MAIL_1.prepare(
      "insert into acl (tenant_id, mailbox_id, folder_id, grantee_id, rights) select tenant_id, mailbox_id, '', ?, 'read' from mailboxes where mailbox_id = ?",
    )
      .bind(other.userId, mailboxId)
      .first('rights');
    const shown = await eve.ok(get);
    const event = child(child(shown.messages[0] ?? null, 'Items'), 'CalendarItem');
    expect(textOf(event, 'Start')).toBe('2026-12-02T10:00:00Z');
    expect(textOf(event, 'EffectiveRights')).not.toBeNull();
    expect(shown.text).not.toContain('Doctor');
    expect(shown.text).not.toContain('Hush');
  });

  it('keeps categories with the copy of what is sent', async () => {
    await client.ok(
      '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:Message><t:Subject>Coloured</t:Subject><t:Categories><t:String>Blue</t:String></t:Categories><t:ToRecipients><t:Mailbox><t:EmailAddress>ann@items.example</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>',
    );
    await server.drain();
    const found = await client.ok(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="sentitems"/></m:ParentFolderIds></m:FindItem>',
    );
    const items = child(child(found.messages[0] ?? null, 'RootFolder'), 'Items')?.children ?? [];
    const copies = items.filter((one) => textOf(one, 'Subject') === 'Coloured');
    expect(copies.map((one) => textOf(child(one, 'Categories'), 'String'))).toEqual(['Blue']);
  });

  it('keeps with an attached message what has no field in it', async () => {
    const made = await client.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>Outer</t:Subject><t:Attachments><t:ItemAttachment><t:Name>inner</t:Name><t:Message><t:Subject>Inner</t:Subject><t:Categories><t:String>Red</t:String><t:String>Gr\u00fcn</t:String></t:Categories><t:ReminderIsSet>true</t:ReminderIsSet><t:Culture>es-ES</t:Culture></t:Message></t:ItemAttachment></t:Attachments></t:Message></m:Items></m:CreateItem>',
    );
    const id =
      attributeOf(child(child(child(made.messages[0] ?? null, 'Items'), 'Message'), 'ItemId'), 'Id') ?? '';
    const outer = await first('<t:BaseShape>Default</t:BaseShape>', id);
    const listed = child(outer, 'Attachments')?.children[0] ?? null;
    expect(textOf(listed, 'Name')).toBe('inner');
    const got = await getAttachment('', attributeOf(child(listed, 'AttachmentId'), 'Id') ?? '');
    const inner = child(child(got.messages[0] ?? null, 'Attachments')?.children[0] ?? null, 'Message');
    expect(children(child(inner, 'Categories'), 'String').map((one) => one.text)).toEqual([
      'Red',
      'Gr\u00fcn',
    ]);
    expect([textOf(inner, 'ReminderIsSet'), textOf(inner, 'Culture')]).toEqual(['true', 'es-ES']);
  });

  it('changes bodies as the shape wants them: nothing that runs, no pictures from elsewhere, links that open elsewhere', async () => {
    const html =
      '<html><body><a href="https://x.example">x</a><img src="https://x.example/1.png"><script>run()</script></body></html>';
    const id = await receive(mail('Shaped', ['Content-Type: text/html', '', html]));
    const body = async (flags: string) =>
      first(
        `<t:BaseShape>IdOnly</t:BaseShape><t:BodyType>HTML</t:BodyType>${flags}${field('item:HasBlockedImages')}`,
        id,
      );
    const plain = await body('<t:ConvertHtmlCodePageToUTF8>false</t:ConvertHtmlCodePageToUTF8>');
    expect([child(plain, 'Body')?.text, textOf(plain, 'HasBlockedImages')]).toEqual([html, 'false']);
    const filtered = await body('<t:FilterHtmlContent>true</t:FilterHtmlContent>');
    expect(child(filtered, 'Body')?.text).not.toContain('script');
    const quiet = await body(
      '<t:BlockExternalImages>true</t:BlockExternalImages><t:AddBlankTargetToLinks>true</t:AddBlankTargetToLinks>',
    );
    expect(textOf(quiet, 'HasBlockedImages')).toBe('true');
    expect(child(quiet, 'Body')?.text).toMatch(/<a href="[^"]+" target="_blank">x<\/a><img blockedimagesrc=/);
  });
});
