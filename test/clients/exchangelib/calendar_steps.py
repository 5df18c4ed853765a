"""Calendar, tasks, contacts and other people."""

import datetime

from account import FRIEND, UTC
from exchangelib import Attendee, CalendarItem, Contact, DistributionList, EWSDate, Mailbox, OofSettings, Task
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.properties import Member
from exchangelib.recurrence import Recurrence, WeeklyPattern
from steps import expect, step

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def run(account):
    calendar = account.calendar
    # A Monday, so that weeks are always cut in the same way.
    start = datetime.datetime(2026, 12, 7, 10, 0, tzinfo=UTC)

    @step('a meeting is made, seen, changed and called off')
    def _():
        attendee = Attendee(mailbox=Mailbox(email_address=FRIEND), response_type='Unknown')
        meeting = CalendarItem(account=account, folder=calendar, subject='meeting', body='b', location='L')
        meeting.start, meeting.end = start, start + HOUR
        meeting.required_attendees = [attendee]
        meeting.reminder_minutes_before_start = 15
        meeting.save(send_meeting_invitations='SendToAllAndSaveCopy')
        (seen,) = calendar.view(start=start - DAY, end=start + 7 * DAY)
        expect(seen.start == start and seen.end == start + HOUR, seen)
        expect(seen.organizer.email_address == account.primary_smtp_address, seen.organizer)
        expect([one.mailbox.email_address for one in seen.required_attendees] == [FRIEND], seen)
        seen.location = 'Elsewhere'
        seen.save(update_fields=['location'])
        again = calendar.get(subject='meeting')
        expect(again.location == 'Elsewhere' and again.reminder_minutes_before_start == 15, again)
        again.cancel()
        expect(calendar.filter(subject='meeting').count() == 0)

    @step('a series is made; an occurrence is changed, another deleted')
    def _():
        pattern = WeeklyPattern(interval=1, weekdays=['Monday', 'Wednesday'])
        series = CalendarItem(account=account, folder=calendar, subject='series', start=start, end=start + HOUR)
        series.recurrence = Recurrence(pattern=pattern, start=start.date(), number=5)
        series.save()
        master = calendar.get(id=series.id)
        expect(master.type == 'RecurringMaster' and master.recurrence.boundary.number == 5, master)
        second = master.occurrence(index=2)
        second.refresh()
        second.subject = 'series, moved'
        second.start, second.end = second.start + HOUR, second.end + HOUR
        second.save(update_fields=['subject', 'start', 'end'])
        master.occurrence(index=3).delete()
        seen = sorted((one.start, one.subject, one.type) for one in calendar.view(start=start, end=start + 28 * DAY))
        wednesday = start + 2 * DAY
        expected = [
            (start, 'series', 'Occurrence'),
            (wednesday + HOUR, 'series, moved', 'Exception'),
            (wednesday + 7 * DAY, 'series', 'Occurrence'),
            (start + 14 * DAY, 'series', 'Occurrence'),
        ]
        expect(seen == expected, seen)
        master.delete()

    @step('a whole day stays that day')
    def _():
        day = EWSDate(2026, 12, 24)
        CalendarItem(account=account, folder=calendar, subject='whole day', start=day, end=day, is_all_day=True).save()
        event = calendar.get(subject='whole day')
        expect(event.is_all_day and event.start == day and event.end == day, event)

    @step('contacts are made, found, changed and deleted; groups too')
    def _():
        contact = Contact(
            account=account,
            folder=account.contacts,
            given_name='Dora',
            surname='Doe',
            display_name='Dora Doe',
            email_addresses=[EmailAddress(email='dora@example.com', label='EmailAddress1')],
            phone_numbers=[PhoneNumber(label='MobilePhone', phone_number='123')],
            physical_addresses=[PhysicalAddress(label='Home', street='S 1', city='C')],
        )
        contact.save()
        found = account.contacts.get(display_name='Dora Doe')
        expect(found.email_addresses == contact.email_addresses, found)
        expect([one for one in found.phone_numbers if one.phone_number] == contact.phone_numbers, found)
        expect(found.physical_addresses[0].street == 'S 1', found)
        found.surname = 'Roe'
        found.save(update_fields=['surname'])
        expect(account.contacts.filter(surname='Roe').count() == 1)
        group = DistributionList(account=account, folder=account.contacts, display_name='Friends')
        group.members = {Member(mailbox=Mailbox(name='Bob', email_address=FRIEND, mailbox_type='OneOff'), status='Normal')}
        group.save()
        (member,) = account.contacts.get(display_name='Friends').members
        expect(member.mailbox.email_address == FRIEND, member)
        group.delete()
        found.delete()
        expect(account.contacts.all().count() == 0)

    @step('tasks are made, found, completed and deleted')
    def _():
        task = Task(account=account, folder=account.tasks, subject='task', due_date=EWSDate(2026, 12, 24))
        task.save()
        found = account.tasks.get(subject='task')
        expect(found.status == 'NotStarted' and found.due_date == EWSDate(2026, 12, 24), found)
        task.complete()
        expect(account.tasks.get(subject='task').status == 'Completed')
        task.delete()
        expect(account.tasks.all().count() == 0)

    @step('people are found in the address list')
    def _():
        ((mailbox, contact),) = account.protocol.resolve_names(['bob'], return_full_contact_data=True)
        expect(mailbox.email_address == FRIEND and contact.display_name == 'Bob Example', mailbox, contact)
        expect(list(account.contacts.people()) == [])

    @step('when people are busy')
    def _():
        day = datetime.datetime(2026, 12, 24, tzinfo=UTC)
        (view,) = account.protocol.get_free_busy_info(
            accounts=[(account, 'Organizer', False)], start=day, end=day + DAY, merged_free_busy_interval=30
        )
        expect(view.merged is not None and len(view.merged) == 48, view)
        expect(list(account.protocol.get_timezones()), 'no time zones')

    @step('who is away')
    def _():
        expect(account.oof_settings.state == 'Disabled', account.oof_settings)
        account.oof_settings = OofSettings(
            state='Enabled', external_audience='All', internal_reply='inside', external_reply='outside'
        )
        settings = account.oof_settings
        expect(settings.state == 'Enabled' and 'inside' in settings.internal_reply, settings)
        account.oof_settings = OofSettings(state='Disabled', external_audience='None')

    @step('rooms, delegates, configurations and mail tips')
    def _():
        expect(list(account.protocol.get_roomlists()) == [])
        expect(account.delegates == [], account.delegates)
        account.inbox.create_user_configuration(name='Check', dictionary={'a': 1}, xml_data=b'<x/>')
        kept = account.inbox.get_user_configuration(name='Check', properties='All')
        expect(kept.dictionary == {'a': 1} and kept.xml_data == b'<x/>', kept)
        account.inbox.delete_user_configuration(name='Check')
        expect(account.mail_tips.recipient_address is not None, account.mail_tips)
