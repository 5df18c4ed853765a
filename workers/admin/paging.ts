import * as z from 'zod';
import { InvalidInputError } from '../../core/errors.ts';
import type { AdminLists } from '../../core/ports/admin-lists.ts';
import type { Page } from '../../shared/admin-api.ts';

/** Where a list looks: a tenant, or one of its domains. */
export interface Scope {
  tenantId: string;
  domain: string | null;
}

/** The query of every list … */
export const pagedQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(3000).optional(),
});
/** … and of those that say where to look (guard.ts). */
export const areaPagedQuery = pagedQuery.extend({
  tenantId: z.string().min(1).max(64).optional(),
  domain: z.string().min(1).max(255).optional(),
});

const part = z.union([z.string(), z.number(), z.null()]);
type Part = z.infer<typeof part>;

/** A place in a list, for callers to keep and hand back: nothing in it is for them. */
export function writeCursor(list: string, parts: readonly Part[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify([list, ...parts]));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** @throws InvalidInputError it is none, or one of another list. */
export function readCursor(
  list: string,
  text: string,
  kinds: readonly ('text' | 'number' | 'optional')[],
): Part[] {
  const parts = partsOf(text);
  const fits =
    parts?.[0] === list &&
    parts.length === kinds.length + 1 &&
    kinds.every((kind, i) => {
      const value = parts[i + 1];
      if (kind === 'number') return typeof value === 'number' && Number.isSafeInteger(value);
      return typeof value === 'string' || (kind === 'optional' && value === null);
    });
  if (!fits) throw new InvalidInputError('the cursor is not one of this list');
  return parts.slice(1);
}

function partsOf(text: string): Part[] | null {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    const parsed = z
      .array(part)
      .safeParse(jsonOf(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

interface Wanted {
  limit: number;
  cursor?: string | undefined;
}

/**
 * A page of a list that is short by nature and read as a whole (what one user or tenant has of something).
 * `keyOf`: by what it is in order, ascending; no two the same.
 */
export function pageOf<T>(
  list: string,
  rows: readonly T[],
  keyOf: (row: T) => readonly [number, string],
  { limit, cursor }: Wanted,
): Page<T> {
  const place = cursor === undefined ? null : readCursor(list, cursor, ['number', 'text']);
  const sorted = rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => order(a.key, b.key))
    .filter(({ key }) => place === null || order(key, [Number(place[0]), String(place[1])]) > 0);
  const shown = sorted.slice(0, limit);
  const last = shown.at(-1);
  const more = sorted.length > limit && last !== undefined;
  return { items: shown.map(({ row }) => row), cursor: more ? writeCursor(list, last.key) : null };
}

function order(a: readonly [number, string], b: readonly [number, string]): number {
  return a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);
}

/** Rows after a key, and the key to go on from: null at the end. It may come before there are `limit` rows. */
export interface Piece<T> {
  rows: T[];
  next: string | null;
}

/** The first `limit` of rows that were read with one more. */
export function piece<T>(rows: readonly T[], limit: number, keyOf: (row: T) => string): Piece<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

/**
 * The rows that fit among a bounded number of rows that were read in order.
 *
 * @param rows read with one more than `scanned`, where there were so many
 */
export function sift<T>(
  rows: readonly T[],
  scanned: number,
  limit: number,
  fits: (row: T) => boolean,
  keyOf: (row: T) => string,
): Piece<T> {
  const found: T[] = [];
  for (const [i, row] of rows.entries()) {
    if (found.length === limit || i === scanned) {
      const before = rows[i - 1];
      return { rows: found, next: before === undefined ? '' : keyOf(before) };
    }
    if (fits(row)) found.push(row);
  }
  return { rows: found, next: null };
}

/** Two texts as one key. */
export function writePair(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

/** null for the key before the first. */
export function readPair(key: string): [string, string] | null {
  if (key === '') return null;
  const pair = z.tuple([z.string(), z.string()]).safeParse(jsonOf(key));
  if (!pair.success) throw new InvalidInputError('the cursor is not one of this list');
  return pair.data;
}

/** Reads of one request: a page of a list over many tenants that have nothing of it is short, and goes on. */
const MAX_READS = 31;
/** One scope mostly has the whole page; the longer there is nothing, the more are asked at the same time. */
const AT_ONCE = 8;

/**
 * A page of a list over several scopes: one after the other in order of their ids, each in the order of its keys. The
 * work of one request is bounded, so that a page may have fewer rows than asked for, or none, and still a cursor.
 *
 * @param scopes null: all tenants
 */
export async function pageOver<T>(
  {
    directory,
    list,
    scopes,
    limit,
    cursor,
  }: Wanted & {
    directory: Pick<AdminLists, 'tenantsAfter'>;
    list: string;
    scopes: readonly Scope[] | null;
  },
  read: (scope: Scope, after: string, limit: number) => Promise<Piece<T>>,
): Promise<Page<T>> {
  const place = cursor === undefined ? null : placeOf(list, cursor);
  const queue = await scopesFrom(directory, scopes, place);
  const items: T[] = [];
  const goOn = (scope: Scope, key: string) => ({
    items,
    cursor: writeCursor(list, [scope.tenantId, scope.domain, key]),
  });
  for (let at = 0; at < queue.length; ) {
    const turn = queue.slice(at, at + Math.min(at + 1, AT_ONCE));
    const asked = limit - items.length;
    const pieces = await Promise.all(
      turn.map((scope, i) =>
        read(scope, at + i === 0 && isAt(scope, place) ? (place?.key ?? '') : '', asked),
      ),
    );
    for (const [i, { rows, next }] of pieces.entries()) {
      const scope = turn[i];
      if (scope === undefined) break;
      // What was read ahead and does not fit is read again for the next page.
      if (items.length + rows.length > limit) return goOn(scope, '');
      items.push(...rows);
      if (next !== null) return goOn(scope, next);
      const following = queue[at + i + 1];
      const full = items.length >= limit || at + i + 1 >= MAX_READS;
      if (full && following !== undefined) return goOn(following, '');
    }
    at += turn.length;
  }
  return { items, cursor: null };
}

interface Place extends Scope {
  key: string;
}

function placeOf(list: string, cursor: string): Place {
  const [tenantId, domain, key] = readCursor(list, cursor, ['text', 'optional', 'text']);
  return { tenantId: String(tenantId), domain: domain === null ? null : String(domain), key: String(key) };
}

function isAt(scope: Scope, place: Place | null): boolean {
  return scope.tenantId === place?.tenantId && scope.domain === place.domain;
}

/** Scopes from a place on, as many as one request may look at and one more. */
async function scopesFrom(
  directory: Pick<AdminLists, 'tenantsAfter'>,
  scopes: readonly Scope[] | null,
  place: Place | null,
): Promise<Scope[]> {
  if (scopes !== null) {
    const name = ({ tenantId, domain }: Scope) => `${tenantId} ${domain ?? ''}`;
    const sorted = scopes.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
    // A cursor opens nothing: it only says from where in the caller's own scopes the list goes on.
    return place === null ? sorted : sorted.filter((scope) => name(scope) >= name(place));
  }
  const tenants = await directory.tenantsAfter(place?.tenantId ?? '', MAX_READS + 1);
  const rest = tenants.map(({ tenantId }) => ({ tenantId, domain: null }));
  return place === null ? rest : [{ tenantId: place.tenantId, domain: null }, ...rest];
}
