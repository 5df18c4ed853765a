import type { OwnPeople } from '../../../core/people/own-people.ts';
import type { Person } from '../../../core/people/types.ts';
import { exactKey } from '../../../core/people/words.ts';
import type { PeopleDirectory } from '../../../core/ports/people.ts';

/** Status of one recipient asked for (MS-ASCMD 2.2.3.177.12). */
export const RECIPIENT = { ok: 1, ambiguous: 2, partial: 3, unknown: 4 } as const;

/** Suggestions for one ambiguous name when the request sets no limit of its own. */
const MAX_SUGGESTIONS = 100;

/** `own`: not of the address list, but of the user's own people. */
export type Recipient = Person & { own?: true };

/** The user's own people that a text finds. */
export type OwnSearch = Pick<OwnPeople, 'contacts' | 'correspondents'>;

export interface Resolved {
  to: string;
  status: (typeof RECIPIENT)[keyof typeof RECIPIENT];
  people: Recipient[];
  /** How many there are, of which `people` may be the first. */
  total: number;
}

/**
 * Whom a text means: one whose whole name, alias or address it is, else those whose names begin with its words, of the
 * address list and of the user's contacts. A whole address means its owner and nobody else. Where neither knows anybody,
 * those that the user has written to.
 */
export async function resolveRecipient(
  directory: PeopleDirectory,
  tenantId: string,
  to: string,
  maxAmbiguous: number,
  own: OwnSearch,
): Promise<Resolved> {
  const key = exactKey(to);
  if (key === null) return { to, status: RECIPIENT.unknown, people: [], total: 0 };
  const exact = await directory.exactPeople(tenantId, to, MAX_SUGGESTIONS);
  const isAddress = key.includes('@');
  const contacts = isAddress && exact.length > 0 ? [] : await own.contacts(to);
  const whole = contacts.filter((one) => one.whole);
  const isWhole = isAddress || exact.length + whole.length > 0;
  const listed = isWhole
    ? { people: exact, total: exact.length }
    : await directory.searchPeople(tenantId, to, MAX_SUGGESTIONS, null);
  const found = withOwn(listed, isWhole ? whole : contacts);
  const { people: all, total } = found.total > 0 ? found : withOwn(found, await own.correspondents(to));
  if (total === 0) return { to, status: RECIPIENT.unknown, people: [], total: 0 };
  if (total === 1) return { to, status: RECIPIENT.ok, people: all, total };
  const people = all.slice(0, maxAmbiguous);
  const status = people.length < total ? RECIPIENT.partial : RECIPIENT.ambiguous;
  return { to, status, people, total };
}

/** Who is in the address list is not told a second time as a contact. */
function withOwn(
  { people, total }: { people: readonly Recipient[]; total: number },
  contacts: readonly Person[],
): { people: Recipient[]; total: number } {
  const known = new Set(people.map(({ address }) => address));
  const more = contacts.filter(({ address }) => !known.has(address));
  const all = [...people, ...more.map((one): Recipient => ({ ...one, own: true }))];
  return { people: all.slice(0, MAX_SUGGESTIONS), total: total + more.length };
}
