import type { AdminClient } from '../admin-client.ts';
import { UsageError } from '../command.ts';
import { tenantOf } from './tenant-of.ts';

/** Chain of the tenant with a domain; that of the installation by its own name. */
export async function chainNamed(admin: AdminClient, name: string | undefined): Promise<string | undefined> {
  if (name === undefined || name === 'installation') return name;
  return tenantOf(admin, name);
}

/** Of commands that search what has happened. */
export const searchFlags = {
  request: {
    type: 'string',
    value: 'ID',
    help: 'by the correlation id of a request, log line or audit event',
  },
  since: {
    type: 'string',
    value: 'TIME',
    help: 'from this time on, e.g. 2026-01-31 or 2026-01-31T12:00:00Z',
  },
  until: { type: 'string', value: 'TIME', help: 'before this time' },
  limit: { type: 'string', value: 'N', help: 'at most this many (100)' },
} as const;

/** Milliseconds of a time as people write it; a date begins in UTC. */
export function timeOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || time < 0)
    throw new UsageError(`${flag} is a time like 2026-01-31 or 2026-01-31T12:00:00Z`);
  return time;
}
