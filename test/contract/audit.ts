import { describe, expect, test } from 'vitest';
import { type ChainRow, genesisHash, hashRow, INSTALLATION_CHAIN } from '../../core/audit/chain.ts';
import type { AuditPosition, AuditStore } from '../../core/ports/audit.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { type Subject, unique } from './subject.ts';

export function auditContract(subject: Subject): void {
  describe('audit', () => {
    const eventsOf =
      (tenantId: string | null) =>
      (at: number, over: Partial<AuditJob> = {}): Required<AuditJob> => ({
        ...{ v: 1, eventId: unique('event'), at, tenantId, actor: 'user/ann', address: '192.0.2.7' },
        ...{ protocol: 'activesync', deviceId: null, action: 'login', resource: 'activesync', outcome: 'ok' },
        details: { address: '192.0.2.0', known: true, note: null, tries: 2 },
        correlationId: 'c',
        ...over,
      });

    test('appends each event once and lists them newest first', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = eventsOf(tenantId);
      const [a, b, c] = [event(1), event(2, { action: 'wipe', outcome: 'denied' }), event(3)];
      await audit.append([a, b]);
      await audit.append([{ ...a, actor: 'forged' }, c, c]);
      await audit.append([]);
      expect(await audit.list({ tenantId, limit: 10 })).toMatchObject([c, b, a]);
      const anonymous = eventsOf(null)(9_000_000_000_000, { details: { text: 'x\0y' } });
      await audit.append([anonymous]);
      expect(await audit.list({ limit: 1 })).toMatchObject([{ ...anonymous, details: { text: 'xy' } }]);
      expect(await audit.list({ tenantId: null, limit: 1 })).toMatchObject([{ chain: INSTALLATION_CHAIN }]);
    });

    test('finds by each field, and from one page to the next though many share a millisecond', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = eventsOf(tenantId);
      const wiped = event(2, { action: 'wipe', outcome: 'denied', actor: 'user/bob', resource: 'device/1' });
      const same = Array.from({ length: 7 }, () => event(5));
      const last = event(6, { correlationId: 'other' });
      await audit.append([event(1), wiped, ...same, last]);
      const ids = async (filter: Partial<Parameters<AuditStore['list']>[0]>) =>
        (await audit.list({ tenantId, limit: 20, ...filter })).map((e) => e.eventId);
      for (const filter of [
        { action: 'wipe' },
        { outcome: 'denied' as const },
        { actor: 'user/bob' },
        { resource: 'device/1' },
        { since: 2, before: 5 },
      ]) {
        expect(await ids(filter)).toEqual([wiped.eventId]);
      }
      expect(await ids({ correlationId: 'other' })).toEqual([last.eventId]);
      expect(await ids({ actor: 'nobody\0' })).toEqual([]);
      const found: string[] = [];
      let after: AuditPosition | undefined;
      for (let page = 0; page < 10; page++) {
        const entries = await audit.list({ tenantId, limit: 2, ...(after === undefined ? {} : { after }) });
        found.push(...entries.map((e) => e.eventId));
        after = entries.at(-1);
        if (after === undefined) break;
      }
      expect(found).toEqual(await ids({}));
      expect(found).toHaveLength(10);
    });

    test('I26: each row holds the hash of the one before it, without gaps', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = eventsOf(tenantId);
      await audit.append([event(1, { details: { z: 1, a: 'ünï 𝄞', 7: 0.1 } }), event(1)]);
      await audit.append([event(0)]);
      const rows = await audit.rows(tenantId, 0, 10);
      await chained(tenantId, rows);
      expect(rows.map((row) => row.seq)).toEqual([1, 2, 3]);
      expect(await audit.rows(tenantId, 1, 1)).toEqual([rows[1]]);
      const head = await audit.head(tenantId);
      expect(head).toMatchObject({ seq: 3, hash: rows[2]?.hash, firstSeq: 1, anchoredSeq: 0 });
      expect(await audit.head(unique('tenant'))).toBeNull();
      const page = await audit.heads(tenantId.slice(0, -1), 500);
      expect(page.find((one) => one.chain === tenantId)).toEqual(head);
    });

    test('I26: many who append at once neither fork the chain nor double or lose an event', async () => {
      const tenants = [unique('tenant'), unique('tenant')];
      const lists = Array.from({ length: 8 }, (_, n) =>
        tenants.flatMap((tenantId) => Array.from({ length: 5 }, () => eventsOf(tenantId)(n))),
      );
      // Each list comes twice, as a queue may bring it.
      await Promise.all(
        [...lists, ...lists].map(async (list) => {
          const { audit } = await subject.open();
          await audit.append(list);
        }),
      );
      const { audit } = await subject.open();
      for (const tenantId of tenants) {
        const rows = await audit.rows(tenantId, 0, 100);
        await chained(tenantId, rows);
        const sent = lists.flat().filter((event) => event.tenantId === tenantId);
        expect(rows.map((row) => row.eventId).sort()).toEqual(sent.map((event) => event.eventId).sort());
      }
    });

    test('removes rows from the beginning only, and keeps the hash that the rest follows from', async () => {
      const { audit } = await subject.open();
      const tenantId = unique('tenant');
      const event = eventsOf(tenantId);
      await audit.append([1, 2, 3, 4, 5].map((at) => event(at)));
      const rows = await audit.rows(tenantId, 0, 10);
      await audit.markAnchored(tenantId, 4, 99);
      await audit.markAnchored(tenantId, 3, 98);
      expect(await audit.trim(tenantId, 3, 2)).toBe(2);
      expect(await audit.trim(tenantId, 3, 2)).toBe(1);
      expect(await audit.trim(tenantId, 3, 2)).toBe(0);
      expect(await audit.trim(unique('tenant'), 3, 2)).toBe(0);
      expect(await audit.rows(tenantId, 0, 10)).toEqual(rows.slice(3));
      expect(await audit.head(tenantId)).toMatchObject({
        ...{ seq: 5, firstSeq: 4, baseHash: rows[2]?.hash, anchoredSeq: 4, anchoredAt: 99 },
      });
      await audit.append([event(6)]);
      expect((await audit.rows(tenantId, 4, 10)).map((row) => row.seq)).toEqual([5, 6]);
    });
  });
}

async function chained(chain: string, rows: readonly ChainRow[]): Promise<void> {
  let before = await genesisHash(chain);
  for (const [i, row] of rows.entries()) {
    expect(row.seq).toBe(i + 1);
    expect(row.hash).toBe(await hashRow(before, row));
    before = row.hash;
  }
}
