import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('reminders and rooms of EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    for (const name of ['ann', 'room1', 'room2'])
      await server.addUser(`${name}@rooms.example`, `secret-${name}-1`);
    for (const name of ['room1', 'room2'])
      await server.admin('PUT', `/users/${name}@rooms.example/resource`, { kind: 'room' });
    ann = ewsClient(server, 'ann@rooms.example', 'secret-ann-1');
  });
  afterAll(() => server.stop());

  it('tells lists of rooms, and their rooms', async () => {
    expect(at((await ann.ok('<m:GetRoomLists/>')).body, 'RoomLists')?.children).toEqual([]);
    await server.admin('POST', '/groups', { address: 'floor1@rooms.example', displayName: 'Floor 1' });
    await server.admin('PUT', '/groups/floor1@rooms.example/members', {
      members: ['room1@rooms.example', 'room2@rooms.example'],
    });
    await server.admin('POST', '/groups', { address: 'all@rooms.example' });
    await server.admin('PUT', '/groups/all@rooms.example/members', {
      members: ['room1@rooms.example', 'ann@rooms.example'],
    });
    const lists = children(at((await ann.ok('<m:GetRoomLists/>')).body, 'RoomLists'), 'Address');
    expect(lists.map((one) => textOf(one, 'EmailAddress'))).toEqual(['floor1@rooms.example']);
    const rooms = await ann.ok(
      '<m:GetRooms><m:RoomList><t:EmailAddress>floor1@rooms.example</t:EmailAddress></m:RoomList></m:GetRooms>',
    );
    expect(
      children(child(rooms.body, 'Rooms'), 'Room')
        .map((one) => textOf(child(one, 'Id'), 'EmailAddress'))
        .sort(),
    ).toEqual(['room1@rooms.example', 'room2@rooms.example']);
    const none = await ann.ok(
      '<m:GetRooms><m:RoomList><t:EmailAddress>nobody@rooms.example</t:EmailAddress></m:RoomList></m:GetRooms>',
    );
    expect(child(none.body, 'Rooms')?.children).toEqual([]);
  });

  const reminders = async () =>
    children(
      child(
        (
          await ann.ok(
            '<m:GetReminders><m:BeginTime>2030-05-01T00:00:00Z</m:BeginTime><m:EndTime>2030-05-31T00:00:00Z</m:EndTime></m:GetReminders>',
          )
        ).body,
        'Reminders',
      ),
      'Reminder',
    );
  const shown = (list: XmlElement[]) =>
    list.map((one) => [textOf(one, 'Subject'), textOf(one, 'ReminderTime')]);
  const act = (id: string | undefined, action: string) =>
    ann.ok(
      `<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction><t:ActionType>${action.split(' ')[0]}</t:ActionType><t:ItemId Id="${id}"/>${action.includes(' ') ? `<t:NewReminderTime>${action.split(' ')[1]}</t:NewReminderTime>` : ''}</t:ReminderItemAction></m:ReminderItemActions></m:PerformReminderAction>`,
    );

  it('reminds of events and tasks until they were seen', async () => {
    await ann.ok(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Subject>Daily</t:Subject><t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>15</t:ReminderMinutesBeforeStart><t:Start>2030-05-06T10:00:00Z</t:Start><t:End>2030-05-06T11:00:00Z</t:End>' +
        '<t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-05-06</t:StartDate><t:NumberOfOccurrences>2</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
    );
    await ann.ok(
      '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Task><t:Subject>Pay</t:Subject><t:ReminderDueBy>2030-05-06T12:00:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet></t:Task></m:Items></m:CreateItem>',
    );
    const all = await reminders();
    expect(shown(all)).toEqual([
      ['Daily', '2030-05-06T09:45:00Z'],
      ['Pay', '2030-05-06T12:00:00Z'],
      ['Daily', '2030-05-07T09:45:00Z'],
    ]);
    expect(child(all[0] ?? null, 'RecurringMasterItemId')).not.toBeNull();
    const [first, task] = all.map((one) => child(one, 'ItemId')?.attributes['Id']);
    await act(first, 'Dismiss');
    expect(shown(await reminders())).toEqual([
      ['Pay', '2030-05-06T12:00:00Z'],
      ['Daily', '2030-05-07T09:45:00Z'],
    ]);
    await act(task, 'Snooze 2030-05-06T13:00:00Z');
    expect(shown(await reminders())[0]).toEqual(['Pay', '2030-05-06T13:00:00Z']);
  });

  it('answers in its own form when it cannot be done', async () => {
    const many = await ann.call('<m:GetReminders><m:MaxItems>5000</m:MaxItems></m:GetReminders>');
    expect([many.body.name, many.codes]).toEqual(['GetRemindersResponse', ['ErrorInvalidArgument']]);
    const act = (inner: string) =>
      ann.call(
        `<m:PerformReminderAction><m:ReminderItemActions><t:ReminderItemAction>${inner}</t:ReminderItemAction></m:ReminderItemActions></m:PerformReminderAction>`,
      );
    const unknown = await act('<t:ActionType>Dismiss</t:ActionType><t:ItemId Id="bm9uZQ=="/>');
    expect([unknown.body.name, unknown.codes]).toEqual([
      'PerformReminderActionResponse',
      ['ErrorInvalidIdMalformed'],
    ]);
    const never = await act(
      '<t:ActionType>Snooze</t:ActionType><t:ItemId Id="bm9uZQ=="/><t:NewReminderTime>soon</t:NewReminderTime>',
    );
    expect(never.codes).toEqual(['ErrorInvalidArgument']);
  });
});
