/** Calendar, contacts, tasks, other people, synchronisation and notifications. */
import { once } from 'node:events';
import ews from 'ews-javascript-api';
import { expect, type Session, step } from './session.ts';

const {
  Appointment,
  AttendeeInfo,
  AvailabilityData,
  CalendarView,
  ConflictResolutionMode,
  Contact,
  ConversationIndexedItemView,
  DateTime,
  DayOfTheWeek,
  DeleteMode,
  EmailAddress,
  EmailAddressKey,
  EmailMessage,
  EventType,
  FolderId,
  ItemView,
  MessageBody,
  PropertySet,
  Recurrence,
  ResolveNameSearchLocation,
  SendInvitationsMode,
  SendInvitationsOrCancellationsMode,
  StreamingSubscriptionConnection,
  SyncFolderItemsScope,
  Task,
  TimeWindow,
  WellKnownFolderName,
} = ews;

export async function calendarSteps({ service, subjects }: Session): Promise<void> {
  const week = () => new CalendarView(new DateTime('2026-11-30'), new DateTime('2026-12-20'));
  const shown = () => service.FindAppointments(WellKnownFolderName.Calendar, week());

  await step('a meeting is made, seen, changed and called off', async () => {
    const meeting = new Appointment(service);
    meeting.Subject = 'meeting';
    meeting.Body = new MessageBody('b');
    meeting.Start = new DateTime('20261201T100000Z');
    meeting.End = new DateTime('20261201T110000Z');
    meeting.Location = 'here';
    meeting.RequiredAttendees.Add('bob@example.com');
    await meeting.Save(SendInvitationsMode.SendToAllAndSaveCopy);
    const [seen] = (await shown()).Items;
    expect(seen?.Subject === 'meeting', seen?.Subject);
    const bound = await Appointment.Bind(service, seen.Id);
    bound.Location = 'elsewhere';
    const tellAll = SendInvitationsOrCancellationsMode.SendToAllAndSaveCopy;
    await bound.Update(ConflictResolutionMode.AlwaysOverwrite, tellAll);
    await bound.CancelMeeting('off');
    expect((await shown()).Items.length === 0, 'it is there still');
  });

  await step('a series is made and seen', async () => {
    const series = new Appointment(service);
    series.Subject = 'series';
    series.Start = new DateTime('20261201T100000Z');
    series.End = new DateTime('20261201T110000Z');
    const weekly = new Recurrence.WeeklyPattern();
    weekly.StartDate = new DateTime('2026-12-01');
    weekly.Interval = 1;
    weekly.DaysOfTheWeek.Add(DayOfTheWeek.Tuesday);
    weekly.NumberOfOccurrences = 3;
    series.Recurrence = weekly;
    await series.Save(SendInvitationsMode.SendToNone);
    expect((await shown()).Items.length === 3, (await shown()).Items.length);
  });

  await step('contacts are made, found, changed and deleted', async () => {
    const contact = new Contact(service);
    contact.GivenName = 'Dora';
    contact.Surname = 'Doe';
    contact.EmailAddresses._setItem(EmailAddressKey.EmailAddress1, new EmailAddress('dora@example.com'));
    await contact.Save(WellKnownFolderName.Contacts);
    const [found] = (await service.FindItems(WellKnownFolderName.Contacts, new ItemView(10))).Items;
    expect(found !== undefined, 'not found');
    const bound = await Contact.Bind(service, found.Id);
    bound.Surname = 'Roe';
    await bound.Update(ConflictResolutionMode.AlwaysOverwrite);
    const again = await Contact.Bind(service, found.Id);
    expect(again.Surname === 'Roe' && again.GivenName === 'Dora', again.Surname);
    await again.Delete(DeleteMode.HardDelete);
  });

  await step('tasks are made, found and changed', async () => {
    const task = new Task(service);
    task.Subject = 'task';
    task.DueDate = new DateTime('2026-12-24');
    await task.Save(WellKnownFolderName.Tasks);
    const [found] = (await service.FindItems(WellKnownFolderName.Tasks, new ItemView(5))).Items;
    expect(found !== undefined, 'not found');
    const bound = await Task.Bind(service, found.Id);
    bound.PercentComplete = 50;
    await bound.Update(ConflictResolutionMode.AlwaysOverwrite);
    expect((await Task.Bind(service, found.Id)).PercentComplete === 50, 'not half done');
  });

  await step('people are found in the address list', async () => {
    const found = await service.ResolveName('bob', ResolveNameSearchLocation.DirectoryOnly, true);
    const [one] = found.Count === 1 ? [found._getItem(0)] : [];
    expect(
      one?.Mailbox.Address === 'bob@example.com' && one.Contact.DisplayName === 'Bob Example',
      found.Count,
    );
  });

  await step('when people are busy', async () => {
    const day = new TimeWindow(new DateTime('2026-12-01'), new DateTime('2026-12-02'));
    const people = [new AttendeeInfo('bob@example.com')];
    const told = await service.GetUserAvailability(people, day, AvailabilityData.FreeBusy);
    expect(told.AttendeesAvailability.OverallResult === ews.ServiceResult.Success, 'refused');
  });

  await step('who is away', async () => {
    const told = await service.GetUserOofSettings('alice@example.com');
    expect(told.State === ews.OofState.Disabled, told.State);
  });

  await step('rooms, rules, time zones and when a password ends', async () => {
    expect((await service.GetRoomLists()).Count === 0, 'rooms');
    expect((await service.GetInboxRules()).Count === 0, 'rules');
    const zones = await service.GetServerTimeZones();
    expect(zones.length > 100, zones.length);
    await service.GetPasswordExpirationDate('alice@example.com');
  });

  await step('conversations', async () => {
    const inbox = new FolderId(WellKnownFolderName.Inbox);
    const found = await service.FindConversation(new ConversationIndexedItemView(10), inbox);
    expect(found.length === (await subjects(WellKnownFolderName.Inbox)).length, found.length);
  });
}

export async function liveSteps({ service }: Session): Promise<void> {
  const inbox = () => new FolderId(WellKnownFolderName.Inbox);
  const put = async (subject: string) => {
    const message = new EmailMessage(service);
    message.Subject = subject;
    await message.Save(WellKnownFolderName.Inbox);
  };

  await step('the tree and a folder are synchronised', async () => {
    const root = new FolderId(WellKnownFolderName.MsgFolderRoot);
    const tree = await service.SyncFolderHierarchy(root, PropertySet.IdOnly, '');
    expect(tree.Count > 8, tree.Count);
    const { FirstClassProperties } = PropertySet;
    const scope = SyncFolderItemsScope.NormalItems;
    const sync = (state: string) =>
      service.SyncFolderItems(inbox(), FirstClassProperties, [], 10, scope, state);
    const items = await sync('');
    expect(items.Count === 1, items.Count);
    await put('synchronised');
    const more = await sync(items.SyncState);
    expect(more.Count === 1, more.Count);
  });

  await step('events are fetched', async () => {
    const kinds = [EventType.NewMail, EventType.Created, EventType.Deleted];
    const subscription = await service.SubscribeToPullNotifications([inbox()], 5, '', ...kinds);
    await put('pulled');
    const told = await subscription.GetEvents();
    expect(told.AllEvents.length > 0, 'no events');
    await subscription.Unsubscribe();
  });

  await step('events come by themselves', async () => {
    const kinds = [EventType.NewMail, EventType.Created, EventType.Modified];
    const subscription = await service.SubscribeToStreamingNotifications([inbox()], ...kinds);
    const connection = new StreamingSubscriptionConnection(service, 1);
    connection.AddSubscription(subscription);
    const told = new EventTarget();
    connection.OnNotificationEvent.push(() => told.dispatchEvent(new Event('told')));
    const came = once(told, 'told', { signal: AbortSignal.timeout(60_000) });
    connection.Open();
    await put('streamed');
    await came;
    connection.Close();
  });
}
