import { and, eq, getTableColumns, getTableName, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { NotFoundError } from '../../core/errors.ts';
import type { ErasureStore, ErasureSubject } from '../../core/ports/erasure.ts';
import type { Executor } from '../dialect/types.ts';
import { FIRST, LAST, OWNING_COLUMNS, PAGED_BY, SPECIAL, type Special } from '../erasing/plan.ts';
import type { Executors, Tables } from '../stores.ts';

const DATABASES = ['directory', 'mail', 'search', 'audit'] as const;

/** A table with rows of users. */
interface Owned {
  name: string;
  database: (typeof DATABASES)[number];
  table: SQLiteTable;
  special: Special;
  columns: Record<string, SQLiteColumn>;
}

/** Documents go with their words, which the dialect keeps in its own way. */
const WITH_WORDS = 'search.documents';

export function createErasureStore(executors: Executors, tables: Tables): ErasureStore {
  const all = new Map(ownedTables(tables).map((owned) => [owned.name, owned]));
  // Every shard of mail itself, not where a tenant is now: of one that was moved there are rows in two for a while.
  const executorsOf = (database: Owned['database']): Executor[] =>
    database === 'mail'
      ? executors.shards.flatMap((shard) => executors.mail(shard) ?? [])
      : [executors[database]];
  const names = [...all.keys()].filter((name) => name !== FIRST && !LAST.includes(name));
  // The mailbox itself, and what says whose it is at last: in between, it is found again after a crash.
  const order = [FIRST, ...names.filter(isContent), ...names.filter((name) => !isContent(name)), ...LAST];

  return {
    tables: () => [...order],

    async erase(subject, name, limit) {
      const owned = all.get(name);
      if (owned === undefined) throw new NotFoundError(`no table ${name}`);
      const sum = { rows: 0, more: false };
      for (const executor of executorsOf(owned.database)) {
        const { rows, more } = await eraseRows(executor, owned, subject, limit);
        sum.rows += rows;
        sum.more ||= more;
      }
      return sum;
    },

    async leftovers(subject) {
      const left: Record<string, number> = {};
      for (const database of DATABASES) {
        const some = [...all.values()].filter((owned) => owned.database === database);
        for (const executor of some.length === 0 ? [] : executorsOf(database)) {
          const counts = await executor.read(
            ...some.map((owned) =>
              executor.build
                .select({ n: sql<number>`count(*)`.as('n') })
                .from(owned.table)
                .where(rowsOf(owned, subject, executor)),
            ),
          );
          for (const [i, { name }] of some.entries()) {
            const n = Number(counts[i]?.[0]?.n ?? 0);
            if (n > 0) left[name] = (left[name] ?? 0) + n;
          }
        }
      }
      return left;
    },
  };
}

/** Tables of the schema with a column that says whose a row is, and those of which the plan says how it is known. */
function ownedTables(tables: Tables): Owned[] {
  return DATABASES.flatMap((database) =>
    Object.values<SQLiteTable>(tables[database]).flatMap((table) => {
      const name = `${database}.${getTableName(table)}`;
      const special = SPECIAL[name] ?? {};
      const columns = Object.fromEntries(Object.values(getTableColumns(table)).map((c) => [c.name, c]));
      const owned = { name, database, table, special, columns };
      const known = special.address !== undefined || special.json !== undefined;
      return special.stays === undefined && (known || ownersOf(owned).length > 0) ? [owned] : [];
    }),
  );
}

function ownersOf({ database, columns }: Pick<Owned, 'database' | 'columns'>): SQLiteColumn[] {
  // What others have granted the user in their mailboxes is theirs (I25), and looked for in each of them.
  const wanted = database === 'directory' ? OWNING_COLUMNS : ['mailbox_id'];
  return wanted.flatMap((name) => columns[name] ?? []);
}

function isContent(name: string): boolean {
  return !name.startsWith('directory.');
}

function pageColumn({ columns }: Owned): SQLiteColumn | undefined {
  return PAGED_BY.map((name) => columns[name]).find((column) => column !== undefined);
}

function rowsOf(owned: Owned, { ref, addresses }: ErasureSubject, { dialect }: Executor): SQL {
  const { columns, special } = owned;
  const tenant = columns['tenant_id'];
  const address = columns[special.address ?? ''];
  const json = columns[special.json ?? ''];
  const whose = [
    ...ownersOf(owned).map((column) => eq(column, ref.mailboxId)),
    ...(address === undefined ? [] : [dialect.isIn(address, addresses)]),
    ...(json === undefined
      ? []
      : [dialect.text.contains(json, `"mailboxId":${JSON.stringify(ref.mailboxId)}`)]),
  ];
  const one = whose.length === 1 ? whose[0] : or(...whose);
  return and(tenant === undefined ? undefined : eq(tenant, ref.tenantId), one) ?? sql`1 = 0`;
}

async function eraseRows(
  executor: Executor,
  owned: Owned,
  subject: ErasureSubject,
  limit: number,
): Promise<{ rows: number; more: boolean }> {
  const { table, special, name } = owned;
  if (name === WITH_WORDS) return eraseDocuments(executor, owned, subject, limit);
  const { build } = executor;
  const theirs = rowsOf(owned, subject, executor);
  const { clears } = special;
  if (clears !== undefined) {
    const cleared = sql`update ${table} set ${sql.identifier(clears)} = null where ${theirs}`;
    const [result] = await executor.atomic([cleared]);
    return { rows: result?.changes ?? 0, more: false };
  }
  const page = pageColumn(owned);
  const some =
    page === undefined
      ? theirs
      : sql`${theirs} and ${page} in ${build
          .select({ key: sql`${page}`.as('key') })
          .from(table)
          .where(theirs)
          .orderBy(page)
          .limit(limit)}`;
  const [gone] = await executor.atomic([build.delete(table).where(some)]);
  const rows = gone?.changes ?? 0;
  return { rows, more: page !== undefined && rows >= limit };
}

async function eraseDocuments(
  executor: Executor,
  owned: Owned,
  subject: ErasureSubject,
  limit: number,
): Promise<{ rows: number; more: boolean }> {
  const rows = await executor.all(
    executor.build
      .select({ itemId: sql<string>`${owned.columns['item_id']}`.as('item_id') })
      .from(owned.table)
      .where(rowsOf(owned, subject, executor))
      .limit(limit),
  );
  const ids = rows.map(({ itemId }) => itemId);
  if (ids.length > 0) await executor.atomic(executor.dialect.fullText.drop(subject.ref, ids));
  return { rows: ids.length, more: ids.length >= limit };
}
