import { describe, expect, test } from 'vitest';
import { occurrences } from '../occurrences.ts';
import { parseLocal } from '../time/civil.ts';
import type { CalendarEvent } from '../types.ts';
import { utcOf } from '../zones/convert.ts';
import { readICal } from './read.ts';
import { writeICal } from './write.ts';

const calendar = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const vevent = (...lines: string[]) => [
  'BEGIN:VEVENT',
  'UID:one',
  'DTSTAMP:20260101T000000Z',
  ...lines,
  'END:VEVENT',
];
const one = (...lines: string[]) => readICal(calendar(...vevent(...lines))).documents[0] as CalendarEvent;
const YEAR = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };
const starts = (event: CalendarEvent) =>
  occurrences(event, YEAR).map(({ start }) => new Date(start).toISOString().slice(0, 16));

describe('times', () => {
  test.each([
    ['DTSTART:20260601T090000Z', '2026-06-01T09:00', 'Etc/UTC'],
    ['DTSTART;TZID=Europe/Berlin:20260601T090000', '2026-06-01T07:00', 'Europe/Berlin'],
    ['DTSTART;TZID=W. Europe Standard Time:20260601T090000', '2026-06-01T07:00', 'Europe/Berlin'],
    [
      'DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20260601T090000',
      '2026-06-01T13:00',
      'America/New_York',
    ],
    ['DTSTART;TZID=/example.org/20250101/Asia/Tokyo:20260601T090000', '2026-06-01T00:00', 'Asia/Tokyo'],
    ['DTSTART:20260601T090000', '2026-06-01T09:00', null],
    ['DTSTART;TZID=Nobody knows:20260601T090000', '2026-06-01T09:00', null],
  ])('%s', (line, start, zone) => {
    const event = one(line);
    expect([starts(event)[0], event.timeZone]).toEqual([start, zone]);
  });

  const custom = (tzid: string, standard: string, daylight: string) => [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    `TZOFFSETFROM:${daylight}`,
    `TZOFFSETTO:${standard}`,
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    `TZOFFSETFROM:${standard}`,
    `TZOFFSETTO:${daylight}`,
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ];

  test('a zone of their own is the one with the same clocks', () => {
    const text = calendar(
      ...custom('Customized Time Zone', '+0100', '+0200'),
      ...vevent('DTSTART;TZID=Customized Time Zone:20260601T090000'),
    );
    expect((readICal(text).documents[0] as CalendarEvent).timeZone).toBe('Europe/Berlin');
  });

  test('a zone whose clocks nobody has is a fixed distance to UTC, which survives', () => {
    const fixed = [
      'BEGIN:VTIMEZONE',
      'TZID:odd',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0547',
      'TZOFFSETTO:+0547',
      'END:STANDARD',
      'END:VTIMEZONE',
    ];
    const [event] = readICal(calendar(...fixed, ...vevent('DTSTART;TZID=odd:20260601T090000'))).documents;
    expect([starts(event as CalendarEvent), event?.timeZone]).toEqual([['2026-06-01T03:13'], '/+05:47']);
    const [again] = readICal(writeICal(event === undefined ? [] : [event])).documents;
    expect(again?.timeZone).toBe('/+05:47');
  });

  const observance = (kind: string, start: string, from: string, to: string, rule?: string) => [
    ...[`BEGIN:${kind}`, `DTSTART:${start}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`],
    ...[...(rule === undefined ? [] : [`RRULE:FREQ=YEARLY;${rule}`]), `END:${kind}`],
  ];
  const newZone = (...parts: string[][]) => [
    'BEGIN:VTIMEZONE',
    'TZID:Mars/Olympus',
    ...parts.flat(),
    'END:VTIMEZONE',
  ];
  const startOn = (zone: string[], date: string) => {
    const { documents } = readICal(calendar(...zone, ...vevent(`DTSTART;TZID=Mars/Olympus:${date}T090000`)));
    const { start, timeZone } = documents[0] as CalendarEvent;
    return new Date(utcOf(parseLocal(start) ?? 0, timeZone ?? '')).toISOString().slice(0, 16);
  };

  test('a zone with a name that nobody knows, whose daylight time no other has, has the time of its definition', () => {
    const zone = newZone(
      observance('STANDARD', '20251026T030000', '+0650', '+0550', 'BYMONTH=10;BYDAY=-1SU'),
      observance('DAYLIGHT', '20250330T020000', '+0550', '+0650', 'BYMONTH=3;BYDAY=-1SU'),
    );
    expect(startOn(zone, '20260115')).toBe('2026-01-15T03:10');
    expect(startOn(zone, '20260615')).toBe('2026-06-15T02:10');
    expect(startOn(zone, '20261231')).toBe('2026-12-31T03:10');
  });

  test('so has one whose definition names single changes only', () => {
    const zone = newZone(
      observance('STANDARD', '20241027T030000', '+0200', '+0100'),
      observance('DAYLIGHT', '20260329T020000', '+0100', '+0200'),
      observance('STANDARD', '20261025T030000', '+0200', '+0100'),
    );
    expect(startOn(zone, '20260115')).toBe('2026-01-15T08:00');
    expect(startOn(zone, '20260615')).toBe('2026-06-15T07:00');
    expect(startOn(zone, '20261115')).toBe('2026-11-15T08:00');
    expect(startOn(zone, '20200115')).toBe('2020-01-15T08:00');
  });

  test('and one that gave its daylight time up', () => {
    const zone = newZone(
      observance(
        'STANDARD',
        '20001029T030000',
        '+0300',
        '+0200',
        'BYMONTH=10;BYDAY=-1SU;UNTIL=20151025T000000Z',
      ),
      observance(
        'DAYLIGHT',
        '20000326T020000',
        '+0200',
        '+0300',
        'BYMONTH=3;BYDAY=-1SU;UNTIL=20160327T000000Z',
      ),
      observance('STANDARD', '20160907T000000', '+0300', '+0300'),
    );
    expect(startOn(zone, '20140615')).toBe('2014-06-15T06:00');
    expect(startOn(zone, '20140115')).toBe('2014-01-15T07:00');
    expect(startOn(zone, '20260115')).toBe('2026-01-15T06:00');
    expect(startOn(zone, '20260615')).toBe('2026-06-15T06:00');
  });

  test('a zone that goes in circles or lacks everything harms nothing', () => {
    const odd = [
      'BEGIN:VTIMEZONE',
      'TZID:odd',
      'BEGIN:DAYLIGHT',
      'TZOFFSETTO:nonsense',
      'END:DAYLIGHT',
      'BEGIN:VTIMEZONE',
      'TZID:odd',
      'END:VTIMEZONE',
      'END:VTIMEZONE',
    ];
    expect(
      readICal(calendar(...odd, ...vevent('DTSTART;TZID=odd:20260601T090000'))).documents[0]?.timeZone,
    ).toBeNull();
  });

  test.each([
    ['DTEND;VALUE=DATE:20260603', 'P2D'],
    ['DTEND;VALUE=DATE:20260601', 'P1D'],
    ['DURATION:P3D', 'P3D'],
    ['X-NOTHING:1', 'P1D'],
  ])('a date with %s lasts %s', (line, duration) => {
    expect(one('DTSTART;VALUE=DATE:20260601', line)).toMatchObject({
      showWithoutTime: true,
      timeZone: null,
      duration,
    });
  });

  test('an end in another zone counts as it stands there', () => {
    const flight = one(
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      'DTEND;TZID=America/New_York:20260601T120000',
    );
    expect(flight.duration).toBe('PT9H');
  });

  test('a day that Outlook writes with its hours is a day', () => {
    const day = one(
      'DTSTART;TZID=Europe/Berlin:20260601T000000',
      'DTEND;TZID=Europe/Berlin:20260602T000000',
      'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
    );
    expect(day).toMatchObject({ showWithoutTime: true, timeZone: 'Europe/Berlin', duration: 'P1D' });
  });
});

describe('series', () => {
  test('end in UTC where they say so, and on all of a day', () => {
    const zone = 'DTSTART;TZID=America/New_York:20260601T220000';
    expect(starts(one(zone, 'RRULE:FREQ=DAILY;UNTIL=20260604T020000Z'))).toHaveLength(3);
    expect(starts(one(zone, 'RRULE:FREQ=DAILY;UNTIL=20260603'))).toHaveLength(3);
    expect(starts(one('DTSTART;VALUE=DATE:20260601', 'RRULE:FREQ=DAILY;UNTIL=20260603'))).toHaveLength(3);
  });

  test('EXDATE and RDATE in any zone, as a date, as a period', () => {
    const event = one(
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      'DTEND;TZID=Europe/Berlin:20260601T100000',
      'RRULE:FREQ=DAILY;COUNT=4',
      'EXDATE:20260602T070000Z',
      'EXDATE;VALUE=DATE:20260603',
      'RDATE;VALUE=PERIOD:20260610T070000Z/PT3H',
    );
    expect(starts(event)).toEqual(['2026-06-01T07:00', '2026-06-04T07:00', '2026-06-10T07:00']);
    expect(event.recurrenceOverrides?.['2026-06-10T09:00:00']).toEqual({ duration: 'PT3H' });
  });

  test('take up their changed occurrences, in any order of the file', () => {
    const changed = vevent(
      'RECURRENCE-ID:20260602T070000Z',
      'DTSTART;TZID=Europe/Berlin:20260605T120000',
      'DTEND;TZID=Europe/Berlin:20260605T130000',
      'SUMMARY:Moved',
    );
    const master = vevent(
      'DTSTART;TZID=Europe/Berlin:20260601T090000',
      'DTEND;TZID=Europe/Berlin:20260601T100000',
      'RRULE:FREQ=DAILY;COUNT=3',
      'SUMMARY:Daily',
    );
    for (const parts of [
      [...changed, ...master],
      [...master, ...changed],
    ]) {
      const { documents } = readICal(calendar(...parts));
      expect(documents).toHaveLength(1);
      expect(documents[0]?.recurrenceOverrides).toEqual({
        '2026-06-02T09:00:00': { title: 'Moved', start: '2026-06-05T12:00:00' },
      });
    }
  });

  test('a changed occurrence alone is a document of its own, and stays one', () => {
    const text = calendar(
      'METHOD:REQUEST',
      ...vevent(
        'RECURRENCE-ID;TZID=Europe/Berlin:20260602T090000',
        'DTSTART;TZID=Europe/Berlin:20260605T120000',
        'SEQUENCE:3',
      ),
    );
    const { documents, method, stamps } = readICal(text);
    expect([method, stamps]).toEqual(['REQUEST', [Date.UTC(2026, 0, 1)]]);
    expect(documents[0]).toMatchObject({
      recurrenceId: '2026-06-02T09:00:00',
      recurrenceIdTimeZone: 'Europe/Berlin',
      sequence: 3,
    });
    const again = writeICal(documents, { method: 'REPLY', stamp: Date.UTC(2026, 4, 1) });
    expect(again).toContain('RECURRENCE-ID;TZID=Europe/Berlin:20260602T090000\r\n');
    expect(again).toContain('METHOD:REPLY\r\n');
    expect(again).toContain('DTSTAMP:20260501T000000Z\r\n');
  });

  test('several events, tasks and other components of one file', () => {
    const { documents, rest } = readICal(
      calendar(
        ...vevent('DTSTART:20260601T090000Z'),
        'BEGIN:VTODO',
        'UID:two',
        'DUE;VALUE=DATE:20260609',
        'STATUS:COMPLETED',
        'COMPLETED:20260608T100000Z',
        'PERCENT-COMPLETE:100',
        'END:VTODO',
        'BEGIN:VJOURNAL',
        'UID:three',
        'SUMMARY:Diary',
        'END:VJOURNAL',
      ),
    );
    expect(documents.map((document) => document['@type'])).toEqual(['Event', 'Task']);
    expect(documents[1]).toMatchObject({
      due: '2026-06-09T00:00:00',
      progress: 'completed',
      progressUpdated: '2026-06-08T10:00:00Z',
      showWithoutTime: true,
    });
    expect(writeICal(documents, { rest })).toContain(
      'BEGIN:VJOURNAL\r\nUID:three\r\nSUMMARY:Diary\r\nEND:VJOURNAL',
    );
  });
});

describe('what is said of an event', () => {
  test('people with all that they have', () => {
    const event = one(
      'DTSTART:20260601T090000Z',
      'ORGANIZER;CN=Bo;SENT-BY="mailto:pa@example.com":mailto:bo@example.com',
      'ATTENDEE;CN="Lee, Ann";ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;RSVP=TRUE;X-NUM-GUESTS=2;DELEGATED-FROM="mailto:x@example.com":MAILTO:Ann@example.com',
      'ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.com',
    );
    expect(event.replyTo).toEqual({ imip: 'mailto:bo@example.com' });
    expect(event.participants?.['1']).toMatchObject({
      name: 'Lee, Ann',
      email: 'Ann@example.com',
      participationStatus: 'tentative',
      expectReply: true,
      roles: { attendee: true, optional: true },
      'waypost:ical': { 'x-num-guests': '2' },
    });
    expect(event.participants?.['2']?.kind).toBe('location');
    expect(event.participants?.['organizer']).toMatchObject({ name: 'Bo', roles: { owner: true } });
    const written = writeICal([event]).replaceAll('\r\n ', '');
    expect(written).toContain('DELEGATED-FROM="mailto:x@example.com"');
    expect(written).toContain('SENT-BY="mailto:pa@example.com"');
  });

  test('what Outlook says beside the standard', () => {
    const event = one(
      'DTSTART:20260601T090000Z',
      'DESCRIPTION:plain',
      'X-ALT-DESC;FMTTYPE=text/html:<p>rich\\, text</p>',
      'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
      'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
      'TRANSP:OPAQUE',
      'CLASS:CONFIDENTIAL',
    );
    expect(event).toMatchObject({
      description: '<p>rich, text</p>',
      descriptionContentType: 'text/html',
      'waypost:busy': 'oof',
      privacy: 'secret',
      freeBusyStatus: 'busy',
    });
    const written = writeICal([event]);
    for (const line of [
      'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
      'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
      'X-ALT-DESC;FMTTYPE=text/html:<p>rich\\, text</p>',
      'DESCRIPTION:rich\\, text',
    ]) {
      expect(written).toContain(`${line}\r\n`);
    }
  });

  test('what is not understood survives: properties, parameters, components, alarms', () => {
    const lines = [
      'SUMMARY;LANGUAGE=de:Hallo',
      'X-ODD;X-P="a;b":c\\,d',
      'COMMENT:one\\, two',
      'REQUEST-STATUS:2.0;Success',
      'BEGIN:VALARM',
      'TRIGGER;RELATED=END:PT5M',
      'ACTION:AUDIO',
      'ATTACH;FMTTYPE=audio/basic:https://example.com/bell',
      'REPEAT:2',
      'DURATION:PT1M',
      'END:VALARM',
      'BEGIN:X-COMPONENT',
      'X-IN-IT:yes',
      'END:X-COMPONENT',
    ];
    const written = writeICal([one('DTSTART:20260601T090000Z', ...lines)]);
    for (const line of lines) expect(written).toContain(`${line}\r\n`);
  });

  test('an inline file becomes a link that holds it, and files kept here are written as the caller says', () => {
    const event = one(
      'DTSTART:20260601T090000Z',
      'ATTACH;FMTTYPE=text/plain;FILENAME=a.txt;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=',
    );
    expect(event.links?.['1']).toMatchObject({
      href: 'data:text/plain;base64,aGVsbG8=',
      title: 'a.txt',
      rel: 'enclosure',
    });
    const kept = {
      ...event,
      links: { '1': { '@type': 'Link' as const, href: 'waypost:attachment/x', rel: 'enclosure' } },
    };
    expect(writeICal([kept])).not.toContain('ATTACH');
    expect(writeICal([kept], { link: () => 'https://example.com/x' })).toContain(
      'ATTACH:https://example.com/x\r\n',
    );
  });
});
