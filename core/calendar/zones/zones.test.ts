import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseTimeZone, readTimeZone, writeTimeZone } from './activesync.ts';
import { localTime, utcTime } from './local-time.ts';
import { ALL_ZONES, windowsZoneOf, zoneOf } from './names.ts';
import { isZone, offsetAt, transitionsOf } from './offsets.ts';

const JUNE = Date.UTC(2026, 5, 1);
const at = (local: string, zone: string) => {
  const found = utcTime(local, zone);
  return found === null ? null : new Date(found).toISOString();
};

/** A skipped hour and one that comes twice, in ten zones: local time, and the time that it is. */
const CHANGES: [zone: string, skipped: string, meant: string, twice: string, first: string][] = [
  [
    'Europe/Berlin',
    '2026-03-29T02:30:00',
    '2026-03-29T01:30:00',
    '2026-10-25T02:30:00',
    '2026-10-25T00:30:00',
  ],
  [
    'Europe/London',
    '2026-03-29T01:30:00',
    '2026-03-29T01:30:00',
    '2026-10-25T01:30:00',
    '2026-10-25T00:30:00',
  ],
  [
    'America/New_York',
    '2026-03-08T02:30:00',
    '2026-03-08T07:30:00',
    '2026-11-01T01:30:00',
    '2026-11-01T05:30:00',
  ],
  [
    'America/Los_Angeles',
    '2026-03-08T02:30:00',
    '2026-03-08T10:30:00',
    '2026-11-01T01:30:00',
    '2026-11-01T08:30:00',
  ],
  [
    'America/St_Johns',
    '2026-03-08T02:30:00',
    '2026-03-08T06:00:00',
    '2026-11-01T01:30:00',
    '2026-11-01T04:00:00',
  ],
  [
    'America/Santiago',
    '2026-09-06T00:30:00',
    '2026-09-06T04:30:00',
    '2026-04-04T23:30:00',
    '2026-04-05T02:30:00',
  ],
  [
    'Australia/Sydney',
    '2026-10-04T02:30:00',
    '2026-10-03T16:30:00',
    '2026-04-05T02:30:00',
    '2026-04-04T15:30:00',
  ],
  [
    'Australia/Lord_Howe',
    '2026-10-04T02:15:00',
    '2026-10-03T15:45:00',
    '2026-04-05T01:45:00',
    '2026-04-04T14:45:00',
  ],
  [
    'Pacific/Auckland',
    '2026-09-27T02:30:00',
    '2026-09-26T14:30:00',
    '2026-04-05T02:30:00',
    '2026-04-04T13:30:00',
  ],
  [
    'Africa/Cairo',
    '2026-04-24T00:30:00',
    '2026-04-23T22:30:00',
    '2026-10-29T23:30:00',
    '2026-10-29T20:30:00',
  ],
  [
    'Antarctica/Troll',
    '2026-03-29T02:30:00',
    '2026-03-29T02:30:00',
    '2026-10-25T02:30:00',
    '2026-10-25T00:30:00',
  ],
];

describe('local time', () => {
  test.each(CHANGES)('%s: a time that the clocks skip moves forward by the gap', (zone, skipped, meant) => {
    expect(at(skipped, zone)).toBe(`${meant}.000Z`);
    const shown = localTime(Date.parse(`${meant}Z`), zone);
    expect(shown > skipped).toBe(true);
  });

  test.each(
    CHANGES,
  )('%s: of a time that comes twice the first is meant', (zone, _skipped, _meant, twice, first) => {
    expect(at(twice, zone)).toBe(`${first}.000Z`);
    expect(localTime(Date.parse(`${first}Z`), zone)).toBe(twice);
  });

  test('a zone that gave up changing its clocks is right before and after', () => {
    expect(offsetAt('America/Sao_Paulo', Date.UTC(2018, 11, 1))).toBe(-2 * 3600);
    expect(offsetAt('America/Sao_Paulo', Date.UTC(2025, 11, 1))).toBe(-3 * 3600);
  });

  test('a day that a zone left out altogether is the one after it', () => {
    expect(at('2011-12-30T12:00:00', 'Pacific/Apia')).toBe('2011-12-30T22:00:00.000Z');
  });

  test('times beyond all calendars have an answer', () => {
    for (const time of [-8e15, 8e15, 253_402_300_799_000])
      expect(Number.isFinite(offsetAt('Europe/Berlin', time))).toBe(true);
    expect(offsetAt('Europe/Berlin', Date.UTC(9000, 6, 1))).toBe(7200);
    expect(offsetAt('No/Where', JUNE)).toBe(0);
  });
});

describe('names', () => {
  test('every zone of the table is one to the runtime, and goes to Windows and back', () => {
    for (const zone of ALL_ZONES) {
      expect(isZone(zone), zone).toBe(true);
      const name = windowsZoneOf(zone);
      expect(name === null ? null : zoneOf(name), zone).not.toBeNull();
    }
  });

  test.each([
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['europe/berlin', 'Europe/Berlin'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['india standard time', 'Asia/Kolkata'],
    ['Pacific Daylight Time', 'America/Los_Angeles'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
    ['(GMT-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['/example.org/20050126_1/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['tzone://Microsoft/Utc', 'Etc/UTC'],
    ['UTC+5:30', '/+05:30'],
    ['GMT-0300', 'Etc/GMT+3'],
    ['Customized Time Zone', null],
    ['+01:00', null],
    ['', null],
  ])('%s is %s', (name, zone) => {
    expect(zoneOf(name)).toBe(zone);
  });

  test('newer zones have a name of Windows', () => {
    expect(windowsZoneOf('Europe/Kyiv')).toBe('FLE Standard Time');
    expect(windowsZoneOf('America/Ciudad_Juarez')).toBe('Mountain Standard Time');
    expect(windowsZoneOf('America/Coyhaique')).not.toBeNull();
    expect(windowsZoneOf('Antarctica/Troll')).toBe('W. Europe Standard Time');
    expect(windowsZoneOf('/+05:40')).toBeNull();
  });
});

describe('a zone that the runtime does not know yet', () => {
  const Real = Intl.DateTimeFormat;
  /** A runtime whose zone database is older than these names. */
  async function runtimeWithout(...missing: string[]) {
    vi.resetModules();
    class Older extends Real {
      constructor(locale: string, options: Intl.DateTimeFormatOptions) {
        if (missing.includes(options.timeZone ?? '')) throw new RangeError('no such zone');
        super(locale, options);
      }
    }
    vi.stubGlobal('Intl', { DateTimeFormat: Older });
    const [offsets, ical] = await Promise.all([import('./offsets.ts'), import('../ical/read.ts')]);
    return { ...offsets, ...ical };
  }
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each([
    ['America/Coyhaique', 'America/Punta_Arenas', -3],
    ['Europe/Kyiv', 'Europe/Kiev', 3],
    ['America/Ciudad_Juarez', 'America/Denver', -6],
    // Of one that was never called otherwise: what Windows keeps it under.
    ['Europe/Busingen', 'Europe/Berlin', 2],
  ])('%s has the clocks of %s', async (zone, _other, hours) => {
    const { isZone, offsetAt, transitionsOf } = await runtimeWithout(zone);
    expect(isZone(zone)).toBe(true);
    expect(offsetAt(zone, JUNE)).toBe(hours * 3600);
    expect(transitionsOf(zone, 2026)).toEqual(transitionsOf(_other, 2026));
  });

  test('has a stand-in for its stand-in, and what is no zone has none', async () => {
    const { isZone, offsetAt } = await runtimeWithout('America/Coyhaique', 'America/Punta_Arenas');
    expect(offsetAt('America/Coyhaique', JUNE)).toBe(-3 * 3600);
    expect(isZone('Mars/Olympus')).toBe(false);
  });

  test('keeps its name in an event, with its time', async () => {
    const { readICal } = await runtimeWithout('America/Coyhaique');
    const [event] = readICal(
      ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:u', 'DTSTART;TZID=America/Coyhaique:20260601T090000']
        .concat('DTEND;TZID=Etc/UTC:20260601T130000', 'END:VEVENT', 'END:VCALENDAR')
        .join('\n'),
    ).documents;
    expect(event).toMatchObject({ timeZone: 'America/Coyhaique', duration: 'PT1H' });
  });
});

describe('the structure of ActiveSync', () => {
  test('every zone comes back from it when it is preferred', () => {
    for (const zone of ALL_ZONES)
      expect(readTimeZone(writeTimeZone(zone, JUNE), { prefer: [zone], at: JUNE })).toBe(zone);
  });

  test('every zone comes back from it as one with the same clocks when none is preferred', () => {
    for (const zone of ALL_ZONES) {
      const found = readTimeZone(writeTimeZone(zone, JUNE), { at: JUNE }) ?? '';
      // Where the clocks are set once in a year, and then no more, the structure has no rule for it.
      const months = transitionsOf(zone, 2026).length % 2 === 0 ? [0, 6] : [5];
      for (const month of months) {
        const time = Date.UTC(2026, month, 15);
        expect(offsetAt(found, time), `${zone} ${found}`).toBe(offsetAt(zone, time));
      }
    }
  });

  test('it says when the clocks of the south are set', () => {
    const { standard, daylight } = parseTimeZone(writeTimeZone('Australia/Sydney', JUNE)) ?? {};
    expect(standard).toBe(36_000);
    expect(daylight).toEqual({
      offset: 39_600,
      begins: { month: 10, weekday: 0, week: 1, time: 7200 },
      ends: { month: 4, weekday: 0, week: 1, time: 10_800 },
    });
  });

  test('it has no rule where the clocks stay as they are, or stopped being set in this year', () => {
    for (const zone of ['Asia/Kolkata', 'Etc/UTC', 'America/Phoenix']) {
      expect(parseTimeZone(writeTimeZone(zone, JUNE))?.daylight).toBeNull();
    }
    const mexico = parseTimeZone(writeTimeZone('America/Mexico_City', Date.UTC(2023, 6, 1)));
    expect(mexico).toMatchObject({ standard: -21_600, daylight: null });
    expect(
      parseTimeZone(writeTimeZone('America/Mexico_City', Date.UTC(2022, 6, 1)))?.daylight,
    ).not.toBeNull();
  });

  /** A structure of one's own: minutes behind UTC, and the dates of its changes. */
  function structure(bias: number, standard: number[] = [], daylight: number[] = [], bytes = 172): string {
    const view = new DataView(new ArrayBuffer(172));
    view.setInt32(0, bias, true);
    for (const [i, value] of standard.entries()) view.setUint16(68 + 2 * i, value, true);
    for (const [i, value] of daylight.entries()) view.setUint16(152 + 2 * i, value, true);
    view.setInt32(168, daylight.length === 0 ? 0 : -60, true);
    return btoa(String.fromCharCode(...new Uint8Array(view.buffer).subarray(0, bytes)));
  }

  test('equal rules are told apart by the zone of the user, and else are a zone where many live', () => {
    const central = structure(-60, [0, 10, 0, 5, 3], [0, 3, 0, 5, 2]);
    expect(readTimeZone(central, { prefer: ['Europe/Prague'], at: JUNE })).toBe('Europe/Prague');
    expect(readTimeZone(central, { prefer: ['America/New_York'], at: JUNE })).toBe('Europe/Berlin');
  });

  test('midnight is understood as Windows writes it', () => {
    // The last moment of Saturday, where the zone says the first of Sunday.
    const chile = structure(240, [0, 4, 6, 1, 23, 59, 59], [0, 9, 6, 1, 23, 59, 59]);
    expect(readTimeZone(chile, { at: JUNE })).toBe('America/Santiago');
  });

  test('rules that no zone has are the nearest zone, or a fixed distance to UTC', () => {
    // Central Europe, changing a week too early.
    expect(readTimeZone(structure(-60, [0, 10, 0, 4, 3], [0, 3, 0, 4, 2]), { at: JUNE })).toBe(
      'Europe/Berlin',
    );
    expect(readTimeZone(structure(-347), { at: JUNE })).toBe('/+05:47');
    expect(offsetAt('/+05:47', JUNE)).toBe(347 * 60);
    // Daylight saving where nobody has it.
    expect(readTimeZone(structure(-345, [0, 10, 0, 5, 3], [0, 3, 0, 5, 2]), { at: JUNE })).toBe('/+05:45');
  });

  test('what is no structure is none, and what is damaged in it is left out', () => {
    for (const text of ['', '!!!', 'AAAA', structure(-60, [], [], 100)])
      expect(readTimeZone(text, { at: JUNE })).toBeNull();
    expect(readTimeZone(structure(99_999), { at: JUNE })).toBe('Etc/UTC');
    expect(readTimeZone(structure(-60, [0, 13, 9, 9], [0, 40, 0, 5]), { at: JUNE })).not.toBeNull();
  });
});
