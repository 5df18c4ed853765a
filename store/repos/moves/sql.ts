import { type SQL, sql } from 'drizzle-orm';
import type { KeyedRows, Row, RowKey } from '../../../core/ports/moves.ts';
import { jsonChunks } from '../../dialect/json-chunks.ts';
import type { Executor } from '../../dialect/types.ts';
import type { MovedTable } from './tables.ts';

/** D1 takes values of 2 MB; what is longer as JSON is bound value by value. */
const MAX_JSON_ROW = 900_000;

const named = (names: readonly { name: string }[]) =>
  sql.join(
    names.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

/** The condition that every statement on rows carries (I25). */
export function ofMailbox({ table }: MovedTable, tenantId: string, mailboxId: string): SQL {
  return sql`${table.tenantId} = ${tenantId} and ${table.mailboxId} = ${mailboxId}`;
}

/** A key as a row value, and a comparison of it; true for tables with one row for each mailbox. */
function compared({ key }: MovedTable, operator: '>' | '<=', to: RowKey): SQL {
  if (key.length === 0) return operator === '<=' ? sql`1 = 1` : sql`1 = 0`;
  const values = sql.join(
    to.map((value) => (typeof value === 'number' ? sql`cast(${value} as integer)` : sql`${value}`)),
    sql`, `,
  );
  return sql`(${sql.join(key, sql`, `)}) ${sql.raw(operator)} (${values})`;
}

export function selectSpan(
  moved: MovedTable,
  [tenantId, mailboxId]: readonly [string, string],
  { after, upTo, limit }: { after: RowKey | null; upTo: RowKey | null; limit: number },
): SQL {
  return sql`select ${sql.join(moved.columns, sql`, `)} from ${moved.table}
    where ${ofMailbox(moved, tenantId, mailboxId)}
      ${after === null ? sql`` : sql`and ${compared(moved, '>', after)}`}
      ${upTo === null ? sql`` : sql`and ${compared(moved, '<=', upTo)}`}
    ${moved.key.length === 0 ? sql`` : sql`order by ${sql.join(moved.key, sql`, `)}`} limit ${sql.raw(String(limit))}`;
}

/** Condition: the row has one of these keys. One bound parameter. */
function hasKey({ key }: MovedTable, keys: readonly RowKey[]): SQL {
  if (key.length === 0) return sql`1 = 1`;
  const parts = key.map((_, n) => sql`value ->> ${sql.raw(String(n))}`);
  return sql`(${sql.join(key, sql`, `)}) in (select ${sql.join(parts, sql`, `)} from json_each(${JSON.stringify(keys)}))`;
}

export function selectKeys(
  moved: MovedTable,
  tenantId: string,
  mailboxId: string,
  keys: readonly RowKey[],
): SQL {
  return sql`select ${sql.join(moved.columns, sql`, `)} from ${moved.table}
    where ${ofMailbox(moved, tenantId, mailboxId)} and ${hasKey(moved, keys)}`;
}

export function deleteKeys(moved: MovedTable, tenantId: string, { mailboxId, keys }: KeyedRows): SQL {
  return sql`delete from ${moved.table} where ${ofMailbox(moved, tenantId, mailboxId)} and ${hasKey(moved, keys)}`;
}

/** Rows that take the place of those that stand in their way. */
export function insertRows({ dialect }: Executor, moved: MovedTable, rows: readonly Row[]): SQL[] {
  const columns = named(moved.columns);
  const into = sql`insert or replace into ${moved.table} (${columns})`;
  // JSON cannot carry NUL through SQLite.
  const [plain, odd] = split(rows, (row) => {
    const json = JSON.stringify(row);
    return json.length * 3 <= MAX_JSON_ROW && !json.includes('\\u0000');
  });
  return [
    ...jsonChunks(plain).map(
      (json) => sql`${into} select ${columns} from ${dialect.rows(json, moved.columns)} where true`,
    ),
    ...odd.map((row) => sql`${into} values (${sql.join(row.map(bound), sql`, `)})`),
  ];
}

/** Numbers are bound as REAL, which STRICT tables take for INTEGER when they are whole. */
function bound(value: Row[number]): SQL {
  return typeof value === 'number' ? sql`cast(${value} as integer)` : sql`${value}`;
}

function split<T>(list: readonly T[], fits: (one: T) => boolean): [T[], T[]] {
  const parts: [T[], T[]] = [[], []];
  for (const one of list) parts[fits(one) ? 0 : 1].push(one);
  return parts;
}

/** Ids of mailboxes with rows of the tenant: one probe of the key for each mailbox of the shard, whatever it holds. */
export function selectMailboxes(moved: MovedTable, tenantId: string): SQL {
  const { table } = moved;
  return sql`with recursive found(id) as (
      select min(${table.mailboxId}) from ${table}
      union all
      select (select min(${table.mailboxId}) from ${table} where ${table.mailboxId} > found.id)
      from found where found.id is not null
    )
    select found.id as id from found where found.id is not null
      and (select ${table.tenantId} from ${table} where ${table.mailboxId} = found.id limit 1) = ${tenantId}`;
}

/** The same for a table whose key begins with the tenant. */
export function selectMailboxesOfTenant({ table }: MovedTable, tenantId: string): SQL {
  return sql`with recursive found(id) as (
      select min(${table.mailboxId}) from ${table} where ${table.tenantId} = ${tenantId}
      union all
      select (select min(${table.mailboxId}) from ${table}
        where ${table.tenantId} = ${tenantId} and ${table.mailboxId} > found.id)
      from found where found.id is not null
    )
    select found.id as id from found where found.id is not null`;
}

/** Small enough that no sum of them leaves the numbers that JavaScript knows. */
const SUM_PRIME = 1_000_003;

/** What rows of these mailboxes are together, in one row. */
export function selectSums(
  { table, columns }: MovedTable,
  tenantId: string,
  mailboxIds: readonly string[],
): SQL {
  const sums = columns.map((column, n) => {
    const value = column.getSQLType() === 'text' ? sql`octet_length(${column})` : sql`${column}`;
    return sql`coalesce(sum(${value} % ${sql.raw(String(SUM_PRIME))}), 0) as ${sql.identifier(`s${n}`)}`;
  });
  return sql`select count(*) as rows, ${sql.join(sums, sql`, `)} from json_each(${JSON.stringify(mailboxIds)}) as boxes
    cross join ${table} on ${table.tenantId} = ${tenantId} and ${table.mailboxId} = boxes.value`;
}

/** Writes down each row of the table that is written while its tenant is copied. */
export function logTriggers({ name, key }: MovedTable): SQL[] {
  const of = (row: 'new' | 'old') =>
    `json_array(${key.map((column) => `${row}."${column.name}"`).join(', ')})`;
  const log = (row: 'new' | 'old', only = '') =>
    `insert into move_changes (tenant_id, mailbox_id, table_name, row_key)
      select ${row}.tenant_id, ${row}.mailbox_id, '${name}', ${of(row)}${only};`;
  const trigger = (event: string, row: 'new' | 'old', body: string) =>
    sql.raw(`create trigger if not exists move_${name}_${event} after ${event} on "${name}"
    when exists (select 1 from shard_moves where tenant_id = ${row}.tenant_id and state = 'copying')
    begin ${body} end`);
  const other = [`new.mailbox_id <> old.mailbox_id`, `${of('new')} <> ${of('old')}`].join(' or ');
  return [
    trigger('insert', 'new', log('new')),
    trigger('update', 'new', `${log('new')} ${log('old', ` where ${other}`)}`),
    trigger('delete', 'old', log('old')),
  ];
}
