import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { decodeWbxml, el, encodeWbxml } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { DEFAULT_OPTIONS } from '../../../../core/sync/options.ts';
import { ANN, contextOf, event, itemOf } from '../../../../test/support/calendar-world.worker.ts';
import { VERSIONS, type Version } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';
import golden from './golden.data.json' with { type: 'json' };

const MEETING: CalendarEvent = event({
  locations: { 1: { '@type': 'Location', name: 'Office', 'waypost:address': { city: 'Bern' } } },
  description: '<p>Words</p>',
  descriptionContentType: 'text/html',
  keywords: { red: true },
  privacy: 'private',
  'waypost:busy': 'elsewhere',
  alerts: { 1: { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset: '-PT15M' } } },
  'waypost:onlineMeeting': { external: 'https://meet.test/1' },
  links: {
    f1: { '@type': 'Link', href: 'waypost:attachment/f1', rel: 'enclosure', title: 'a.pdf', size: 7 },
  },
  recurrenceRules: [
    {
      '@type': 'RecurrenceRule',
      frequency: 'yearly',
      byMonth: ['11'],
      byMonthDay: [26],
      until: '2030-11-26T09:30:00',
    },
  ],
  recurrenceOverrides: {
    '2027-11-26T09:30:00': { excluded: true },
    '2028-11-26T09:30:00': { start: '2028-11-27T09:30:00', title: 'Moved', locations: null, alerts: null },
  },
  replyTo: { imip: `mailto:${ANN.address}` },
  participants: {
    organizer: { '@type': 'Participant', name: ANN.name, email: ANN.address, roles: { owner: true } },
    bob: {
      ...{
        '@type': 'Participant',
        name: 'Bob',
        email: 'bob@y.test',
        roles: { attendee: true, optional: true },
      },
      ...{ participationStatus: 'tentative', expectReply: true },
      'waypost:proposed': { start: '2026-11-26T10:00:00Z', end: '2026-11-26T11:00:00Z' },
    },
  },
});
const HOLIDAY: CalendarEvent = event({
  ...{
    title: 'Holiday',
    start: '2026-12-25T00:00:00',
    duration: 'P2D',
    showWithoutTime: true,
    freeBusyStatus: 'free',
  },
});

const EVENTS: Record<string, CalendarEvent> = { meeting: MEETING, holiday: HOLIDAY };
const BODIES = [{ type: 2 as const, truncationSize: 4, allOrNone: false, preview: 0 }];

async function bytesOf(name: string, version: Version): Promise<string> {
  const options = { ...DEFAULT_OPTIONS, bodies: BODIES };
  const nodes = await calendarCodec.render(
    contextOf(version),
    itemOf(EVENTS[name] ?? event()),
    options,
    false,
  );
  return Buffer.from(encodeWbxml(el('AirSync:ApplicationData', nodes), { version })).toString('hex');
}

describe('the bytes of an event', () => {
  const cases = Object.keys(EVENTS).flatMap((name) => VERSIONS.map((version) => [name, version] as const));

  test.each(cases)('%s in %s', async (name, version) => {
    const expected = golden.find((one) => one.name === name && one.version === version);
    expect(await bytesOf(name, version)).toBe(expected?.hex);
  });

  test('are read again by every version that they are for', () => {
    for (const { hex } of golden) {
      expect(decodeWbxml(new Uint8Array(Buffer.from(hex, 'hex'))).tag).toBe('AirSync:ApplicationData');
    }
  });
});
