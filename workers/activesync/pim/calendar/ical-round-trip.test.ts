import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readICal } from '../../../../core/calendar/ical/read.ts';
import { writeICal } from '../../../../core/calendar/ical/write.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { brief, contextOf, dataOf, shown } from '../../../../test/support/calendar-world.worker.ts';
import { deviceEvents } from '../../../../test/support/device-events.worker.ts';
import type { Version } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';

const HTML = { bodies: [{ type: 2 as const, truncationSize: null, allOrNone: false, preview: 0 }] };
const VERSIONS: readonly Version[] = ['12.1', '14.0', '14.1', '16.0', '16.1'];

function again(event: CalendarEvent): CalendarEvent {
  const [read] = readICal(writeICal([event], { ownCopy: true }), { ownCopy: true }).documents;
  if (read === undefined || read['@type'] !== 'Event') throw new Error('not read');
  const { prodId: _, ...rest } = read;
  return rest;
}

/** People by their addresses: what number they have is nobody's matter. */
function named(event: CalendarEvent): unknown {
  const people = (list: CalendarEvent['participants']) =>
    Object.values(list ?? {})
      .map((one) => [one.email, one])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const overrides = Object.entries(event.recurrenceOverrides ?? {}).map(([key, patch]) => [
    key,
    { ...patch, participants: people(patch['participants'] as CalendarEvent['participants']) },
  ]);
  return {
    ...event,
    timeZone: event.timeZone ?? null,
    participants: people(event.participants),
    recurrenceOverrides: Object.fromEntries(overrides),
  };
}

describe.each(VERSIONS)('any event that a device of %s can make', (version) => {
  test('is the same after it went out as iCalendar and came in again', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(deviceEvents(version), async (said) => {
        const result = await calendarCodec.take(contextOf(version), {
          ...{ data: dataOf(said, version), present: null, itemId: 'item1', folderId: 'f1' },
          ...{ supported: null, instanceId: null },
        });
        if (result.kind !== 'item' || result.item.kind !== 'event') return;
        kept++;
        // As the store has it: JSON. Ends of lines are LF (RFC 5545 3.3.11).
        const json = JSON.stringify(result.item.document).replaceAll('\\r\\n', '\\n');
        const event = JSON.parse(json) as CalendarEvent;
        const back = again(event);
        expect(named(back)).toEqual(named(event));
        for (const one of VERSIONS) {
          expect(brief(await shown(back, one, HTML))).toEqual(brief(await shown(event, one, HTML)));
        }
      }),
      { numRuns: 150, seed: 7986 },
    );
    // Hardly anything of it is refused.
    expect(kept).toBeGreaterThan(100);
  }, 60_000);
});
