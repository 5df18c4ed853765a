"""CalDAV, CardDAV and LDAP."""

import subprocess

from session import HOST, PASSWORD, PATIENCE, USER, dav, port
from steps import expect, step

ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
CARD = """BEGIN:VCARD
VERSION:3.0
UID:c1
FN:Dora Doe
N:Doe;Dora;;;
EMAIL;TYPE=work:dora@example.com
TEL;TYPE=cell:+49123
ADR;TYPE=home:;;Street 1;City;;12345;DE
END:VCARD
"""
XML = {'Content_Type': 'text/xml; charset=utf-8'}
NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'


def lines(text):
    return text.replace('\n', '\r\n')


def calendar(*components):
    head = 'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//waypost.test//steps//EN\n'
    return lines(head + ''.join(components) + 'END:VCALENDAR\n')


def event(uid, summary, *more):
    times = 'DTSTART;TZID=Europe/Berlin:20261201T100000\nDTEND;TZID=Europe/Berlin:20261201T110000\n'
    fields = f'UID:{uid}\nDTSTAMP:20261121T000000Z\n{times}SUMMARY:{summary}\nLOCATION:Room\nDESCRIPTION:told\n'
    return calendar(ZONE, f'BEGIN:VEVENT\n{fields}', *(f'{line}\n' for line in more), 'END:VEVENT\n')


def propfind(path, depth, properties):
    body = f'<?xml version="1.0"?><D:propfind {NAMES}><D:prop>{properties}</D:prop></D:propfind>'
    return dav('PROPFIND', path, body, Depth=depth, **XML)


def run():
    ics = {'Content_Type': 'text/calendar; charset=utf-8'}

    @step('the calendar is found')
    def _():
        expect('principal' in propfind('/', '0', '<D:current-user-principal/>'))
        home = propfind(f'/principals/users/{USER}/', '0', '<C:calendar-home-set/><C:calendar-user-address-set/>')
        expect(f'/users/{USER}/calendar' in home and f'mailto:{USER}' in home, home)
        expect('getctag' in propfind('calendar/', '1', '<S:getctag/><D:displayname/><D:resourcetype/>'))

    @step('events are put: one, a series, a meeting')
    def _():
        dav('PUT', 'calendar/one.ics', event('one', 'One event'), If_None_Match='*', **ics)
        dav('PUT', 'calendar/series.ics', event('series', 'Series', 'RRULE:FREQ=WEEKLY;COUNT=5'), **ics)
        attendee = 'ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:bob@example.com'
        meeting = event('meeting', 'Meeting', 'ORGANIZER:mailto:alice@example.com', attendee)
        dav('PUT', 'calendar/meeting.ics', meeting, **ics)

    @step('events are listed, read, changed and deleted')
    def _():
        window = '<C:time-range start="20261101T000000Z" end="20270101T000000Z"/>'
        wanted = f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{window}</C:comp-filter></C:comp-filter>'
        query = f'<C:calendar-query {NAMES}><D:prop><D:getetag/></D:prop><C:filter>{wanted}</C:filter></C:calendar-query>'
        listed = dav('REPORT', 'calendar/', f'<?xml version="1.0"?>{query}', Depth='1', **XML)
        expect(listed.count('getetag>') >= 6, listed)
        read = dav('GET', 'calendar/one.ics')
        expect('SUMMARY:One event' in read and 'LOCATION:Room' in read and 'T100000' in read, read)
        expect('BEGIN:VTIMEZONE' in read, read)
        expect('RRULE:FREQ=WEEKLY;COUNT=5' in dav('GET', 'calendar/series.ics').replace(';INTERVAL=1', ''))
        expect('bob@example.com' in dav('GET', 'calendar/meeting.ics').lower().replace('\r\n ', ''))
        dav('PUT', 'calendar/one.ics', event('one', 'Changed event'), **ics)
        expect('SUMMARY:Changed event' in dav('GET', 'calendar/one.ics'))
        dav('DELETE', 'calendar/one.ics')
        dav('GET', 'calendar/one.ics', expected=(404,))

    @step('a task is put and read')
    def _():
        todo = 'BEGIN:VTODO\nUID:todo\nDTSTAMP:20261121T000000Z\nSUMMARY:To do\nDUE;VALUE=DATE:20261205\nEND:VTODO\n'
        dav('PUT', 'calendar/todo.ics', calendar(todo), **ics)
        read = dav('GET', 'calendar/todo.ics')
        expect('SUMMARY:To do' in read and '20261205' in read, read)

    @step('when people are busy')
    def _():
        fields = 'UID:fb\nORGANIZER:mailto:alice@example.com\nATTENDEE:mailto:bob@example.com\nDTSTAMP:20261121T000000Z\n'
        times = 'DTSTART:20261201T000000Z\nDTEND:20261202T000000Z\n'
        asked = calendar('METHOD:REQUEST\n', f'BEGIN:VFREEBUSY\n{fields}{times}END:VFREEBUSY\n')
        told = dav('POST', 'outbox/', asked, **ics)
        expect('BEGIN:VFREEBUSY' in told and 'bob@example.com' in told, told)

    @step('contacts are put, listed, read, changed and deleted')
    def _():
        vcard = {'Content_Type': 'text/vcard; charset=utf-8'}
        dav('PUT', 'contacts/c1.vcf', lines(CARD), **vcard)
        expect('c1' in propfind('contacts/', '1', '<D:getetag/><D:displayname/>'))
        read = dav('GET', 'contacts/c1.vcf')
        for value in ('Dora Doe', 'dora@example.com', '+49123', 'Street 1'):
            expect(value in read, value, read)
        dav('PUT', 'contacts/c1.vcf', lines(CARD.replace('Dora', 'Dori')), **vcard)
        expect('Dori Doe' in dav('GET', 'contacts/c1.vcf'))
        dav('DELETE', 'contacts/c1.vcf')

    @step('people are found by LDAP')
    def _():
        command = ['ldapsearch', '-x', '-H', f'ldap://{HOST}:{port("LDAP")}', '-D', USER, '-w', PASSWORD]
        wanted = ['-b', 'ou=people', '(|(cn=bob*)(mail=bob*))', 'cn', 'mail', 'sn', 'givenName']
        told = subprocess.run(command + wanted, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        expect('mail: bob@example.com' in told and 'cn: Bob Example' in told, told)
