import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readICal } from '../../../../core/calendar/ical/read.ts';
import { writeICal } from '../../../../core/calendar/ical/write.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { brief, contextOf, itemOf, shown } from '../../../../test/support/calendar-world.worker.ts';
import { randomEvents } from '../../../../test/support/random-events.ts';
import type { Version } from '../../http/versions.ts';
import { calendarCodec } from './codec.ts';

const HTML = { bodies: [{ type: 2 as const, truncationSize: null, allOrNone: false, preview: 0 }] };

/** What the mailbox keeps of what a device sends. */
async function stored(event: CalendarEvent, version: Version): Promise<CalendarEvent> {
  const options = event.descriptionContentType === 'text/html' ? HTML : {};
  const result = await calendarCodec.take(contextOf(version), {
    ...{ data: await shown(event, version, options), present: null, itemId: 'item1', folderId: 'f1' },
    ...{ supported: null, instanceId: null },
  });
  if (result.kind !== 'item' || result.item.kind !== 'event') throw new Error(JSON.stringify(result));
  return itemOf(result.item.document).document as CalendarEvent;
}

/** iCalendar has no property for a personal event, nor for one that allows no other time: only invitations say that. */
function plain(event: CalendarEvent): CalendarEvent {
  const { 'waypost:noCounter': _noCounter, 'waypost:sensitivity': _sensitivity, ...rest } = event;
  return rest;
}

test('an event of a device that goes out as iCalendar and comes in again is shown as it was', async () => {
  await fc.assert(
    fc.asyncProperty(randomEvents, fc.constantFrom<Version>('14.1', '16.1'), async (event, version) => {
      const kept = await stored(plain(event), version);
      const [read] = readICal(writeICal([kept])).documents;
      if (read === undefined || read['@type'] !== 'Event') throw new Error('not read');
      expect(brief(await shown(read, version, HTML))).toEqual(brief(await shown(kept, version, HTML)));
    }),
    { numRuns: 100 },
  );
});
