import type { Person } from '../../../core/people/types.ts';
import { exactKey } from '../../../core/people/words.ts';
import type { PeopleDirectory } from '../../../core/ports/people.ts';

/** Status of one recipient asked for (MS-ASCMD 2.2.3.177.12). */
export const RECIPIENT = { ok: 1, ambiguous: 2, partial: 3, unknown: 4 } as const;

/** Suggestions for one ambiguous name when the request sets no limit of its own. */
const MAX_SUGGESTIONS = 100;

export interface Resolved {
  to: string;
  status: (typeof RECIPIENT)[keyof typeof RECIPIENT];
  people: Person[];
  /** How many there are, of which `people` may be the first. */
  total: number;
}

/**
 * Whom a text means: one whose whole name, alias or address it is, else those whose names begin with its words. A
 * whole address means its owner and nobody else.
 */
export async function resolveRecipient(
  directory: PeopleDirectory,
  tenantId: string,
  to: string,
  maxAmbiguous: number,
): Promise<Resolved> {
  const key = exactKey(to);
  if (key === null) return { to, status: RECIPIENT.unknown, people: [], total: 0 };
  const exact = await directory.exactPeople(tenantId, to, MAX_SUGGESTIONS);
  const isAddress = key.includes('@');
  const found =
    exact.length > 0 || isAddress
      ? { people: exact, total: exact.length }
      : await directory.searchPeople(tenantId, to, MAX_SUGGESTIONS, null);
  if (found.total === 0) return { to, status: RECIPIENT.unknown, people: [], total: 0 };
  if (found.total === 1) return { to, status: RECIPIENT.ok, ...found };
  const people = found.people.slice(0, maxAmbiguous);
  const status = people.length < found.total ? RECIPIENT.partial : RECIPIENT.ambiguous;
  return { to, status, people, total: found.total };
}
