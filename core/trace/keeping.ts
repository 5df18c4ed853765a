/** Name of the tenant's setting of how long its trace is kept. */
export const TRACE_SETTING = 'trace';
export const MAX_TRACE_DAYS = 3650;
/** How long the numbers of each day stay, whatever is kept of its messages. */
export const MAIL_DAYS_KEPT = 400;

/** A stored setting; what is none of it is the default of the installation. */
export function readTraceDays(value: unknown, defaultDays: number): number {
  const days = typeof value === 'object' && value !== null && 'days' in value ? value.days : undefined;
  return typeof days === 'number' && Number.isInteger(days) && days >= 1 ? days : defaultDays;
}
