import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WbxmlElement } from '../../../../codecs/wbxml/index.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { contextOf, itemOf, shown } from '../../../../test/support/calendar-world.worker.ts';
import { randomEvents } from '../../../../test/support/random-events.ts';
import type { Version } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';

async function takeBack(
  data: WbxmlElement,
  version: Version,
  present: CalendarEvent | null,
): Promise<CalendarEvent> {
  const result = await calendarCodec.take(contextOf(version), {
    ...{ data, present: present === null ? null : itemOf(present) },
    ...{ itemId: 'item1', folderId: 'f1', supported: null, instanceId: null },
  });
  if (result.kind !== 'item' || result.item.kind !== 'event') throw new Error(JSON.stringify(result));
  return result.item.document;
}

const BODIES = [{ type: 2 as const, truncationSize: null, allOrNone: false, preview: 0 }];
const wanted = (event: CalendarEvent) => ({
  bodies: event.descriptionContentType === 'text/html' ? BODIES : [],
});

describe('an event that ActiveSync has words for', () => {
  test('comes back from 14.1 as it went', async () => {
    await fc.assert(
      fc.asyncProperty(randomEvents, async (event) => {
        const back = await takeBack(await shown(event, '14.1', wanted(event)), '14.1', null);
        expect(zoneless(back)).toEqual(zoneless(event));
        // The zone is another name for the same clocks at most.
        expect(await shown(back, '14.1', wanted(event))).toEqual(await shown(event, '14.1', wanted(event)));
      }),
      { numRuns: 100 },
    );
  });

  test('is not changed by a device that sends back what it was shown', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomEvents,
        fc.constantFrom<Version>('12.1', '14.0', '14.1', '16.0', '16.1'),
        async (event, version) => {
          const data = await shown(event, version, wanted(event));
          const back = await takeBack(data, version, event);
          expect(back).toEqual(event);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('comes back from 16.1 as it went, but for what the server says', async () => {
    await fc.assert(
      fc.asyncProperty(randomEvents, async (event) => {
        const back = await takeBack(await shown(event, '16.1', wanted(event)), '16.1', null);
        // Answers and names are the server's (MS-ASCAL 2.2.2.5, 2.2.2.46), and a date has no zone.
        expect(saidBy16(back)).toEqual(saidBy16(event));
      }),
      { numRuns: 100 },
    );
  });
});

function zoneless(event: CalendarEvent): object {
  return { ...event, timeZone: null };
}

function saidBy16({ participants, ...event }: CalendarEvent): object {
  const silent = Object.entries(participants ?? {}).map(([id, { participationStatus: _status, ...one }]) => [
    id,
    one,
  ]);
  return { ...event, uid: '', timeZone: null, participants: Object.fromEntries(silent) };
}
