import { child, children, el, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { busyOf as busyWord, withBusy } from '../../../../core/calendar/marks.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { wholeOf } from './wire.ts';

/** MS-ASCAL 2.2.2.12 */
const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;

const BUSY = ['free', 'tentative', 'busy', 'oof', 'elsewhere'] as const;
const NORMAL_BUSY = 2;

/** BusyStatus (MS-ASCAL 2.2.2.9): what the owner of the calendar is at the time. */
export function busyOf(event: CalendarEvent, version: Version): number {
  const busy = busyWord(event);
  // Older devices do not know of working elsewhere, and older Outlooks show it as free.
  if (busy === 'elsewhere') return atLeast(version, '16.0') ? 4 : 0;
  return BUSY.indexOf(busy);
}

export function takeBusy(event: CalendarEvent, value: number, version: Version): CalendarEvent | 'invalid' {
  if (value === busyOf(event, version)) return event;
  if (value === 4 && !atLeast(version, '16.0')) return 'invalid';
  const busy = BUSY[value];
  return busy === undefined ? event : withBusy(event, busy);
}

export function categoryElements({ keywords }: CalendarEvent): WbxmlNode | null {
  const names = Object.keys(keywords ?? {}).slice(0, MAX_CATEGORIES);
  if (names.length === 0) return null;
  return el(
    'Calendar:Categories',
    names.map((name) => el('Calendar:Category', name)),
  );
}

export function takeCategories(element: WbxmlElement): CalendarEvent['keywords'] {
  const names = children(element, 'Calendar:Category')
    .map(({ text }) => text.slice(0, MAX_TEXT))
    .filter((name) => name !== '')
    .slice(0, MAX_CATEGORIES);
  // `__proto__` as a name must not touch the prototype (fromEntries defines, it does not assign).
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, true as const]));
}

/** A number of an element that may be empty: its default then. */
export function markOf(
  data: WbxmlElement,
  tag: string,
  max: number,
  otherwise: number,
): number | undefined | 'invalid' {
  if (child(data, tag) === undefined) return undefined;
  const value = wholeOf(data, tag, 0, max);
  return value ?? otherwise;
}

export const DEFAULT_BUSY = NORMAL_BUSY;
