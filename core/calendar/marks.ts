/** What is said of an event beside its time and its people: how it takes the time, whom it concerns, when to remind. */
import { DAY } from './time/civil.ts';
import { formatDuration, parseDuration } from './time/duration.ts';
import type { Alert, CalendarEvent } from './types.ts';

/** Minutes: as many as 32 bits hold. */
export const MAX_REMINDER = 0xffff_ffff;

type Busy = NonNullable<CalendarEvent['waypost:busy']>;

/** What the owner of the calendar is at the time, as it was said. */
export function busyOf(event: CalendarEvent): Busy {
  const said = event['waypost:busy'];
  if (said !== undefined) return said;
  if (event.freeBusyStatus === 'free') return 'free';
  return event.status === 'tentative' ? 'tentative' : 'busy';
}

export function withBusy(event: CalendarEvent, busy: Busy): CalendarEvent {
  if (busy === busyOf(event)) return event;
  const { freeBusyStatus: _status, 'waypost:busy': _busy, ...rest } = event;
  const bare: CalendarEvent = busy === 'free' ? { ...rest, freeBusyStatus: 'free' } : rest;
  return busy === busyOf(bare) ? bare : { ...bare, 'waypost:busy': busy };
}

/** 0 normal, 1 personal, 2 private, 3 confidential (MS-ASCAL 2.2.2.41). */
export function sensitivityOf(event: CalendarEvent): number {
  if (event.privacy === 'secret') return 3;
  if (event.privacy === 'private') return event['waypost:sensitivity'] === 'personal' ? 1 : 2;
  return 0;
}

export function withSensitivity(event: CalendarEvent, value: number): CalendarEvent {
  if (value === sensitivityOf(event)) return event;
  const { privacy: _privacy, 'waypost:sensitivity': _sensitivity, ...rest } = event;
  if (value === 0) return rest;
  if (value === 3) return { ...rest, privacy: 'secret' };
  return { ...rest, privacy: 'private', ...(value === 1 ? { 'waypost:sensitivity': 'personal' } : {}) };
}

/** The alert that is shown: the first one a whole number of minutes before the beginning. */
function shownAlert(alerts: CalendarEvent['alerts']): { id: string; alert: Alert; minutes: number } | null {
  for (const [id, alert] of Object.entries(alerts ?? {})) {
    const { trigger } = alert;
    if (trigger['@type'] !== 'OffsetTrigger' || trigger.relativeTo === 'end') continue;
    const span = parseDuration(trigger.offset);
    if (span === null) continue;
    const minutes = -(span.days * DAY + span.seconds) / 60;
    if (Number.isInteger(minutes) && minutes >= 0 && minutes <= MAX_REMINDER)
      return { id, alert, minutes: minutes || 0 };
  }
  return null;
}

/** Minutes before the beginning (MS-ASCAL 2.2.2.38), or null for no reminder. */
export function reminderOf(event: CalendarEvent): number | null {
  return shownAlert(event.alerts)?.minutes ?? null;
}

export function withReminder(event: CalendarEvent, minutes: number | null): CalendarEvent {
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
