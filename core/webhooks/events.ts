/** What webhooks can be told of. Events never hold content of mails: ids, addresses, sizes and times alone. */

const EVENT_TYPES = [
  'mail.received',
  'mail.sent',
  'mail.delivered',
  'mail.bounced',
  'user.created',
  'user.suspended',
  'user.resumed',
  'user.deleted',
  'user.restored',
  'user.erased',
  'device.registered',
  'device.quarantined',
  'device.wiped',
  'quarantine.held',
  'quarantine.released',
  'deadletter.created',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type EventData = Record<string, Json>;

export interface HookEvent {
  /**
   * The same each time that the same thing is told of (eventIdOf, or the id of what it was made from), of
   * [A-Za-z0-9_.:-], at most 64.
   */
  eventId: string;
  type: EventType | 'ping' | `audit.${string}`;
  /** When it happened; milliseconds since the epoch. */
  at: number;
  /** null: it is of the installation alone. */
  tenantId: string | null;
  correlationId: string;
  data: EventData;
}

/** Type of the event that an entry of the audit log is. */
export function auditType(action: string): `audit.${string}` {
  return `audit.${action}`;
}

const GROUPS = new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.'))));
// Only what stands for every type alike has more than one word before the star.
const ACTION = /^audit\.(?:[a-z0-9-]+\.)*(?:[a-z0-9-]+|\*)$/;

/**
 * Whether this says which events are wanted: a type, `mail.*` for all of a kind, `*` for all but the audit log's, and
 * `audit.*`, `audit.tenant.*` or `audit.<action>` for those.
 */
export function isPattern(pattern: string): boolean {
  if (pattern === '*' || (EVENT_TYPES as readonly string[]).includes(pattern)) return true;
  if (pattern.endsWith('.*') && GROUPS.has(pattern.slice(0, -2))) return true;
  return pattern.length <= 80 && ACTION.test(pattern);
}

export function matches(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => {
    if (pattern === type) return true;
    if (pattern === '*') return !type.startsWith('audit.');
    return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
  });
}

/** An id that the same parts give again: what happened is told once, however often it is found out. */
export async function eventIdOf(type: EventType, ...parts: readonly (string | number)[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([type, ...parts]));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `evt-${hex}`;
}
