import { child, children, el, type WbxmlElement, type WbxmlNode } from '../../../../codecs/wbxml/index.ts';
import { DAY } from '../../../../core/calendar/time/civil.ts';
import { formatDuration, parseDuration } from '../../../../core/calendar/time/duration.ts';
import type { Alert, CalendarEvent } from '../../../../core/calendar/types.ts';
import { atLeast, type Version } from '../../http/versions.ts';
import { wholeOf } from './wire.ts';

/** MS-ASCAL 2.2.2.12 */
const MAX_CATEGORIES = 300;
const MAX_TEXT = 255;
const MAX_UINT = 0xffff_ffff;

const BUSY = ['free', 'tentative', 'busy', 'oof', 'elsewhere'] as const;
const NORMAL_BUSY = 2;

/** BusyStatus (MS-ASCAL 2.2.2.9): what the owner of the calendar is at the time. */
export function busyOf(event: CalendarEvent, version: Version): number {
  const said = event['waypost:busy'];
  // Older devices do not know of working elsewhere, and older Outlooks show it as free.
  if (said === 'elsewhere') return atLeast(version, '16.0') ? 4 : 0;
  if (said !== undefined) return BUSY.indexOf(said);
  if (event.freeBusyStatus === 'free') return 0;
  return event.status === 'tentative' ? 1 : NORMAL_BUSY;
}

export function takeBusy(event: CalendarEvent, value: number, version: Version): CalendarEvent | 'invalid' {
  if (value === busyOf(event, version)) return event;
  if (value === 4 && !atLeast(version, '16.0')) return 'invalid';
  const { freeBusyStatus: _status, 'waypost:busy': _busy, ...rest } = event;
  const bare: CalendarEvent = value === 0 ? { ...rest, freeBusyStatus: 'free' } : rest;
  const busy = BUSY[value];
  return value === busyOf(bare, version) || busy === undefined ? bare : { ...bare, 'waypost:busy': busy };
}

/** Sensitivity (MS-ASCAL 2.2.2.41). */
export function sensitivityOf(event: CalendarEvent): number {
  if (event.privacy === 'secret') return 3;
  if (event.privacy === 'private') return event['waypost:sensitivity'] === 'personal' ? 1 : 2;
  return 0;
}

export function takeSensitivity(event: CalendarEvent, value: number): CalendarEvent {
  if (value === sensitivityOf(event)) return event;
  const { privacy: _privacy, 'waypost:sensitivity': _sensitivity, ...rest } = event;
  if (value === 0) return rest;
  if (value === 3) return { ...rest, privacy: 'secret' };
  return { ...rest, privacy: 'private', ...(value === 1 ? { 'waypost:sensitivity': 'personal' } : {}) };
}

/** The alert that a device shows: the first one a whole number of minutes before the beginning. */
function shownAlert(alerts: CalendarEvent['alerts']): { id: string; alert: Alert; minutes: number } | null {
  for (const [id, alert] of Object.entries(alerts ?? {})) {
    const { trigger } = alert;
    if (trigger['@type'] !== 'OffsetTrigger' || trigger.relativeTo === 'end') continue;
    const span = parseDuration(trigger.offset);
    if (span === null) continue;
    const minutes = -(span.days * DAY + span.seconds) / 60;
    if (Number.isInteger(minutes) && minutes >= 0 && minutes <= MAX_UINT)
      return { id, alert, minutes: minutes || 0 };
  }
  return null;
}

/** Minutes before the beginning (MS-ASCAL 2.2.2.38), or null for no reminder. */
export function reminderOf(event: CalendarEvent): number | null {
  return shownAlert(event.alerts)?.minutes ?? null;
}

export function takeReminder(event: CalendarEvent, minutes: number | null): CalendarEvent {
  const shown = shownAlert(event.alerts);
  if ((shown?.minutes ?? null) === minutes) return event;
  const { alerts = {}, ...rest } = event;
  if (minutes === null) {
    const others = Object.entries(alerts).filter(([id]) => id !== shown?.id);
    return others.length === 0 ? rest : { ...rest, alerts: Object.fromEntries(others) };
  }
  const offset = formatDuration({ days: 0, seconds: -minutes * 60 });
  let id = shown?.id;
  for (let n = 1; id === undefined; n++) if (alerts[String(n)] === undefined) id = String(n);
  const alert: Alert = { '@type': 'Alert', trigger: { '@type': 'OffsetTrigger', offset }, action: 'display' };
  if (shown === null) return { ...rest, alerts: { ...alerts, [id]: alert } };
  const { acknowledged: _acknowledged, ...kept } = shown.alert;
  return { ...rest, alerts: { ...alerts, [id]: { ...kept, trigger: alert.trigger } } };
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
export const MAX_REMINDER = MAX_UINT;
