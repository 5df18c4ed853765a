import { type ChainHead, type ChainRow, INSTALLATION_CHAIN } from '../../core/audit/chain.ts';
import type { AuditEntry, AuditFilter, AuditStore } from '../../core/ports/audit.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { appendToChains } from '../append-to-chains.ts';
import { compareText } from '../text.ts';

interface Chain {
  head: ChainHead;
  rows: ChainRow[];
}

/** Audit events in memory. */
export function createMemoryAuditStore(): AuditStore {
  const chains = new Map<string, Chain>();
  const byName = () => [...chains.values()].sort((a, b) => compareText(a.head.chain, b.head.chain));
  const append = (events: readonly AuditJob[]) =>
    appendToChains(
      {
        async read(names) {
          const found = names.flatMap((name) => chains.get(name) ?? []);
          return structuredClone({
            heads: found.map(({ head }) => head),
            known: found.flatMap(({ rows }) => rows.map(({ chain, eventId }) => ({ chain, eventId }))),
          });
        },
        async write(links) {
          return links.map(({ head, rows }) => {
            const chain = chains.get(head.chain) ?? { head: structuredClone(head), rows: [] };
            const last = rows.at(-1);
            if (chain.head.seq !== head.seq || chain.head.hash !== head.hash || last === undefined)
              return false;
            chain.rows.push(...structuredClone(rows));
            Object.assign(chain.head, { seq: last.seq, hash: last.hash });
            chains.set(head.chain, chain);
            return true;
          });
        },
      },
      events,
    );
  return {
    append,
    async list(filter) {
      return [...chains.values()]
        .flatMap(({ rows }) => rows.map(entryOf))
        .filter((entry) => wanted(entry, filter))
        .sort((a, b) => b.at - a.at || compareText(b.eventId, a.eventId))
        .slice(0, filter.limit);
    },
    rows: async (chain, after, limit) =>
      structuredClone((chains.get(chain)?.rows ?? []).filter(({ seq }) => seq > after).slice(0, limit)),
    heads: async (after, limit) =>
      structuredClone(
        byName()
          .map(({ head }) => head)
          .filter(({ chain }) => compareText(chain, after) > 0)
          .slice(0, limit),
      ),
    head: async (chain) => structuredClone(chains.get(chain)?.head ?? null),
    async markAnchored(chain, seq, at) {
      const head = chains.get(chain)?.head;
      if (head !== undefined && head.anchoredSeq <= seq)
        Object.assign(head, { anchoredSeq: seq, anchoredAt: at });
    },
    async trim(name, through, limit) {
      const chain = chains.get(name);
      if (chain === undefined || chain.head.firstSeq > through) return 0;
      const last = Math.min(through, chain.head.firstSeq + limit - 1);
      const row = chain.rows.find(({ seq }) => seq === last);
      if (row === undefined) return 0;
      const before = chain.rows.length;
      chain.rows = chain.rows.filter(({ seq }) => seq > last);
      Object.assign(chain.head, { firstSeq: last + 1, baseHash: row.hash });
      return before - chain.rows.length;
    },
    adopt: async () => 0,
  };
}

function entryOf(row: ChainRow): AuditEntry {
  return {
    v: 1,
    ...row,
    outcome: row.outcome as AuditJob['outcome'],
    details: JSON.parse(row.details) as AuditJob['details'],
  };
}

function wanted(entry: AuditEntry, filter: AuditFilter): boolean {
  const { tenantId, since = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY, after } = filter;
  const equal = (['actor', 'action', 'resource', 'outcome', 'correlationId'] as const).every(
    (name) => filter[name] === undefined || filter[name] === entry[name],
  );
  return (
    equal &&
    (tenantId === undefined || entry.chain === (tenantId ?? INSTALLATION_CHAIN)) &&
    entry.at >= since &&
    entry.at < before &&
    (after === undefined ||
      entry.at < after.at ||
      (entry.at === after.at && compareText(entry.eventId, after.eventId) < 0))
  );
}
