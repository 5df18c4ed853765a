import { formatUtc, parseUtc } from '../calendar/time/civil.ts';
import type { Alert, CalendarObject } from '../calendar/types.ts';

/** Id of the alert that stands for a reminder that was put off. */
const SNOOZED = 'snoozed';

/** The object with its reminders until a time seen (RFC 9074 6.1, RFC 8984 4.5.2): those after it come still. */
export function dismissed<T extends CalendarObject>(object: T, until: number): T {
  const alerts = Object.entries(object.alerts ?? {}).flatMap(([id, alert]): [string, Alert][] => {
    // What was put off is seen for good.
    if (id === SNOOZED) return [];
    const seen = Math.max(until, parseUtc(alert.acknowledged) ?? until);
    return [[id, { ...alert, acknowledged: formatUtc(seen) }]];
  });
  const { alerts: _, ...rest } = object;
  return (alerts.length === 0 ? rest : { ...rest, alerts: Object.fromEntries(alerts) }) as T;
}

/** The same, and reminded again at another time. Both in milliseconds since the epoch. */
export function snoozed<T extends CalendarObject>(object: T, until: number, again: number): T {
  const seen = dismissed(object, until);
  const alert: Alert = {
    '@type': 'Alert',
    trigger: { '@type': 'AbsoluteTrigger', when: formatUtc(again) },
    action: 'display',
  };
  return { ...seen, alerts: { ...seen.alerts, [SNOOZED]: alert } };
}
