import { OwnPeople } from '../../../core/people/own-people.ts';
import type { Person } from '../../../core/people/types.ts';
import type { EwsContext } from '../context.ts';

/** Where a name is looked for (MS-OXWSRSLNM 2.2.4.1): the address list, the user's contacts, or one after the other. */
export type Scope = 'ActiveDirectory' | 'ActiveDirectoryContacts' | 'Contacts' | 'ContactsActiveDirectory';

/** Entries of one answer (MS-OXWSRSLNM 3.1.4.1). */
export const MAX_RESOLUTIONS = 100;

/** Whom a text may mean: exactly those whose name or address it is, else those whom it begins. Each address once. */
export async function peopleNamed(context: EwsContext, text: string, scope: Scope): Promise<Person[]> {
  const plain = text.replace(/^\s*smtp:/i, '').trim();
  const { services, principal } = context;
  const { tenantId } = principal.tenant;
  const listed = async () => {
    const exact = await services.directory.exactPeople(tenantId, plain, MAX_RESOLUTIONS);
    if (exact.length > 0) return exact;
    return (await services.directory.searchPeople(tenantId, plain, MAX_RESOLUTIONS, null)).people;
  };
  const own = async () => {
    const people = await new OwnPeople(context.own.store, services.search, services.now()).contacts(plain);
    const whole = people.filter((one) => one.whole);
    return whole.length > 0 ? whole : people;
  };
  const order = {
    ActiveDirectory: [listed],
    ActiveDirectoryContacts: [listed, own],
    Contacts: [own],
    ContactsActiveDirectory: [own, listed],
  }[scope];
  const found = new Map<string, Person>();
  for (const look of order) {
    for (const person of await look()) if (!found.has(person.address)) found.set(person.address, person);
  }
  return [...found.values()].slice(0, MAX_RESOLUTIONS + 1);
}

/** The entry of an address: of the list, else of the user's own contacts; null for a stranger. */
export async function personAt(context: EwsContext, address: string): Promise<Person | null> {
  const found = await peopleNamed(context, address, 'ActiveDirectoryContacts');
  return found.find((one) => one.address === address.toLowerCase()) ?? found[0] ?? null;
}
