import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

/** The first item of an answer. */
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

describe('events of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@events.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const create = async (inner: string, send = 'SendToNone') =>
    idOf(
      itemOf(
        await client.ok(
          `<m:CreateItem SendMeetingInvitations="${send}"><m:Items><t:CalendarItem>${inner}</t:CalendarItem></m:Items></m:CreateItem>`,
        ),
      ),
    );
  const get = async (id: string, more = '') =>
    itemOf(
      await client.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${more}</m:ItemShape><m:ItemIds>${id.startsWith('<') ? id : `<t:ItemId Id="${id}"/>`}</m:ItemIds></m:GetItem>`,
      ),
    );
  const update = (id: string, changes: string, send = 'SendToNone') =>
    client.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="${send}"><m:ItemChanges><t:ItemChange>${id.startsWith('<') ? id : `<t:ItemId Id="${id}"/>`}<t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
  const setField = (uri: string, value: string) =>
    `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:CalendarItem>${value}</t:CalendarItem></t:SetItemField>`;

  it('makes an appointment and shows all of it', async () => {
    const id = await create(
      '<t:Subject>Lunch</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="Text">with soup</t:Body><t:Categories><t:String>food</t:String></t:Categories>' +
        '<t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>30</t:ReminderMinutesBeforeStart>' +
        '<t:Start>2026-12-01T10:00:00</t:Start><t:End>2026-12-01T11:30:00</t:End><t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>Kitchen</t:Location><t:StartTimeZone Id="W. Europe Standard Time"/>',
    );
    const item = await get(id);
    expect(item.name).toBe('CalendarItem');
    expect(
      texts(
        item,
        'Subject',
        'Sensitivity',
        'Start',
        'End',
        'LegacyFreeBusyStatus',
        'Location',
        'CalendarItemType',
      ),
    ).toEqual([
      'Lunch',
      'Private',
      '2026-12-01T09:00:00Z',
      '2026-12-01T10:30:00Z',
      'OOF',
      'Kitchen',
      'Single',
    ]);
    expect(
      texts(
        item,
        'IsMeeting',
        'IsCancelled',
        'AppointmentState',
        'MyResponseType',
        'IsResponseRequested',
        'Duration',
      ),
    ).toEqual(['false', 'false', '0', 'Unknown', 'true', 'PT1H30M']);
    expect(texts(item, 'ReminderIsSet', 'ReminderMinutesBeforeStart')).toEqual(['true', '30']);
    expect(child(item, 'StartTimeZone')?.attributes['Id']).toBe('W. Europe Standard Time');
    expect(textOf(at(item, 'Organizer', 'Mailbox'), 'EmailAddress')).toBe('ann@events.example');
    expect(textOf(item, 'UID')).toMatch(/^040000008200E00074C5B7101A82E008/);
  });

  it('takes whole days as dates, whichever midnight they come with', async () => {
    const id = await create(
      '<t:Subject>Holiday</t:Subject><t:Start>2026-12-24T00:00:00Z</t:Start><t:End>2026-12-26T00:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent><t:StartTimeZone Id="UTC"/><t:EndTimeZone Id="UTC"/>',
    );
    expect(texts(await get(id), 'IsAllDayEvent', 'Start', 'End', 'Duration')).toEqual([
      'true',
      '2026-12-24T00:00:00Z',
      '2026-12-26T00:00:00Z',
      'P2D',
    ]);
  });

  it('refuses times that cannot be', async () => {
    const call = (inner: string) =>
      client.call(
        `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>${inner}</t:CalendarItem></m:Items></m:CreateItem>`,
      );
    const early = await call('<t:Start>2026-12-02T10:00:00Z</t:Start><t:End>2026-12-01T10:00:00Z</t:End>');
    expect(early.codes).toEqual(['ErrorCalendarEndDateIsEarlierThanStartDate']);
    const long = await call('<t:Start>2026-12-02T10:00:00Z</t:Start><t:End>2036-12-01T10:00:00Z</t:End>');
    expect(long.codes).toEqual(['ErrorCalendarDurationIsTooLong']);
    const online = await call(
      '<t:Start>2026-12-02T10:00:00Z</t:Start><t:End>2026-12-02T11:00:00Z</t:End><t:IsOnlineMeeting>true</t:IsOnlineMeeting>',
    );
    expect(online.codes).toEqual(['ErrorInvalidPropertySet']);
  });

  const SERIES =
    '<t:Subject>Standup</t:Subject><t:Start>2026-11-28T09:00:00Z</t:Start><t:End>2026-11-28T09:15:00Z</t:End>' +
    '<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Wednesday</t:DaysOfWeek></t:WeeklyRecurrence>' +
    '<t:NumberedRecurrence><t:StartDate>2026-11-28</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence><t:StartTimeZone Id="UTC"/>';

  it('keeps a series with its occurrences, which are changed and removed by themselves', async () => {
    const id = await create(SERIES);
    const master = await get(id);
    // The first day of the pattern, not the Saturday that was named.
    expect(texts(master, 'CalendarItemType', 'IsRecurring', 'Start')).toEqual([
      'RecurringMaster',
      'false',
      '2026-11-30T09:00:00Z',
    ]);
    expect(textOf(child(master, 'FirstOccurrence'), 'Start')).toBe('2026-11-30T09:00:00Z');
    expect(textOf(child(master, 'LastOccurrence'), 'Start')).toBe('2026-12-14T09:00:00Z');
    expect(textOf(at(master, 'Recurrence', 'WeeklyRecurrence'), 'DaysOfWeek')).toBe('Monday Wednesday');

    const second = `<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"/>`;
    const occurrence = await get(second);
    expect(texts(occurrence, 'CalendarItemType', 'Start', 'OriginalStart')).toEqual([
      'Occurrence',
      '2026-12-02T09:00:00Z',
      '2026-12-02T09:00:00Z',
    ]);
    const changed = await update(
      second,
      setField('calendar:Start', '<t:Start>2026-12-02T14:00:00Z</t:Start>') +
        setField('calendar:End', '<t:End>2026-12-02T14:30:00Z</t:End>') +
        setField('item:Subject', '<t:Subject>Late standup</t:Subject>'),
    );
    expect(changed.codes).toEqual(['NoError']);
    const exception = await get(idOf(itemOf(changed)));
    expect(texts(exception, 'CalendarItemType', 'Subject', 'Start', 'OriginalStart')).toEqual([
      'Exception',
      'Late standup',
      '2026-12-02T14:00:00Z',
      '2026-12-02T09:00:00Z',
    ]);
    const after = await get(`<t:RecurringMasterItemId OccurrenceId="${idOf(exception)}"/>`);
    expect(textOf(after, 'Subject')).toBe('Standup');
    const [modified] = children(child(after, 'ModifiedOccurrences'), 'Occurrence');
    expect(texts(modified ?? after, 'Start', 'OriginalStart')).toEqual([
      '2026-12-02T14:00:00Z',
      '2026-12-02T09:00:00Z',
    ]);
    const beyond = await client.call(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="6"/></m:ItemIds></m:GetItem>`,
    );
    expect(beyond.codes).toEqual(['ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange']);
    const noOccurrence = await client.call(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:RecurringMasterItemId OccurrenceId="${id}"/></m:ItemIds></m:GetItem>`,
    );
    expect(noOccurrence.codes).toEqual(['ErrorCalendarCannotUseIdForOccurrenceId']);
  });

  it('reads iCalendar, and writes it with the definition of the zone', async () => {
    const ics = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//T//EN',
      'BEGIN:VTIMEZONE',
      'TZID:W. Europe Standard Time',
      'BEGIN:STANDARD',
      'DTSTART:19701025T030000',
      'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:19700329T020000',
      'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
      'BEGIN:VEVENT',
      'UID:ev1@dav',
      'DTSTAMP:20261121T000000Z',
      'DTSTART;TZID=W. Europe Standard Time:20261201T100000',
      'DTEND;TZID=W. Europe Standard Time:20261201T110000',
      'SUMMARY:Dav event',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    const id = await create(
      `<t:MimeContent>${Buffer.from(ics).toString('base64')}</t:MimeContent><t:ReminderIsSet>false</t:ReminderIsSet><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x10f3" PropertyType="String"/><t:Value>ev1.ics</t:Value></t:ExtendedProperty><t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus>`,
    );
    const item = await get(id, '<t:IncludeMimeContent>true</t:IncludeMimeContent>');
    expect(texts(item, 'UID', 'Subject', 'Start', 'LegacyFreeBusyStatus')).toEqual([
      'ev1@dav',
      'Dav event',
      '2026-12-01T09:00:00Z',
      'Free',
    ]);
    const written = Buffer.from(textOf(item, 'MimeContent') ?? '', 'base64').toString();
    expect(written).toContain('BEGIN:VTIMEZONE');
    expect(written).toContain('UID:ev1@dav');
    const changed = await update(
      id,
      setField('calendar:Start', '<t:Start>2026-12-01T10:00:00</t:Start>') +
        setField('calendar:End', '<t:End>2026-12-01T11:00:00</t:End>') +
        setField('calendar:StartTimeZone', '<t:StartTimeZone Id="GMT Standard Time"/>') +
        '<t:SetItemField><t:ExtendedFieldURI PropertyTag="0x37" PropertyType="String"/><t:Item><t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x37" PropertyType="String"/><t:Value>Moved</t:Value></t:ExtendedProperty></t:Item></t:SetItemField>' +
        '<t:DeleteItemField><t:FieldURI FieldURI="calendar:RequiredAttendees"/></t:DeleteItemField>',
    );
    expect(changed.codes).toEqual(['NoError']);
    expect(texts(await get(id), 'Subject', 'Start')).toEqual(['Moved', '2026-12-01T10:00:00Z']);
  });

  it('shows a window of the calendar, each occurrence by itself', async () => {
    await create(
      '<t:Subject>Course</t:Subject><t:Start>2031-01-06T09:00:00Z</t:Start><t:End>2031-01-06T10:00:00Z</t:End><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2031-01-06</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>',
    );
    await create(
      '<t:Subject>Break</t:Subject><t:Start>2031-01-07T12:00:00Z</t:Start><t:End>2031-01-07T13:00:00Z</t:End>',
    );
    const answer = await client.ok(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:CalendarView StartDate="2031-01-07T00:00:00Z" EndDate="2031-01-09T00:00:00Z"/><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>',
    );
    const shown = at(answer.messages[0] ?? null, 'RootFolder', 'Items')?.children ?? [];
    expect(shown.map((one) => texts(one, 'Subject', 'Start', 'CalendarItemType'))).toEqual([
      ['Course', '2031-01-07T09:00:00Z', 'Occurrence'],
      ['Break', '2031-01-07T12:00:00Z', 'Single'],
      ['Course', '2031-01-08T09:00:00Z', 'Occurrence'],
    ]);
  });

  it('tells what MAPI calls by numbers, and takes the id of a meeting for its UID', async () => {
    const wanted = [
      'DistinguishedPropertySetId="Meeting" PropertyId="35" PropertyType="Binary"',
      'DistinguishedPropertySetId="Appointment" PropertyId="33285" PropertyType="Integer"',
      'DistinguishedPropertySetId="PublicStrings" PropertyName="urn:schemas:calendar:instancetype" PropertyType="Integer"',
    ].map((one) => `<t:ExtendedFieldURI ${one}/>`);
    const read = async (id: string) =>
      children(
        await get(id, `<t:AdditionalProperties>${wanted.join('')}</t:AdditionalProperties>`),
        'ExtendedProperty',
      ).map((one) => textOf(one, 'Value') ?? '');
    const times = '<t:Start>2031-02-06T09:00:00Z</t:Start><t:End>2031-02-06T10:00:00Z</t:End>';
    const first = await create(
      `<t:Subject>One</t:Subject>${times}<t:LegacyFreeBusyStatus>Tentative</t:LegacyFreeBusyStatus>`,
    );
    const [globalId = '', busy, instance] = await read(first);
    expect([busy, instance]).toEqual(['1', '0']);
    expect(Buffer.from(globalId, 'base64').toString('hex').toUpperCase()).toBe(
      textOf(await get(first), 'UID'),
    );
    const second = await create(
      `<t:Subject>Two</t:Subject><t:ExtendedProperty>${wanted[0]}<t:Value>${globalId}</t:Value></t:ExtendedProperty>${times}`,
    );
    expect(textOf(await get(second), 'UID')).toBe(textOf(await get(first), 'UID'));
  });

  it('is searched by what MAPI calls an event', async () => {
    const before = await create(
      '<t:Subject>Old</t:Subject><t:Start>2032-01-06T09:00:00Z</t:Start><t:End>2032-01-06T10:00:00Z</t:End>',
    );
    const equal = (uri: string, value: string) =>
      `<t:IsEqualTo>${uri}<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:IsEqualTo>`;
    const recurring =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="Appointment" PropertyId="33315" PropertyType="Boolean"/>';
    const instance =
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="urn:schemas:calendar:instancetype" PropertyType="Integer"/>';
    const answer = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:And>${equal(recurring, 'false')}<t:And>${equal(instance, '0')}<t:IsGreaterThan><t:FieldURI FieldURI="calendar:End"/><t:FieldURIOrConstant><t:Constant Value="2032-01-01T00:00:00Z"/></t:FieldURIOrConstant></t:IsGreaterThan></t:And></t:And></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
    );
    expect((at(answer.messages[0] ?? null, 'RootFolder', 'Items')?.children ?? []).map(idOf)).toEqual([
      before,
    ]);
  });

  it('keeps files with an event, gives them back and takes them away', async () => {
    const id = await create(
      '<t:Subject>Files</t:Subject><t:Attachments><t:FileAttachment><t:Name>a.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:Content>aGVsbG8=</t:Content></t:FileAttachment></t:Attachments><t:Start>2033-01-06T09:00:00Z</t:Start><t:End>2033-01-06T10:00:00Z</t:End>',
    );
    const file = at(await get(id), 'Attachments', 'FileAttachment');
    expect(texts(file ?? (await get(id)), 'Name', 'Size')).toEqual(['a.txt', '5']);
    const fileId = child(file, 'AttachmentId')?.attributes['Id'] ?? '';
    const read = await client.ok(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${fileId}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    expect(textOf(at(read.messages[0] ?? null, 'Attachments', 'FileAttachment'), 'Content')).toBe('aGVsbG8=');
    await client.ok(
      `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>b.txt</t:Name><t:Content>Yg==</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
    );
    await client.ok(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${fileId}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    expect(
      children(child(await get(id), 'Attachments'), 'FileAttachment').map((one) => textOf(one, 'Name')),
    ).toEqual(['b.txt']);
  });

  it('gives occurrences of a series beside it, by when they begin or when they were to begin', async () => {
    const id = await create(
      '<t:Subject>Ranged</t:Subject><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-05-06</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>',
    );
    await update(
      `<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="1"/>`,
      setField('calendar:Start', '<t:Start>2030-05-06T10:20:00Z</t:Start>'),
    );
    const ask = async (range: string) => {
      const answer = await client.call(
        `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:RecurringMasterItemIdRanges Id="${id}"><t:Ranges><t:Range ${range}/></t:Ranges></t:RecurringMasterItemIdRanges></m:ItemIds></m:GetItem>`,
      );
      const items = child(answer.messages[0] ?? null, 'Items')?.children ?? [];
      return [answer.codes, items.map((one) => textOf(one, 'Start')?.slice(5, 16))];
    };
    const window = 'Start="2030-05-06T10:10:00Z" End="2030-05-08T23:00:00Z"';
    expect(await ask(`${window} CompareOriginalStartTime="false"`)).toEqual([
      ['NoError'],
      ['05-06T10:00', '05-06T10:20', '05-07T10:00', '05-08T10:00'],
    ]);
    expect(await ask(`${window} Count="1" CompareOriginalStartTime="true"`)).toEqual([
      ['NoError'],
      ['05-06T10:00', '05-07T10:00'],
    ]);
    expect(await ask('Count="1"')).toEqual([['NoError'], ['05-06T10:00', '05-06T10:20']]);
  });
});
