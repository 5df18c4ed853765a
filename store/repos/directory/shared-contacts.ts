import { and, eq, gt, sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Person, SharedContact } from '../../../core/people/types.ts';
import { attributeWords, sortKeyOf } from '../../../core/people/words.ts';
import { insertSelect } from '../../dialect/statements.ts';
import { askedId, fitText } from '../../text.ts';
import { person, selectPeople } from './people.ts';
import { addWords, dropWords, newEntry } from './people-words.ts';
import { type DirectoryContext, tenantLock } from './tenants.ts';
import { addressFree } from './users.ts';

export async function putSharedContact(directory: DirectoryContext, contact: SharedContact): Promise<void> {
  const { executor, tables } = directory;
  const { people, sharedContacts, tenants } = tables;
  const { tenantId, contactId, address, hidden } = contact;
  const displayName = fitText(contact.displayName, 1024);
  const entry = { tenantId, personId: contactId, address, displayName };
  const free = addressFree(directory, address);
  // Before anything is written: what is there of a contact stays when its address is somebody's now.
  const [isFree] = await executor.all(
    executor.build
      .select({ tenantId: tenants.tenantId })
      .from(tenants)
      .where(and(eq(tenants.tenantId, tenantId), free)),
  );
  if (isFree === undefined) throw new ConflictError('address is taken');
  const theContact = and(eq(sharedContacts.tenantId, tenantId), eq(sharedContacts.contactId, contactId));
  const isThere = sql`exists (select 1 from ${sharedContacts} where ${theContact}) and ${free}`;
  const fitted = (text: string) => fitText(text, 512);
  const results = await executor.atomic(
    [
      insertSelect(
        executor.build,
        sharedContacts,
        { tenantId, contactId, address, displayName },
        sql`where ${free}`,
      ).onConflictDoNothing(),
      executor.build.update(sharedContacts).set({ displayName }).where(and(theContact, free)),
      dropWords(directory, entry),
      ...newEntry(directory, 'contact', entry),
      ...addWords(directory, entry, 'attributes', attributeWords(contact), isThere),
      executor.build
        .update(people)
        .set({
          sortKey: fitText(sortKeyOf(entry), 800),
          firstName: fitted(contact.firstName),
          lastName: fitted(contact.lastName),
          title: fitted(contact.title),
          office: fitted(contact.office),
          company: fitted(contact.company),
          phone: fitted(contact.phone),
          homePhone: fitted(contact.homePhone),
          mobilePhone: fitted(contact.mobilePhone),
          hidden: hidden ? 1 : 0,
        })
        .where(
          and(
            eq(people.tenantId, tenantId),
            eq(people.personId, contactId),
            eq(people.kind, 'contact'),
            isThere,
          ),
        ),
      executor.build
        .select({ contactId: sharedContacts.contactId })
        .from(sharedContacts)
        .where(and(theContact, eq(sharedContacts.address, address), free)),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
  if (results.at(-1)?.rows.length !== 1) throw new ConflictError('address is taken');
}

export async function deleteSharedContact(
  directory: DirectoryContext,
  tenantId: string,
  contactId: string,
): Promise<void> {
  const { executor, tables } = directory;
  const { people, sharedContacts } = tables;
  const [deleted] = await executor.atomic([
    executor.build
      .delete(sharedContacts)
      .where(and(eq(sharedContacts.tenantId, tenantId), eq(sharedContacts.contactId, contactId))),
    executor.build
      .delete(people)
      .where(and(eq(people.tenantId, tenantId), eq(people.personId, contactId), eq(people.kind, 'contact'))),
    dropWords(directory, { tenantId, personId: contactId }),
  ]);
  if (deleted?.changes === 0) throw new NotFoundError('no such contact');
}

export async function getSharedContact(
  directory: DirectoryContext,
  tenantId: string,
  contactId: string,
): Promise<Person | null> {
  const { people } = directory.tables;
  const hits = sql`(select cast(${askedId(contactId)} as text) as hit_id) as hits`;
  const [row] = await directory.executor.all(
    selectPeople(directory, tenantId, hits, eq(people.kind, 'contact')).limit(1),
  );
  return row === undefined ? null : person(row);
}

export async function listSharedContacts(
  directory: DirectoryContext,
  tenantId: string,
  after: string,
  limit: number,
): Promise<Person[]> {
  const { sharedContacts } = directory.tables;
  const page = directory.executor.build
    .select({ hit: sql`${sharedContacts.contactId}`.as('hit_id') })
    .from(sharedContacts)
    .where(and(eq(sharedContacts.tenantId, tenantId), gt(sharedContacts.address, askedId(after))))
    .orderBy(sharedContacts.address)
    .limit(limit);
  const rows = await directory.executor.all(
    selectPeople(directory, tenantId, sql`(${page}) as hits`, undefined).orderBy(sharedContacts.address),
  );
  return rows.map(person);
}
