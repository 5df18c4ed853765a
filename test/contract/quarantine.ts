import { describe, expect, test } from 'vitest';
import type { HeldMessage, QuarantinePosition } from '../../core/ports/quarantine.ts';
import type { TrustVerdict } from '../../core/trust/types.ts';
import { freshRef, type Subject, unique } from './subject.ts';

export function quarantineContract(subject: Subject): void {
  describe('quarantine', () => {
    const kit = (ref = freshRef()) => {
      const held = (at: number, over: Partial<HeldMessage> = {}): HeldMessage => {
        const itemId = unique('item');
        return {
          ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId, itemId, rawKey: `blobs/${itemId}` },
          ...{ dedupeKey: itemId, state: 'held', reason: 'spam', why: 'spam score 0.99 of 0.95' },
          ...{ receivedAt: at, heldAt: at, expiresAt: at + 100, decidedAt: null, decidedBy: null },
          ...{ mailFrom: 'x@out.example', recipient: 'ann@one.example', author: 'Čeněk <x@out.example>' },
          ...{ subject: 'Win', messageId: 'm@x', size: 10, files: ['a.exe'], verdict: null },
          correlationId: 'c',
          ...over,
        };
      };
      return { ref, held };
    };

    test('holds a message once, and one raw of the same mail', async () => {
      const { quarantine, mail } = await subject.open();
      const { ref, held } = kit();
      const verdict: TrustVerdict = {
        source: 'checked',
        spf: 'fail',
        dkim: 'none',
        dmarc: 'fail',
        arc: 'none',
        policy: 'reject',
        fromDomain: 'out.example',
        spam: null,
        disposition: 'junk',
        reasons: ['dmarc=fail p=reject'],
      };
      const one = held(1, { verdict });
      expect(await quarantine.hold(ref, one)).toBe('held');
      expect(await quarantine.hold(ref, { ...one, subject: 'forged' })).toBe('held');
      expect(await quarantine.hold(ref, held(2, { dedupeKey: one.dedupeKey }))).toBe('duplicate');
      expect(await quarantine.get(ref, one.itemId)).toEqual(one);
      const other = { ...ref, mailboxId: `${ref.mailboxId}-2` };
      expect(await quarantine.get(other, one.itemId)).toBeNull();
      expect(await quarantine.get({ ...ref, tenantId: 't' }, one.itemId)).toBeNull();
      const keys = [one.rawKey, 'blobs/none'];
      expect(await mail.mailbox(ref).knownRawKeys(keys)).toEqual(new Set([one.rawKey]));
      expect(await mail.mailbox(other).knownRawKeys(keys)).toEqual(new Set());
    });

    test('is decided on once; what is released is to be placed, what is deleted is known', async () => {
      const { quarantine, mail } = await subject.open();
      const { ref, held } = kit();
      const [one, two] = [held(1), held(2)];
      for (const message of [one, two]) await quarantine.hold(ref, message);
      expect(await quarantine.decide(ref, 'nothing', 'released', 'a', 5)).toBe(false);
      expect(await quarantine.decide(ref, one.itemId, 'released', 'a', 5)).toBe(true);
      expect(await quarantine.decide(ref, one.itemId, 'deleted', 'b', 6)).toBe(false);
      expect(await quarantine.decide(ref, two.itemId, 'deleted', 'b', 6)).toBe(true);
      const decided = { state: 'released', decidedAt: 5, decidedBy: 'a' };
      expect(await quarantine.get(ref, one.itemId)).toMatchObject(decided);
      const known = await mail.mailbox(ref).knownRawKeys([one.rawKey, two.rawKey]);
      expect(known).toEqual(new Set([two.rawKey]));
      expect(await quarantine.forget(ref.tenantId, ref.shard, 6, 10)).toBe(1);
      expect(await quarantine.get(ref, one.itemId)).toBeNull();
      expect(await quarantine.get(ref, two.itemId)).not.toBeNull();
    });

    test('is listed for a tenant or a mailbox, and says whose time is over', async () => {
      const { quarantine } = await subject.open();
      const { ref, held } = kit();
      const other = kit({ ...ref, mailboxId: `${ref.mailboxId}-2` });
      const mine = [1, 2, 2, 3].map((at) => held(at));
      const theirs = other.held(4);
      for (const message of mine) await quarantine.hold(ref, message);
      await quarantine.hold(other.ref, theirs);
      const { tenantId, shard, mailboxId } = ref;
      const found: HeldMessage[] = [];
      let after: QuarantinePosition | undefined;
      for (let page = 0; page < 9; page++) {
        const rows = await quarantine.list(tenantId, shard, {
          ...{ state: 'held', limit: 2 },
          ...(after === undefined ? {} : { after }),
        });
        found.push(...rows);
        after = rows.at(-1);
        if (after === undefined) break;
      }
      expect(found.map(({ heldAt }) => heldAt)).toEqual([4, 3, 2, 2, 1]);
      const own = await quarantine.list(tenantId, shard, { mailboxId, state: 'held', limit: 9 });
      expect(own).toEqual(found.slice(1));
      expect(await quarantine.list(tenantId, shard, { state: 'deleted', limit: 9 })).toEqual([]);
      expect(await quarantine.list('t', shard, { state: 'held', limit: 9 })).toEqual([]);
      const over = await quarantine.expired(tenantId, shard, 102, 9);
      expect(over.map(({ heldAt }) => heldAt)).toEqual([1, 2, 2]);
    });
  });
}
