import type { Person, UserCertificate } from '../../../core/people/types.ts';
import type { PeopleDirectory } from '../../../core/ports/people.ts';
import { RECIPIENT, type Resolved } from './resolve.ts';

/** Members of a group that are looked at for certificates. */
const MAX_MEMBERS = 1000;

/** What the answer says of the recipients that were resolved, beside their entries. */
export interface Details {
  /** Certificates of a user or of the members of a group that are valid now, by person id. */
  certificates: Map<string, UserCertificate[]>;
  /** Number of members of the groups, by group id. */
  members: Map<string, number>;
}

/** Reads members of groups and certificates for all recipients together. Ambiguous ones have none (MS-ASCMD 2.2.3.177.12). */
export async function readDetails(
  directory: PeopleDirectory,
  tenantId: string,
  resolved: readonly Resolved[],
  wanted: { certificates: boolean },
  now: number,
): Promise<Details> {
  const people = resolved.flatMap((r) => (r.status === RECIPIENT.ok ? r.people : []));
  const members = new Map<string, number>();
  /** User ids whose certificates count for a person. */
  const owners = new Map<string, string[]>();
  for (const person of uniquePeople(people)) {
    if (person.kind === 'user') owners.set(person.personId, [person.personId]);
    else if (person.kind === 'group' && wanted.certificates) {
      const addresses = await directory.groupMembers(tenantId, person.personId, MAX_MEMBERS);
      members.set(person.personId, addresses.length);
      const found = await directory.peopleAt(tenantId, addresses);
      owners.set(person.personId, [...new Set([...found.values()].map((p: Person) => p.personId))]);
    }
  }
  const certificates = new Map<string, UserCertificate[]>();
  if (wanted.certificates) {
    const all = await directory.listCertificates(tenantId, [...new Set([...owners.values()].flat())]);
    const valid = all.filter((c) => c.notBefore <= now && now < c.notAfter);
    for (const [personId, userIds] of owners) {
      certificates.set(
        personId,
        valid.filter((c) => userIds.includes(c.userId)),
      );
    }
  }
  return { certificates, members };
}

function uniquePeople(people: readonly Person[]): Person[] {
  return [...new Map(people.map((p) => [p.personId, p])).values()];
}
