import type { CalendarDocument } from './anchor.ts';
import { formatLocal, parseLocal } from './time/civil.ts';
import type { LocalDateTime, PatchObject } from './types.ts';

/**
 * What a patch must not touch (RFC 8984 4.3.5): it would be another object, or a series within a series. privacy may be
 * another: exceptions have a sensitivity of their own (MS-ASCAL 2.2.2.42).
 */
const FIXED = new Set([
  '@type',
  'excludedRecurrenceRules',
  'method',
  'prodId',
  'recurrenceId',
  'recurrenceIdTimeZone',
  'recurrenceOverrides',
  'recurrenceRules',
  'relatedTo',
  'replyTo',
  'uid',
]);
const MAX_DEPTH = 10;

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that are no data (A04). */
function isSafe(key: string): boolean {
  return key !== '__proto__' && key !== 'constructor' && key !== 'prototype';
}

/** A value at a path of a patch put into a copy; objects on the way are copied, those that lack are not made up. */
function put(target: Json, path: string[], value: unknown): Json {
  const [key, ...rest] = path;
  if (key === undefined || !isSafe(key)) return target;
  const copy = { ...target };
  if (rest.length > 0) {
    const inner = copy[key];
    if (isObject(inner)) copy[key] = put(inner, rest, value);
    return copy;
  }
  if (value === null) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** A document with a patch over it (RFC 8984 1.4.9). What the patch may not change, and paths to nothing, are left. */
export function applyPatch<T extends object>(document: T, patch: PatchObject): T {
  let result: Json = { ...(document as Json) };
  // What replaces a whole comes before what changes a part of it.
  for (const path of Object.keys(patch).sort((a, b) => a.length - b.length)) {
    const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (parts.length > MAX_DEPTH || FIXED.has(parts[0] ?? '')) continue;
    result = put(result, parts, patch[path]);
  }
  // A patch has only members that are members of the document.
  return result as T;
}

/** One occurrence as an object of its own: overrides applied, rules taken away, the start its own (RFC 8984 4.3.4). */
export function occurrenceDocument<T extends CalendarDocument>(document: T, recurrenceId: LocalDateTime): T {
  const all: unknown = document.recurrenceOverrides;
  const patch = isObject(all) && Object.hasOwn(all, recurrenceId) ? all[recurrenceId] : null;
  const {
    recurrenceRules: _rules,
    excludedRecurrenceRules: _excluded,
    recurrenceOverrides: _all,
    ...rest
  } = document;
  const moved: PatchObject = {};
  if (document['@type'] === 'Task') {
    const [start, due] = [parseLocal(document.start), parseLocal(document.due)];
    if (start !== null) moved['start'] = recurrenceId;
    if (due !== null) moved['due'] = start === null ? recurrenceId : shifted(recurrenceId, due - start);
  } else moved['start'] = recurrenceId;
  const own = applyPatch({ ...rest, ...moved }, isObject(patch) ? patch : {});
  return { ...own, recurrenceId, recurrenceIdTimeZone: document.timeZone ?? null } as T;
}

function shifted(local: LocalDateTime, seconds: number): LocalDateTime {
  const at = parseLocal(local);
  return at === null ? local : formatLocal(at + seconds);
}

/** Overrides that are ones: by the time of an occurrence, a patch. */
export function overridesOf(document: CalendarDocument): Map<LocalDateTime, PatchObject> {
  const overrides = new Map<LocalDateTime, PatchObject>();
  const all: unknown = document.recurrenceOverrides;
  if (!isObject(all)) return overrides;
  for (const [id, patch] of Object.entries(all))
    if (isObject(patch) && parseLocal(id) !== null) overrides.set(id, patch);
  return overrides;
}
