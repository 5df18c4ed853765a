import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, textOf } from '../../codecs/soap/read.ts';
import { type EwsAnswer, type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

function itemsOf(answer: EwsAnswer): XmlElement[] {
  const root =
    at(answer.messages[0] ?? null, 'RootFolder', 'Items') ?? child(answer.messages[0] ?? null, 'Items');
  return root?.children ?? [];
}

function idOf(item: XmlElement | undefined): string {
  const id = child(item ?? null, 'ItemId')?.attributes['Id'];
  if (id === undefined) throw new Error('no id');
  return id;
}

const texts = (item: XmlElement, ...names: string[]) => names.map((name) => textOf(item, name));
const SHAPE = '<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>';

describe('meetings of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;
  let bob: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@meet.example', 'secret-ann-1');
    await server.addUser('bob@meet.example', 'secret-bob-1');
    ann = ewsClient(server, 'ann@meet.example', 'secret-ann-1');
    bob = ewsClient(server, 'bob@meet.example', 'secret-bob-1');
  });
  afterAll(() => server.stop());

  const find = async (client: EwsClient, folder: string) =>
    itemsOf(
      await client.ok(
        `<m:FindItem Traversal="Shallow">${SHAPE.replace('AllProperties', 'IdOnly')}<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`,
      ),
    ).map(idOf);
  const get = async (client: EwsClient, id: string) => {
    const [item] = itemsOf(
      await client.ok(`<m:GetItem>${SHAPE}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`),
    );
    if (item === undefined) throw new Error('no item');
    return item;
  };
  const invite = async (subject: string, more = '', send = 'SendToAllAndSaveCopy') => {
    const answer = await ann.ok(
      `<m:CreateItem SendMeetingInvitations="${send}"><m:Items><t:CalendarItem><t:Subject>${subject}</t:Subject><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End>` +
        `<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@meet.example</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>${more}</t:CalendarItem></m:Items></m:CreateItem>`,
    );
    await server.drain();
    return idOf(itemsOf(answer)[0]);
  };
  const respond = (
    client: EwsClient,
    object: string,
    id: string,
    more = '',
    disposition = 'SendAndSaveCopy',
  ) =>
    client.call(
      `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:${object}><t:ReferenceItemId Id="${id}"/>${more}</t:${object}></m:Items></m:CreateItem>`,
    );
  const inCalendar = async (client: EwsClient, subject: string) => {
    for (const id of await find(client, 'calendar')) {
      const item = await get(client, id);
      if (textOf(item, 'Subject') === subject) return item;
    }
    return null;
  };

  it('invites, and the answer comes to the organizer', async () => {
    const id = await invite('Plan');
    const own = await get(ann, id);
    expect(texts(own, 'IsMeeting', 'AppointmentState', 'MyResponseType', 'MeetingRequestWasSent')).toEqual([
      'true',
      '1',
      'Organizer',
      'true',
    ]);
    const [request = ''] = await find(bob, 'inbox');
    expect((await get(bob, request)).name).toBe('MeetingRequest');
    const placed = await inCalendar(bob, 'Plan');
    expect(texts(placed ?? own, 'AppointmentState', 'MyResponseType', 'UID')).toEqual([
      '3',
      'NoResponseReceived',
      textOf(own, 'UID'),
    ]);
    const accepted = await respond(bob, 'AcceptItem', request, '<t:Body BodyType="Text">Gladly</t:Body>');
    expect(accepted.codes).toEqual(['NoError']);
    await server.drain();
    expect(texts((await inCalendar(bob, 'Plan')) ?? own, 'MyResponseType')).toEqual(['Accept']);
    const answered = await get(ann, id);
    expect(textOf(at(answered, 'RequiredAttendees', 'Attendee'), 'ResponseType')).toBe('Accept');
    expect(await find(bob, 'inbox')).toEqual([]);
  });

  it('proposes another time by declining, on the item of the calendar', async () => {
    const id = await invite('Review');
    const placed = await inCalendar(bob, 'Review');
    const declined = await respond(
      bob,
      'DeclineItem',
      idOf(placed ?? undefined),
      '<t:ProposedStart>2030-05-07T10:00:00Z</t:ProposedStart><t:ProposedEnd>2030-05-07T11:00:00Z</t:ProposedEnd>',
    );
    expect(declined.codes).toEqual(['NoError']);
    await server.drain();
    expect(await inCalendar(bob, 'Review')).toBeNull();
    const attendee = at(await get(ann, id), 'RequiredAttendees', 'Attendee');
    expect(textOf(attendee, 'ProposedStart')).toBe('2030-05-07T10:00:00Z');
  });

  it('tells nobody when nobody is to be told', async () => {
    await invite('Quiet', '', 'SendToNone');
    expect(await inCalendar(bob, 'Quiet')).toBeNull();
  });

  it('tells attendees what changed, and that it was cancelled', async () => {
    const id = await invite('Party');
    const moved = await ann.call(
      `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="SendToAllAndSaveCopy"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:Location"/><t:CalendarItem><t:Location>Roof</t:Location></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(moved.codes).toEqual(['NoError']);
    await server.drain();
    expect(textOf((await inCalendar(bob, 'Party')) ?? moved.body, 'Location')).toBe('Roof');
    const cancelled = await respond(
      ann,
      'CancelCalendarItem',
      id,
      '<t:NewBodyContent BodyType="Text">Rain</t:NewBodyContent>',
    );
    expect(cancelled.codes).toEqual(['NoError']);
    await server.drain();
    expect(await inCalendar(ann, 'Party')).toBeNull();
    const inbox = await Promise.all((await find(bob, 'inbox')).map((one) => get(bob, one)));
    const notice = inbox.find(({ name }) => name === 'MeetingCancellation');
    expect(textOf(notice ?? moved.body, 'Subject')).toBe('Canceled: Party');
    expect(textOf(notice ?? moved.body, 'Body')).toContain('Rain');
    const own = await respond(ann, 'AcceptItem', await invite('Mine'));
    expect(own.codes).toEqual(['ErrorCalendarIsOrganizerForAccept']);
  });

  it('cancels one occurrence of a series', async () => {
    const id = await invite(
      'Weekly',
      '<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2030-05-06</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>',
    );
    const [second] = itemsOf(
      await ann.ok(
        `<m:GetItem>${SHAPE}<m:ItemIds><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="2"/></m:ItemIds></m:GetItem>`,
      ),
    );
    expect((await respond(ann, 'CancelCalendarItem', idOf(second))).codes).toEqual(['NoError']);
    await server.drain();
    const left = await inCalendar(bob, 'Weekly');
    expect(textOf(at(left, 'DeletedOccurrences', 'DeletedOccurrence'), 'Start')).toBe('2030-05-13T10:00:00Z');
  });

  it('keeps who holds a meeting among those invited when that is said, and writes to nobody', async () => {
    const answer = await ann.ok(
      '<m:CreateItem SendMeetingInvitations="SendToAllAndSaveCopy"><m:Items><t:CalendarItem><t:Subject>Alone</t:Subject><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End>' +
        '<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>ann@meet.example</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem></m:Items></m:CreateItem>',
    );
    const before = await find(ann, 'sentitems');
    await server.drain();
    const item = await get(ann, idOf(itemsOf(answer)[0]));
    expect(textOf(at(item, 'RequiredAttendees', 'Attendee'), 'ResponseType')).toBe('Organizer');
    expect(await find(ann, 'sentitems')).toEqual(before);
  });

  it('wants to know what is answered', async () => {
    const answer = await bob.call(
      '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:AcceptItem/></m:Items></m:CreateItem>',
    );
    expect(answer.codes).toEqual(['ErrorMissingInformationReferenceItemId']);
  });

  it('keeps no copy of invitations that are only to be sent', async () => {
    const before = await find(ann, 'sentitems');
    await invite('Copied');
    const after = await find(ann, 'sentitems');
    expect(after.length).toBe(before.length + 1);
    await invite('Uncopied', '', 'SendOnlyToAll');
    expect((await find(ann, 'sentitems')).length).toBe(after.length);
    expect(await inCalendar(bob, 'Uncopied')).not.toBeNull();
  });
});
