import { and, eq, type SQLWrapper, sql } from 'drizzle-orm';
import type { Person } from '../../../core/people/types.ts';
import { entryWords, sortKeyOf } from '../../../core/people/words.ts';
import { given, insertSelect, int } from '../../dialect/statements.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

interface Entry {
  tenantId: string;
  personId: string;
  address: string;
  displayName: string;
}

/** Adds words of an entry, if the condition holds. `source` says which fact of the entry they come from. */
export function addWords(
  { executor, tables: { peopleWords } }: DirectoryContext,
  entry: Pick<Entry, 'tenantId' | 'personId'>,
  source: string,
  words: readonly string[],
  condition = sql`1 = 1`,
): SQLWrapper[] {
  if (words.length === 0) return [];
  const json = JSON.stringify(words.map((word) => [fitText(word, 1024)]));
  return [
    insertSelect(
      executor.build,
      peopleWords,
      {
        tenantId: entry.tenantId,
        word: given(peopleWords.word),
        personId: entry.personId,
        source,
      },
      sql`from ${executor.dialect.rows(json, [peopleWords.word])} where ${condition}`,
    ).onConflictDoNothing(),
  ];
}

export function dropWords(
  { executor, tables: { peopleWords } }: DirectoryContext,
  entry: Pick<Entry, 'tenantId' | 'personId'>,
  source?: string,
): SQLWrapper {
  return executor.build
    .delete(peopleWords)
    .where(
      and(
        eq(peopleWords.tenantId, entry.tenantId),
        eq(peopleWords.personId, entry.personId),
        source === undefined ? undefined : eq(peopleWords.source, source),
      ),
    );
}

/** Statements that put a new user, group or contact into the address list; they run after its own row is there. */
export function newEntry(directory: DirectoryContext, kind: Person['kind'], entry: Entry): SQLWrapper[] {
  const { executor, tables } = directory;
  const { people, users, mailGroups, sharedContacts } = tables;
  const { tenantId, personId, address } = entry;
  // A user or group that was refused because its address is taken must not become an entry.
  const isThere =
    kind === 'user'
      ? sql`exists (select 1 from ${users} where ${users.tenantId} = ${tenantId}
          and ${users.userId} = ${personId} and ${users.address} = ${address})`
      : kind === 'group'
        ? sql`exists (select 1 from ${mailGroups} where ${mailGroups.tenantId} = ${tenantId}
          and ${mailGroups.groupId} = ${personId} and ${mailGroups.address} = ${address})`
        : sql`exists (select 1 from ${sharedContacts} where ${sharedContacts.tenantId} = ${tenantId}
          and ${sharedContacts.contactId} = ${personId} and ${sharedContacts.address} = ${address})`;
  const none = sql`''`;
  return [
    insertSelect(
      executor.build,
      people,
      {
        tenantId,
        personId,
        kind,
        sortKey: fitText(sortKeyOf(entry), 800),
        firstName: none,
        lastName: none,
        title: none,
        office: none,
        company: none,
        phone: none,
        homePhone: none,
        mobilePhone: none,
        hidden: int(0),
        photoKey: sql`null`,
        photoType: sql`null`,
        photoSize: sql`null`,
      },
      sql`where ${isThere}`,
    ).onConflictDoNothing(),
    ...addWords(directory, entry, 'entry', entryWords(entry), isThere),
  ];
}
