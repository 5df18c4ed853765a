import { type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import {
  type KeyedRows,
  type LoggedChange,
  type MoveShards,
  RelievedError,
  type Row,
  type RowKey,
  type RowPage,
  type ShardState,
  type TenantMove,
} from '../../../core/ports/moves.ts';
import { slices } from '../../dialect/json-chunks.ts';
import type { Executor } from '../../dialect/types.ts';
import type { MailTables } from '../../schema/mail.ts';
import type { ShardMoveTables } from '../../schema/moves.ts';
import { compareText } from '../../text.ts';
import {
  deleteKeys,
  insertRows,
  logTriggers,
  ofMailbox,
  selectKeys,
  selectMailboxes,
  selectMailboxesOfTenant,
  selectSpan,
  selectSums,
} from './sql.ts';
import { type MovedTable, movedTables } from './tables.ts';

/** Rows of each table that the first look at a mailbox takes. */
const FIRST_ROWS = 50;
/** Statements of one batch. */
const BATCH = 40;
const REMOVED_AT_ONCE = 500;
const SUMS_AT_ONCE = 5;

/** What a statement of a driver says that was relieved. */
const RELIEVED = 'waypost-relieved:';

interface Options {
  names: readonly string[];
  /** The databases themselves, past what finds out where a tenant is. */
  executor(shard: string): Executor | undefined;
  mail: MailTables;
  moves: ShardMoveTables;
}

/** The mail shards as a move works on them (D1). */
export function createMoveShards({ names, executor, mail, moves }: Options): MoveShards {
  const tables = movedTables(mail);
  const { shardMoves: states, moveChanges: log } = moves;
  const at = (shard: string): Executor => {
    const found = executor(shard);
    if (found === undefined) throw new NotFoundError(`no mail shard ${shard}`);
    return found;
  };
  const tableOf = (name: string): MovedTable => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`store: no table ${name} is moved`);
    return found;
  };
  const ask = async (shard: string, statements: readonly SQL[]) => {
    const out: Record<string, unknown>[][] = [];
    for (let i = 0; i < statements.length; i += BATCH) {
      const results = await at(shard).atomic(statements.slice(i, i + BATCH));
      out.push(...results.map(({ rows }) => rows));
    }
    return out;
  };
  const rowsOf = ({ columns }: MovedTable, found: readonly Record<string, unknown>[] | undefined): Row[] =>
    (found ?? []).map((row) => columns.map(({ name }) => row[name] as Row[number]));
  const keyOf = ({ keyAt }: MovedTable, row: Row): RowKey => keyAt.map((n) => row[n] as string | number);
  /** Fails, and with it its whole batch, unless the shard is in one of these states and nobody has relieved the driver. */
  const onlyFor = ({ tenantId, fence }: TenantMove, ...allowed: ShardState[]): SQL =>
    sql`select json_extract('{}', ${RELIEVED} || coalesce(${states.state}, 'none')) from (select 1)
      left join ${states} on ${states.tenantId} = ${tenantId}
      where ${states.state} is null or ${states.fence} <> cast(${fence} as integer)
        or ${states.state} not in (select value from json_each(${JSON.stringify(allowed)}))`;
  const guarded = async (shard: string, statements: readonly SQL[]) => {
    try {
      return (await at(shard).atomic(statements)).slice(1);
    } catch (error) {
      throw error instanceof Error && error.message.includes(RELIEVED) ? new RelievedError() : error;
    }
  };
  const pageOf = (moved: MovedTable, rows: Row[], limit: number): RowPage => {
    const last = rows.length < limit ? undefined : rows.at(-1);
    return {
      table: moved.name,
      rows,
      next: last === undefined || moved.key.length === 0 ? null : keyOf(moved, last),
    };
  };
  /** A row for the tenant in this state, in the place of whatever an older driver has said. */
  const enter = (move: TenantMove, state: ShardState, peer: string, now: number): SQL =>
    sql`insert into ${states} (tenant_id, state, peer, move_id, fence, since)
      values (${move.tenantId}, ${state}, ${peer}, ${move.moveId}, cast(${move.fence} as integer), cast(${now} as integer))
      on conflict (tenant_id) do update set state = excluded.state, peer = excluded.peer, move_id = excluded.move_id,
        fence = excluded.fence, since = excluded.since
      where ${states.tenantId} = ${move.tenantId}
        and (${states.fence} < excluded.fence or (${states.fence} = excluded.fence and ${states.state} = excluded.state))
      returning state`;

  return {
    names: () => [...names],
    tables: () => [...tables.keys()],

    async fill(shard) {
      const [found] = await ask(shard, [
        sql`select coalesce(sum(${mail.mailboxes.itemCount}), 0) as n from ${mail.mailboxes}`,
      ]);
      return Number(found?.[0]?.['n'] ?? 0);
    },

    async depart(shard, move, now) {
      const entered = await at(shard).atomic([
        ...[...tables.values()].flatMap(logTriggers),
        sql`delete from ${log} where ${log.tenantId} = ${move.tenantId} and not exists (
          select 1 from ${states} where ${states.tenantId} = ${move.tenantId} and ${states.fence} > cast(${move.fence} as integer))`,
        enter(move, 'copying', move.to, now),
      ]);
      if (entered.at(-1)?.rows.length !== 1) throw new RelievedError();
    },

    async arrive(shard, move, now) {
      const [entered] = await at(shard).atomic([enter(move, 'arriving', move.from, now)]);
      if (entered?.rows.length !== 1) throw new RelievedError();
    },

    async state(shard, tenantId) {
      const [found] = await ask(shard, [
        sql`select ${states.state}, ${states.moveId}, ${states.fence} from ${states} where ${states.tenantId} = ${tenantId}`,
      ]);
      const row = found?.[0];
      return row === undefined
        ? null
        : {
            state: row['state'] as ShardState,
            moveId: String(row['move_id']),
            fence: Number(row['fence']),
          };
    },

    async turn(shard, { tenantId, fence }, from, to, now) {
      const [turned] = await ask(shard, [
        sql`update ${states} set state = ${to}, since = cast(${now} as integer)
          where ${states.tenantId} = ${tenantId} and ${states.fence} = cast(${fence} as integer)
            and ${states.state} in (select value from json_each(${JSON.stringify(from)})) returning state`,
      ]);
      return turned?.length === 1;
    },

    async raiseFence(shard, { tenantId, moveId, fence }) {
      await ask(shard, [
        sql`update ${states} set fence = cast(${fence} as integer) where ${states.tenantId} = ${tenantId}
          and ${states.moveId} = ${moveId} and ${states.fence} < cast(${fence} as integer)`,
      ]);
    },

    async mailboxes(shard, tenantId) {
      const found = await ask(
        shard,
        [...tables.values()].map((moved) =>
          moved.byTenant ? selectMailboxesOfTenant(moved, tenantId) : selectMailboxes(moved, tenantId),
        ),
      );
      return [...new Set(found.flat().map((row) => String(row['id'])))].sort(compareText);
    },

    async firstPages(shard, tenantId, mailboxId) {
      const list = [...tables.values()].map((moved) => ({ moved, limit: Math.min(FIRST_ROWS, moved.rows) }));
      const found = await ask(
        shard,
        list.map(({ moved, limit }) =>
          selectSpan(moved, [tenantId, mailboxId], { after: null, upTo: null, limit }),
        ),
      );
      return list.map(({ moved, limit }, n) => pageOf(moved, rowsOf(moved, found[n]), limit));
    },

    async page(shard, tenantId, mailboxId, table, after) {
      const moved = tableOf(table);
      const [found] = await ask(shard, [
        selectSpan(moved, [tenantId, mailboxId], { after, upTo: null, limit: moved.rows }),
      ]);
      return pageOf(moved, rowsOf(moved, found), moved.rows);
    },

    async range(shard, tenantId, mailboxId, table, { after, upTo, limit }) {
      const moved = tableOf(table);
      const [found] = await ask(shard, [
        selectSpan(moved, [tenantId, mailboxId], { after, upTo, limit: limit + 1 }),
      ]);
      return rowsOf(moved, found);
    },

    keyOf: (table, row) => keyOf(tableOf(table), row),

    async put(shard, move, groups) {
      const statements = groups.flatMap((group) => {
        const moved = tableOf(group.table);
        return [
          ...(group.keys.length === 0 ? [] : [deleteKeys(moved, move.tenantId, group)]),
          ...insertRows(at(shard), moved, group.rows),
        ];
      });
      if (statements.length > 0) await guarded(shard, [onlyFor(move, 'arriving'), ...statements]);
    },

    async changes(shard, tenantId, limit) {
      const [found] = await ask(shard, [
        sql`select ${log.seq}, ${log.mailboxId}, ${log.tableName}, ${log.rowKey} from ${log}
          where ${log.tenantId} = ${tenantId} order by ${log.seq} limit ${sql.raw(String(limit))}`,
      ]);
      return (found ?? []).map(
        (row): LoggedChange => ({
          seq: Number(row['seq']),
          mailboxId: String(row['mailbox_id']),
          table: String(row['table_name']),
          key: JSON.parse(String(row['row_key'])) as RowKey,
        }),
      );
    },

    async pending(shard, tenantId, mailboxId, table) {
      const [found] = await ask(shard, [
        sql`select distinct ${log.rowKey} from ${log} where ${log.tenantId} = ${tenantId}
          and ${log.mailboxId} = ${mailboxId} and ${log.tableName} = ${table}`,
      ]);
      return new Set((found ?? []).map((row) => String(row['row_key'])));
    },

    async rowsOf(shard, tenantId, wanted) {
      const found = await ask(
        shard,
        wanted.map(({ table, mailboxId, keys }) => selectKeys(tableOf(table), tenantId, mailboxId, keys)),
      );
      return wanted.map((one, n): KeyedRows => ({ ...one, rows: rowsOf(tableOf(one.table), found[n]) }));
    },

    async forgetChanges(shard, tenantId, upTo) {
      await ask(shard, [
        sql`delete from ${log} where ${log.tenantId} = ${tenantId} and ${log.seq} <= cast(${upTo} as integer)`,
      ]);
    },

    async sums(shard, tenantId, mailboxIds) {
      const list = [...tables.values()];
      const found: Record<string, unknown>[][] = [];
      // Few at once: a batch has 30 seconds in all.
      for (const some of slices(list, SUMS_AT_ONCE)) {
        found.push(
          ...(await ask(
            shard,
            some.map((moved) => selectSums(moved, tenantId, mailboxIds)),
          )),
        );
      }
      return Object.fromEntries(
        list.map(({ name }, n) => {
          const { rows, ...sums } = found[n]?.[0] ?? {};
          return [name, { rows: Number(rows ?? 0), sums: JSON.stringify([rows, ...Object.values(sums)]) }];
        }),
      );
    },

    async remove(shard, move, mailboxId) {
      const statements = [...tables.values()].map((moved) => {
        const mine = ofMailbox(moved, move.tenantId, mailboxId);
        if (moved.key.length === 0) return sql`delete from ${moved.table} where ${mine}`;
        const key = sql.join(moved.key, sql`, `);
        return sql`delete from ${moved.table} where ${mine} and (${key}) in (
          select ${key} from ${moved.table} where ${mine} limit ${sql.raw(String(REMOVED_AT_ONCE))})`;
      });
      // No more than the other shard may take at once, and only where nobody lives.
      const results = await guarded(shard, [onlyFor(move, 'arriving', 'moved'), ...statements]);
      return results.reduce((sum, { changes }) => sum + changes, 0);
    },
  };
}
