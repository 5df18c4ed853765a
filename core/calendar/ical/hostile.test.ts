import { describe, expect, test } from 'vitest';
import { ICalError } from '../../../codecs/ical/index.ts';
import type { CalendarEvent } from '../types.ts';
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
describe('texts that are damaged or hostile', () => {
  test.each([
    ['', 'not-icalendar', 1],
    ['BEGIN:VCARD\r\nEND:VCARD', 'not-icalendar', 1],
    ['hello\r\n', 'not-icalendar', 1],
    ['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR', 'misplaced', 3],
    ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\n', 'misplaced', 1],
    [`BEGIN:VCALENDAR\r\n${'BEGIN:X\r\n'.repeat(20)}`, 'too-deep', 9],
  ])('%j is refused as %s in line %i', (text, code, line) => {
    expect(() => readICal(text)).toThrow(ICalError);
    try {
      readICal(text);
    } catch (error) {
      expect(error).toMatchObject({ code, line });
    }
  });

  test('a line that cannot be read is left out, with its number', () => {
    const { documents, warnings } = readICal(
      calendar(
        ...vevent('DTSTART:20260601T090000Z', 'BROKEN LINE', 'RRULE:FREQ=DAILY;BYHOUR=99', 'SUMMARY:x'),
      ),
    );
    expect(documents[0]?.title).toBe('x');
    expect(warnings.map(({ line }) => line)).toEqual([7, 8]);
  });

  test('an event without a start is left out, without a UID gets one that stays the same', () => {
    const text = calendar(
      'BEGIN:VEVENT',
      'SUMMARY:x',
      'DTSTART:garbage',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'SUMMARY:x',
      'DTSTART:20260601T090000Z',
      'END:VEVENT',
    );
    const { documents, warnings } = readICal(text);
    expect(documents).toHaveLength(1);
    expect(warnings).toHaveLength(1);
    expect(documents[0]?.uid).toBe(readICal(text).documents[0]?.uid);
    expect(documents[0]?.uid).not.toBe('');
  });

  test('bare ends of lines, a mark of byte order, folds within characters, lower case', () => {
    const bytes = new TextEncoder().encode(
      '\ufeffbegin:vcalendar\nBEGIN:VEVENT\nuid:one\ndtstart:20260601T090000Z\nSummary:Gr\u00fc\n \u00dfe\nEND:VEVENT\nEND:VCALENDAR',
    );
    expect(readICal(bytes).documents[0]?.title).toBe('Gr\u00fc\u00dfe');
  });

  test('what some programs keep has no calendar around it, or ends of lines that were doubled', () => {
    expect(readICal(vevent('DTSTART:20260601T090000Z').join('\n')).documents).toHaveLength(1);
    const doubled = calendar(...vevent('DTSTART', ' :20260601T090000Z', 'SUMMARY', ' :x')).replaceAll(
      '\r\n',
      '\n\n',
    );
    expect(readICal(doubled).documents[0]?.title).toBe('x');
  });

  test('text cannot become lines of its own', () => {
    const event: CalendarEvent = {
      '@type': 'Event',
      uid: 'a\r\nX-EVIL:1',
      updated: '2026-01-01T00:00:00Z',
      start: '2026-06-01T09:00:00',
      timeZone: 'Etc/UTC',
      title: 'x\r\nATTENDEE:mailto:evil@example.com',
      participants: {
        '1': {
          '@type': 'Participant',
          name: 'a"\r\nX-EVIL:1',
          email: 'a@example.com\r\nX-EVIL:1',
          roles: { attendee: true },
        },
      },
      'waypost:ical': {
        properties: [
          ['x-a\r\nX-EVIL', {}, 'unknown', '1'],
          ['x-b', {}, 'unknown', 'a\r\nX-EVIL:1'],
          5,
          ['x-c'],
        ],
      },
    };
    expect(
      writeICal([event])
        .split('\r\n')
        .filter((line) => /^(?:X-EVIL|ATTENDEE:mailto:evil)/.test(line)),
    ).toEqual([]);
  });

  test('names of the prototype are names like others', () => {
    const event = one(
      'DTSTART:20260601T090000Z',
      'CATEGORIES:__proto__,constructor',
      'X-A;__PROTO__=1:b',
      'RELATED-TO;RELTYPE=__PROTO__:__proto__',
    );
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
    expect(() => writeICal([event])).not.toThrow();
  });
});

test('thousands of changes of one series, and a large file in it, are read and written within reason', () => {
  const zone = 'TZID=Europe/Berlin';
  const changes = Array.from({ length: 4000 }, (_, i) => {
    const day = new Date(Date.UTC(2026, 0, 2 + i)).toISOString().slice(0, 10).replaceAll('-', '');
    return vevent(
      `RECURRENCE-ID;${zone}:${day}T090000`,
      `DTSTART;${zone}:${day}T110000`,
      'SUMMARY:Changed',
    ).join('\r\n');
  });
  const file = `ATTACH;ENCODING=BASE64;VALUE=BINARY:${'QUJD'.repeat(1_000_000)}`;
  const master = vevent(
    `DTSTART;${zone}:20260101T090000`,
    'RRULE:FREQ=DAILY',
    `DESCRIPTION:${'x'.repeat(200_000)}`,
    file,
  );
  const began = performance.now();
  const { documents, warnings } = readICal(calendar(...master, ...changes));
  expect(warnings).toEqual([]);
  expect(Object.keys(documents[0]?.recurrenceOverrides ?? {})).toHaveLength(4000);
  expect(documents[0]?.links?.['1']?.href).toHaveLength(
    4_000_000 + 'data:application/octet-stream;base64,'.length,
  );
  expect(writeICal(documents).length).toBeGreaterThan(4_000_000);
  expect(performance.now() - began).toBeLessThan(15_000);
}, 60_000);
