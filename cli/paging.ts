import type { Page } from '../shared/admin-api.ts';
import type { AdminClient } from './admin-client.ts';
import { UsageError } from './command.ts';

/** Rows of one request. */
const PAGE = 500;

type Query = Record<string, string | number | undefined>;

/** The flag of commands that list. */
export const limitFlag = {
  limit: { type: 'string', value: 'N', help: 'at most this many (all)' },
} as const;

/** Rows that the flag asks for; all where it is not there. */
export function limitOf(text: string | undefined, command: string): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--limit ${text} is no number of rows`, command);
  return Number(text);
}

/** The rows of a list of the admin API, page after page. */
export async function listed<T>(
  admin: Pick<AdminClient, 'get'>,
  path: string,
  query: Query = {},
  { limit = Number.POSITIVE_INFINITY, page = PAGE }: { limit?: number; page?: number } = {},
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const asked = Math.min(page, limit - rows.length);
    const got: Page<T> = await admin.get(path, { ...query, limit: asked, cursor });
    rows.push(...got.items);
    cursor = got.cursor ?? undefined;
  } while (cursor !== undefined && rows.length < limit);
  return rows;
}
