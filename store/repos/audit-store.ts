import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  lt,
  lte,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import { INSTALLATION_CHAIN } from '../../core/audit/chain.ts';
import type { AuditEntry, AuditFilter, AuditStore } from '../../core/ports/audit.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { appendToChains, type ChainLink, type ChainPort } from '../append-to-chains.ts';
import { jsonChunks } from '../dialect/json-chunks.ts';
import { given, insertSelect } from '../dialect/statements.ts';
import type { Executor } from '../dialect/types.ts';
import type { AuditTables } from '../schema/audit.ts';
import { askedId } from '../text.ts';

export function createAuditStore(executor: Executor, tables: AuditTables): AuditStore {
  const { events, chains, entries } = tables;
  const { build, dialect } = executor;
  const port = chainPort(executor, tables);
  const append = (list: readonly AuditJob[]) => appendToChains(port, list);
  return {
    append,

    async list(filter) {
      const rows = await executor.all(
        build
          .select(getTableColumns(entries))
          .from(entries)
          .where(conditionOf(entries, filter))
          .orderBy(desc(entries.at), desc(entries.eventId))
          .limit(filter.limit),
      );
      return rows.map(
        (row): AuditEntry => ({
          v: 1,
          ...row,
          outcome: row.outcome as AuditJob['outcome'],
          details: JSON.parse(row.details) as AuditJob['details'],
        }),
      );
    },

    rows: (chain, after, limit) =>
      executor.all(
        build
          .select(getTableColumns(entries))
          .from(entries)
          .where(and(eq(entries.chain, askedId(chain)), gt(entries.seq, after)))
          .orderBy(asc(entries.seq))
          .limit(limit),
      ),

    heads: (after, limit) =>
      executor.all(
        build
          .select(getTableColumns(chains))
          .from(chains)
          .where(gt(chains.chain, askedId(after)))
          .orderBy(asc(chains.chain))
          .limit(limit),
      ),

    async head(chain) {
      const [row] = await executor.all(
        build
          .select(getTableColumns(chains))
          .from(chains)
          .where(eq(chains.chain, askedId(chain))),
      );
      return row ?? null;
    },

    async markAnchored(chain, seq, at) {
      await executor.atomic([
        build
          .update(chains)
          .set({ anchoredSeq: seq, anchoredAt: at })
          .where(and(eq(chains.chain, chain), lte(chains.anchoredSeq, seq))),
      ]);
    },

    async trim(chain, through, limit) {
      const [head] = await executor.all(
        build.select({ firstSeq: chains.firstSeq }).from(chains).where(eq(chains.chain, chain)),
      );
      if (head === undefined || head.firstSeq > through) return 0;
      const { firstSeq } = head;
      const last = Math.min(through, firstSeq + limit - 1);
      const [row] = await executor.all(
        build
          .select({ hash: entries.hash })
          .from(entries)
          .where(and(eq(entries.chain, chain), eq(entries.seq, last))),
      );
      // Without it the rest could not be verified: somebody else took rows away, and that is to be seen.
      if (row === undefined) return 0;
      const moved = sql`exists (select 1 from ${chains} where ${chains.chain} = ${chain} and ${chains.firstSeq} > ${last})`;
      const [, removed] = await executor.atomic([
        build
          .update(chains)
          .set({ firstSeq: last + 1, baseHash: row.hash })
          .where(and(eq(chains.chain, chain), eq(chains.firstSeq, firstSeq))),
        build.delete(entries).where(and(eq(entries.chain, chain), lte(entries.seq, last), moved)),
      ]);
      return removed?.changes ?? 0;
    },

    async adopt(limit) {
      const rows = await executor.all(
        build
          .select(getTableColumns(events))
          .from(events)
          .orderBy(asc(events.at), asc(events.eventId))
          .limit(limit),
      );
      if (rows.length === 0) return 0;
      await append(
        rows.map((row) => ({
          v: 1,
          ...row,
          outcome: row.outcome as AuditJob['outcome'],
          details: JSON.parse(row.details) as AuditJob['details'],
        })),
      );
      const ids = rows.map(({ eventId }) => eventId);
      await executor.atomic([build.delete(events).where(dialect.isIn(events.eventId, ids))]);
      return rows.length;
    },
  };
}

function conditionOf(entries: AuditTables['entries'], filter: AuditFilter): SQL | undefined {
  const { tenantId, since, before, after } = filter;
  const equal = (['actor', 'action', 'resource', 'outcome', 'correlationId'] as const).map((name) => {
    const value = filter[name];
    return value === undefined ? undefined : eq(entries[name], askedId(value));
  });
  return and(
    tenantId === undefined ? undefined : eq(entries.chain, askedId(tenantId ?? INSTALLATION_CHAIN)),
    ...equal,
    since === undefined ? undefined : gte(entries.at, since),
    before === undefined ? undefined : lt(entries.at, before),
    after === undefined
      ? undefined
      : and(
          lte(entries.at, after.at),
          or(lt(entries.at, after.at), lt(entries.eventId, askedId(after.eventId))),
        ),
  );
}

/** Heads and rows are changed in one atomic list, in which each statement asks for what the one before has done. */
function chainPort(executor: Executor, { chains, entries }: AuditTables): ChainPort {
  const { build, dialect } = executor;
  return {
    async read(names, eventIds) {
      const [heads, known] = await executor.read(
        build.select(getTableColumns(chains)).from(chains).where(dialect.isIn(chains.chain, names)),
        build
          .select({ chain: entries.chain, eventId: entries.eventId })
          .from(entries)
          .where(and(dialect.isIn(entries.chain, names), dialect.isIn(entries.eventId, eventIds))),
      );
      return { heads, known };
    },

    async write(links) {
      const statements: SQLWrapper[] = [];
      const claims: number[] = [];
      for (const link of links) {
        if (link.isNew) statements.push(build.insert(chains).values(link.head).onConflictDoNothing());
        claims.push(statements.length);
        statements.push(...claimAndAdd(link));
      }
      const results = await executor.atomic(statements);
      return claims.map((at) => results[at]?.changes === 1);
    },
  };

  function claimAndAdd({ head, rows }: ChainLink): SQLWrapper[] {
    const last = rows.at(-1);
    if (last === undefined) return [];
    const { chain } = head;
    const claim = build
      .update(chains)
      .set({ seq: last.seq, hash: last.hash })
      .where(and(eq(chains.chain, chain), eq(chains.seq, head.seq), eq(chains.hash, head.hash)));
    const columns = getTableColumns(entries);
    const names = Object.keys(columns) as (keyof typeof columns)[];
    const parts = jsonChunks(rows.map((row) => names.map((name) => row[name])));
    let at = head.seq;
    const adds = parts.map((json) => {
      const first = at + 1;
      at += (JSON.parse(json) as unknown[]).length;
      // Ours is the head; and when a repeated delivery of the very same events made it, the rows are there.
      const tail = sql`from ${dialect.rows(json, Object.values(columns))}
        where exists (select 1 from ${chains}
          where ${chains.chain} = ${chain} and ${chains.seq} = ${last.seq} and ${chains.hash} = ${last.hash})
        and not exists (select 1 from ${entries} where ${entries.chain} = ${chain} and ${entries.seq} = ${first})`;
      const of = (name: keyof typeof columns) => given(columns[name]);
      const values = {
        chain: of('chain'),
        seq: of('seq'),
        eventId: of('eventId'),
        at: of('at'),
        tenantId: of('tenantId'),
        actor: of('actor'),
        address: of('address'),
        protocol: of('protocol'),
        deviceId: of('deviceId'),
        action: of('action'),
        resource: of('resource'),
        outcome: of('outcome'),
        details: of('details'),
        correlationId: of('correlationId'),
        hash: of('hash'),
      };
      return insertSelect(build, entries, values, tail);
    });
    return [claim, ...adds];
  }
}
