import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { Person, PersonAttributes, PersonCursor, PhotoRef } from '../../../core/people/types.ts';
import { attributeWords, exactKey, queryWords } from '../../../core/people/words.ts';
import { askedId, fitText } from '../../text.ts';
import { addWords, dropWords } from './people-words.ts';
import type { DirectoryContext } from './tenants.ts';

/** Words that begin with `word` lie between it and this: no word holds the last code point. */
const LAST = '\u{10ffff}';

export async function searchPeople(
  directory: DirectoryContext,
  tenantId: string,
  text: string,
  limit: number,
  after: PersonCursor | null,
): Promise<{ people: Person[]; total: number }> {
  const words = queryWords(text);
  if (words.length === 0) return { people: [], total: 0 };
  const { executor, tables } = directory;
  const { people, peopleWords } = tables;
  const having = (word: string) =>
    sql`select ${peopleWords.personId} from ${peopleWords} where ${peopleWords.tenantId} = ${tenantId}
      and ${peopleWords.word} >= ${word} and ${peopleWords.word} < ${word + LAST}`;
  // The longest word has the fewest entries: from these the statement starts.
  const [rarest = '', ...others] = words.toSorted((a, b) => b.length - a.length);
  const hits = sql`(select distinct person_id as hit_id from (${having(rarest)}) as found) as hits`;
  const holds = and(
    ...others.map((word) => inArray(people.personId, sql`(${having(word)})`)),
    isListed(directory, tenantId),
  );
  const beyond =
    after === null
      ? undefined
      : sql`(${people.sortKey}, ${people.personId}) > (${after.sortKey}, ${askedId(after.personId)})`;
  const [rows, counts] = await executor.read(
    selectPeople(directory, tenantId, hits, and(holds, beyond))
      .orderBy(people.sortKey, people.personId)
      .limit(limit),
    executor.build
      .select({ total: sql<number>`count(*)`.as('total') })
      .from(hits)
      .crossJoin(people)
      .leftJoin(tables.users, userOf(directory, tenantId))
      .where(and(eq(people.tenantId, tenantId), isHit(directory), holds)),
  );
  return { people: rows.map(person), total: Number(counts[0]?.total ?? 0) };
}

export async function exactPeople(
  directory: DirectoryContext,
  tenantId: string,
  text: string,
  limit: number,
): Promise<Person[]> {
  const key = exactKey(text);
  if (key === null) return [];
  const { people, peopleWords } = directory.tables;
  const hits = sql`(select distinct ${peopleWords.personId} as hit_id from ${peopleWords}
    where ${peopleWords.tenantId} = ${tenantId} and ${peopleWords.word} = ${fitText(key, 1024)}) as hits`;
  const rows = await directory.executor.all(
    selectPeople(directory, tenantId, hits, isListed(directory, tenantId))
      .orderBy(people.sortKey, people.personId)
      .limit(limit),
  );
  return rows.map(person);
}

export async function getPerson(
  directory: DirectoryContext,
  tenantId: string,
  userId: string,
): Promise<Person | null> {
  const { people } = directory.tables;
  const hits = sql`(select cast(${askedId(userId)} as text) as hit_id) as hits`;
  const [row] = await directory.executor.all(
    selectPeople(directory, tenantId, hits, eq(people.kind, 'user')).limit(1),
  );
  return row === undefined ? null : person(row);
}

/** By primary or alias address; hidden ones as well, since who knows the address has nothing to find. */
export async function peopleAt(
  directory: DirectoryContext,
  tenantId: string,
  addresses: readonly string[],
): Promise<Map<string, Person>> {
  if (addresses.length === 0) return new Map();
  const { executor, tables } = directory;
  const { people, peopleWords } = tables;
  const named = and(
    eq(peopleWords.tenantId, tenantId),
    executor.dialect.isIn(
      peopleWords.word,
      addresses.map((address) => `=${address}`),
    ),
  );
  const hits = sql`(select distinct ${peopleWords.personId} as hit_id from ${peopleWords} where ${named}) as hits`;
  const [words, rows] = await executor.read(
    executor.build
      .select({ word: peopleWords.word, personId: peopleWords.personId })
      .from(peopleWords)
      .where(named),
    selectPeople(directory, tenantId, hits, and(eq(people.kind, 'user'), isActive(directory))),
  );
  const byId = new Map(rows.map((row) => [row.personId, person(row)]));
  const out = new Map<string, Person>();
  for (const { word, personId } of words) {
    const entry = byId.get(personId);
    if (entry !== undefined) out.set(word.slice(1), entry);
  }
  return out;
}

export async function setPersonAttributes(
  directory: DirectoryContext,
  tenantId: string,
  userId: string,
  attributes: PersonAttributes,
): Promise<void> {
  const { executor, tables } = directory;
  const { people } = tables;
  const entry = { tenantId, personId: userId };
  const { hidden, ...texts } = attributes;
  const fitted = Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, fitText(value, 512)]),
  ) as Omit<PersonAttributes, 'hidden'>;
  const isThere = sql`exists (select 1 from ${people} where ${people.tenantId} = ${tenantId}
    and ${people.personId} = ${userId})`;
  const [updated] = await executor.atomic([
    executor.build
      .update(people)
      .set({ ...fitted, hidden: hidden ? 1 : 0 })
      .where(and(eq(people.tenantId, tenantId), eq(people.personId, userId))),
    dropWords(directory, entry, 'attributes'),
    ...addWords(directory, entry, 'attributes', attributeWords(attributes), isThere),
  ]);
  if (updated?.changes === 0) throw new NotFoundError('no such user');
}

export async function setPersonPhoto(
  { executor, tables: { people } }: DirectoryContext,
  tenantId: string,
  userId: string,
  photo: PhotoRef | null,
): Promise<void> {
  const [updated] = await executor.atomic([
    executor.build
      .update(people)
      .set({
        photoKey: photo?.key ?? null,
        photoType: photo?.mediaType ?? null,
        photoSize: photo?.size ?? null,
      })
      .where(and(eq(people.tenantId, tenantId), eq(people.personId, userId))),
  ]);
  if (updated?.changes === 0) throw new NotFoundError('no such user');
}

function userOf({ tables: { people, users } }: DirectoryContext, tenantId: string) {
  return and(eq(users.userId, people.personId), eq(users.tenantId, tenantId));
}

function isActive({ tables: { people, users } }: DirectoryContext): SQL {
  return sql`(${people.kind} <> 'user' or ${users.status} <> 'disabled')`;
}

function isListed(directory: DirectoryContext, tenantId: string): SQL | undefined {
  return and(eq(directory.tables.people.hidden, 0), isActive(directory), isAlone(directory, tenantId));
}

/** No shared contact whose address somebody of the tenant has got since: theirs is the entry. */
function isAlone({ tables }: DirectoryContext, tenantId: string): SQL {
  const { aliases, mailGroups, people, sharedContacts, users } = tables;
  const address = sql`(select ${sharedContacts.address} from ${sharedContacts}
    where ${sharedContacts.tenantId} = ${tenantId} and ${sharedContacts.contactId} = ${people.personId})`;
  const isOf = (table: typeof users | typeof aliases | typeof mailGroups) =>
    sql`exists (select 1 from ${table} where ${table.tenantId} = ${tenantId} and ${table.address} = ${address})`;
  return sql`(${people.kind} <> 'contact' or not (${isOf(users)} or ${isOf(aliases)} or ${isOf(mailGroups)}))`;
}

function isHit({ tables: { people } }: DirectoryContext): SQL {
  return sql`${people.personId} = hit_id`;
}

/**
 * The entries that the derived table `hits (hit_id)` names, with address and name from the table of their kind. CROSS
 * JOIN keeps SQLite to this order; of its own it may walk through all entries of the tenant in order of name.
 */
export function selectPeople(
  directory: DirectoryContext,
  tenantId: string,
  hits: SQL,
  which: SQL | undefined,
) {
  const { people, users, mailGroups, sharedContacts } = directory.tables;
  return directory.executor.build
    .select({
      personId: people.personId,
      kind: people.kind,
      sortKey: people.sortKey,
      firstName: people.firstName,
      lastName: people.lastName,
      title: people.title,
      office: people.office,
      company: people.company,
      phone: people.phone,
      homePhone: people.homePhone,
      mobilePhone: people.mobilePhone,
      hidden: people.hidden,
      photoKey: people.photoKey,
      photoType: people.photoType,
      photoSize: people.photoSize,
      address: sql<
        string | null
      >`coalesce(${users.address}, ${mailGroups.address}, ${sharedContacts.address})`.as('address'),
      displayName: sql<
        string | null
      >`coalesce(${users.displayName}, ${mailGroups.displayName}, ${sharedContacts.displayName})`.as(
        'display_name',
      ),
    })
    .from(hits)
    .crossJoin(people)
    .leftJoin(users, userOf(directory, tenantId))
    .leftJoin(mailGroups, and(eq(mailGroups.groupId, people.personId), eq(mailGroups.tenantId, tenantId)))
    .leftJoin(
      sharedContacts,
      and(eq(sharedContacts.contactId, people.personId), eq(sharedContacts.tenantId, tenantId)),
    )
    .where(and(eq(people.tenantId, tenantId), isHit(directory), which));
}

type Row = Awaited<ReturnType<typeof selectPeople>>[number];

export function person(row: Row): Person {
  const { hidden, photoKey, photoType, photoSize, kind, address, displayName, ...rest } = row;
  return {
    ...rest,
    kind: kind === 'group' || kind === 'contact' ? kind : 'user',
    address: address ?? '',
    displayName: displayName ?? '',
    hidden: hidden === 1,
    photo:
      photoKey === null || photoSize === null
        ? null
        : {
            key: photoKey,
            mediaType: photoType === 'image/png' ? 'image/png' : 'image/jpeg',
            size: photoSize,
          },
  };
}
