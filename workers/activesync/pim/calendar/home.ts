import type { CalendarEvent } from '../../../../core/calendar/types.ts';

/** What has no zone is meant in that of its owner: a device has to be told of one (PROTOCOL row 12). */
export function atHome(event: CalendarEvent, zone: string): CalendarEvent {
  return (event.timeZone ?? null) === null ? { ...event, timeZone: zone } : event;
}

/** The reverse: an event that was shown at home, and that the device left there, has no zone still. */
export function fromHome(event: CalendarEvent, before: CalendarEvent, zone: string): CalendarEvent {
  if ((before.timeZone ?? null) !== null || event.timeZone !== zone) return event;
  const { timeZone: _zone, ...rest } = event;
  return before.timeZone === undefined ? rest : { ...rest, timeZone: null };
}
