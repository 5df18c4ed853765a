import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ANN = 'ann@invite.example';
const BOB = 'bob@invite.example';
const ROOM = 'room@invite.example';

const itemsOf = (answer: EwsAnswer) =>
  answer.messages.flatMap(
    (one) => (at(one, 'RootFolder', 'Items') ?? child(one, 'Items'))?.children ?? ([] as XmlElement[]),
  );

function idOf(item: XmlElement | null | undefined): string {
  const id = child(item ?? null, 'ItemId')?.attributes['Id'];
  if (id === undefined) throw new Error('no id');
  return id;
}

const texts = (item: XmlElement | null, ...names: string[]) => names.map((name) => textOf(item, name));
const attendees = (kind: string, address: string) =>
  `<t:${kind}><t:Attendee><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Attendee></t:${kind}>`;
const people = (item: XmlElement, kind: string) =>
  children(child(item, kind), 'Attendee').map((one) => textOf(child(one, 'Mailbox'), 'EmailAddress'));
const MORE =
  '<t:AdditionalProperties>' +
  ['ConflictingMeetingCount', 'AdjacentMeetingCount', 'ConflictingMeetings', 'AdjacentMeetings']
    .map((name) => `<t:FieldURI FieldURI="calendar:${name}"/>`)
    .join('') +
  '</t:AdditionalProperties>';

describe('what invitations of EWS tell', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const [address, password] of [
      [ANN, 'secret-ann-1'],
      [BOB, 'secret-bob-1'],
      [ROOM, 'secret-room-1'],
    ] as const)
      await server.addUser(address, password);
    ann = ewsClient(server, ANN, 'secret-ann-1');
    bob = ewsClient(server, BOB, 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const get = async (client: EwsClient, id: string) => {
    const answer = await client.ok(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${MORE}</m:ItemShape><m:ItemIds>${id.startsWith('<') ? id : `<t:ItemId Id="${id}"/>`}</m:ItemIds></m:GetItem>`,
    );
    const [item] = itemsOf(answer);
    if (item === undefined) throw new Error('no item');
    return item;
  };
  const find = async (client: EwsClient, folder: string, name: string, subject: string) => {
    const found = await client.ok(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
    );
    const item = itemsOf(found).find((one) => one.name === name && textOf(one, 'Subject') === subject);
    return item === undefined ? null : get(client, idOf(item));
  };
  const create = async (client: EwsClient, inner: string, send: string) => {
    const answer = await client.ok(
      `<m:CreateItem SendMeetingInvitations="${send}"><m:Items><t:CalendarItem>${inner}</t:CalendarItem></m:Items></m:CreateItem>`,
    );
    await server.drain();
    return idOf(itemsOf(answer)[0]);
  };
  const respond = async (
    client: EwsClient,
    object: string,
    id: string,
    more = '',
    disposition = 'MessageDisposition="SendAndSaveCopy"',
  ) => {
    const answer = await client.call(
      `<m:CreateItem ${disposition}><m:Items><t:${object}><t:ReferenceItemId Id="${id}"/>${more}</t:${object}></m:Items></m:CreateItem>`,
    );
    await server.drain();
    return answer;
  };
  const remove = async (id: string, send: string) => {
    const answer = await ann.call(
      `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="${send}"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
    await server.drain();
    return answer;
  };
  const times = (day: string) => `<t:Start>${day}T10:00:00Z</t:Start><t:End>${day}T11:00:00Z</t:End>`;
  const everybody =
    attendees('RequiredAttendees', BOB) + attendees('OptionalAttendees', ANN) + attendees('Resources', ROOM);

  it('carries how people meet online, and who is asked, the organizer first and no room', async () => {
    const id = await create(
      ann,
      `<t:Subject>Online</t:Subject>${times('2030-05-06')}<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus>${everybody}<t:ConferenceType>2</t:ConferenceType><t:MeetingWorkspaceUrl>https://x.example/a,b;c</t:MeetingWorkspaceUrl><t:NetShowUrl>https://x.example/show</t:NetShowUrl>` +
        '<t:EnhancedLocation><t:DisplayName>Hall</t:DisplayName><t:PostalAddress><t:City>Brno</t:City><t:LocationSource>PhonebookServices</t:LocationSource></t:PostalAddress></t:EnhancedLocation>',
      'SendToAllAndSaveCopy',
    );
    const own = await get(ann, id);
    const words = ['ConferenceType', 'MeetingWorkspaceUrl', 'NetShowUrl'];
    const said = ['2', 'https://x.example/a,b;c', 'https://x.example/show'];
    expect(texts(own, ...words)).toEqual(said);
    expect(['RequiredAttendees', 'OptionalAttendees', 'Resources'].map((kind) => people(own, kind))).toEqual([
      [BOB],
      [ANN],
      [ROOM],
    ]);
    const request = await find(bob, 'inbox', 'MeetingRequest', 'Online');
    if (request === null) throw new Error('no request');
    expect(texts(request, ...words)).toEqual(said);
    expect(people(request, 'RequiredAttendees')).toEqual([ANN, BOB]);
    expect([child(request, 'OptionalAttendees'), child(request, 'Resources')]).toEqual([null, null]);
    expect(textOf(at(request, 'EnhancedLocation', 'PostalAddress'), 'LocationSource')).toBe(
      'PhonebookServices',
    );
    const placed = await find(bob, 'calendar', 'CalendarItem', 'Online');
    for (const item of [request, placed])
      expect(at(item, 'ResponseObjects', 'ProposeNewTime')).not.toBeNull();
    expect(at(own, 'ResponseObjects', 'ProposeNewTime')).toBeNull();
    expect(texts(placed, 'LegacyFreeBusyStatus', 'IntendedFreeBusyStatus')).toEqual(['Tentative', 'OOF']);
    expect(child(placed, 'Resources')).toBeNull();
    expect((await respond(bob, 'AcceptItem', idOf(request))).codes).toEqual(['NoError']);
    const booked = await find(bob, 'calendar', 'CalendarItem', 'Online');
    expect(texts(booked, 'LegacyFreeBusyStatus', ...words)).toEqual(['OOF', ...said]);
  });

  it('takes no time of those invited when it takes none of the organizer', async () => {
    await create(
      ann,
      `<t:Subject>Fair</t:Subject>${times('2030-05-07')}<t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus>${everybody}`,
      'SendOnlyToAll',
    );
    const placed = await find(bob, 'calendar', 'CalendarItem', 'Fair');
    expect(texts(placed, 'LegacyFreeBusyStatus', 'MyResponseType')).toEqual(['Free', 'NoResponseReceived']);
  });

  it('tells what stands in the calendar at the time and next to it', async () => {
    const at10 = (name: string, start: string, end: string, more = '') =>
      `<t:Subject>${name}</t:Subject><t:Start>2030-06-03T${start}:00Z</t:Start><t:End>2030-06-03T${end}:00Z</t:End>${more}`;
    await create(bob, at10('Clash', '10:30', '11:30'), 'SendToNone');
    await create(bob, at10('Before', '09:00', '10:00'), 'SendToNone');
    await create(bob, at10('Far', '12:00', '13:00'), 'SendToNone');
    const free = '<t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus>';
    await create(bob, at10('Nothing', '10:00', '11:00', free), 'SendToNone');
    await create(ann, at10('Talk', '10:00', '11:00', everybody), 'SendOnlyToAll');
    const request = await find(bob, 'inbox', 'MeetingRequest', 'Talk');
    const placed = await find(bob, 'calendar', 'CalendarItem', 'Talk');
    for (const item of [request, placed]) {
      expect(texts(item, 'ConflictingMeetingCount', 'AdjacentMeetingCount')).toEqual(['1', '1']);
      expect(textOf(at(item, 'ConflictingMeetings', 'CalendarItem'), 'Subject')).toBe('Clash');
      expect(textOf(at(item, 'AdjacentMeetings', 'CalendarItem'), 'Subject')).toBe('Before');
    }
    const alone = await find(bob, 'calendar', 'CalendarItem', 'Far');
    expect(texts(alone, 'ConflictingMeetingCount', 'AdjacentMeetingCount')).toEqual(['0', '0']);
    expect(child(alone, 'ConflictingMeetings')).toBeNull();
  });

  it('is accepted with another time that would be better', async () => {
    const id = await create(
      ann,
      `<t:Subject>Better</t:Subject>${times('2030-05-08')}${everybody}`,
      'SendOnlyToAll',
    );
    const request = await find(bob, 'inbox', 'MeetingRequest', 'Better');
    const accepted = await respond(
      bob,
      'AcceptItem',
      idOf(request),
      '<t:ProposedStart>2030-05-09T10:00:00Z</t:ProposedStart><t:ProposedEnd>2030-05-09T11:00:00Z</t:ProposedEnd>',
    );
    expect(accepted.codes).toEqual(['NoError']);
    const answered = at(await get(ann, id), 'RequiredAttendees', 'Attendee');
    expect(texts(answered, 'ResponseType', 'ProposedStart')).toEqual(['Accept', '2030-05-09T10:00:00Z']);
    const answer = await find(ann, 'inbox', 'MeetingResponse', 'New Time Proposed: Better');
    expect(textOf(answer, 'ItemClass')).toBe('IPM.Schedule.Meeting.Resp.Pos');
  });

  it('is called off with a copy in Sent Items or without one, as it is said', async () => {
    const first = await create(
      ann,
      `<t:Subject>Kept</t:Subject>${times('2030-05-10')}${everybody}`,
      'SendOnlyToAll',
    );
    expect((await remove(first, 'SendToAllAndSaveCopy')).codes).toEqual(['NoError']);
    expect(await find(ann, 'sentitems', 'MeetingCancellation', 'Canceled: Kept')).not.toBeNull();
    const second = await create(
      ann,
      `<t:Subject>Gone</t:Subject>${times('2030-05-10')}${everybody}`,
      'SendOnlyToAll',
    );
    expect((await remove(second, 'SendOnlyToAll')).codes).toEqual(['NoError']);
    expect(await find(ann, 'sentitems', 'MeetingCancellation', 'Canceled: Gone')).toBeNull();
    expect(await find(bob, 'inbox', 'MeetingCancellation', 'Canceled: Gone')).not.toBeNull();
  });

  it('is marked as cancelled by who calls it off, who says what becomes of the message', async () => {
    const id = await create(
      ann,
      `<t:Subject>Off</t:Subject>${times('2030-05-13')}${everybody}`,
      'SendOnlyToAll',
    );
    const unsaid = await respond(ann, 'CancelCalendarItem', id, '', '');
    expect(unsaid.codes).toEqual(['ErrorMessageDispositionRequired']);
    expect((await respond(ann, 'CancelCalendarItem', id)).codes).toEqual(['NoError']);
    const binned = await find(ann, 'deleteditems', 'CalendarItem', 'Off');
    expect(texts(binned, 'AppointmentState', 'IsCancelled')).toEqual(['5', 'true']);
    const known = await find(bob, 'calendar', 'CalendarItem', 'Off');
    expect(texts(known, 'AppointmentState', 'IsCancelled')).toEqual(['7', 'true']);
  });

  it('tells those invited to a series that it recurs, and reminds of each occurrence where nothing else is said', async () => {
    const recurrence =
      '<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-07-01</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>';
    const id = await create(
      ann,
      `<t:Subject>Daily</t:Subject>${times('2030-07-01')}${everybody}${recurrence}`,
      'SendOnlyToAll',
    );
    expect(textOf(await get(ann, id), 'IsRecurring')).toBe('false');
    const placed = await find(bob, 'calendar', 'CalendarItem', 'Daily');
    expect(texts(placed, 'IsRecurring', 'StartTimeZoneId')).toEqual(['true', 'Greenwich Standard Time']);
    const second = await get(ann, `<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"/>`);
    expect(texts(second, 'ReminderIsSet', 'ReminderNextTime', 'ReminderDueBy')).toEqual([
      'true',
      '2030-07-02T09:45:00Z',
      '2030-07-02T10:00:00Z',
    ]);
  });

  it('names what is no series, and what is no occurrence, as Exchange does', async () => {
    const id = await create(ann, `<t:Subject>Single</t:Subject>${times('2030-05-14')}`, 'SendToNone');
    const ask = (target: string) =>
      ann.call(
        `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${target}</m:ItemIds></m:GetItem>`,
      );
    expect((await ask(`<t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="1"/>`)).codes).toEqual([
      'ErrorCalendarCannotUseIdForRecurringMasterId',
    ]);
    expect((await ask(`<t:RecurringMasterItemId OccurrenceId="${id}"/>`)).codes).toEqual([
      'ErrorCalendarCannotUseIdForOccurrenceId',
    ]);
  });
});
