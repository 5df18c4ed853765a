import { describe, expect, it } from 'vitest';
import type { AuditJob } from '../../core/ports/queues.ts';
import { clientAddress, networkOf } from './address.ts';
import { type AuditFacts, createAuditTrail, RecentlyNoted } from './trail.ts';

const FACTS: AuditFacts = {
  ...{ tenantId: 't1', actor: 'user/u1', protocol: 'ews', action: 'item.read', resource: 'mailbox/u1' },
  ...{ correlationId: 'c', address: '192.0.2.1' },
};

function world(recent = new RecentlyNoted()) {
  const sent: AuditJob[][] = [];
  const lost: Record<string, unknown>[] = [];
  const deferred: Promise<unknown>[] = [];
  const state = { now: 3_600_000 * 5, failures: 0 };
  const log = {
    ...{ debug() {}, info() {}, warn() {}, with: () => log },
    error: (_: string, fields: Record<string, unknown> = {}) => void lost.push(fields),
  };
  const trail = createAuditTrail(
    {
      queues: {
        async audit(jobs) {
          if (state.failures-- > 0) throw new Error('queue down');
          sent.push(jobs);
        },
      },
      ...{ log, now: () => state.now, defer: (work) => void deferred.push(work) },
    },
    recent,
  );
  const settle = async () => {
    while (deferred.length > 0) await deferred.shift();
  };
  return { trail, sent, lost, state, settle, deferred };
}

describe('the trail', () => {
  it('sends what is recorded together in one message', async () => {
    const w = world();
    w.trail.record([FACTS, { ...FACTS, action: 'item.delete', details: { items: 2 } }]);
    await w.settle();
    expect(w.sent.map((jobs) => jobs.map((job) => job.action))).toEqual([['item.read', 'item.delete']]);
    expect(w.sent[0]?.[0]?.eventId).not.toBe(w.sent[0]?.[1]?.eventId);
  });

  it('notes one of a span, and another isolate gives it the same id', async () => {
    const [w, other] = [world(), world()];
    for (let n = 0; n < 3; n++) {
      w.trail.record([{ ...FACTS, once: 'hour', address: `192.0.2.${n}` }]);
      await w.settle();
    }
    other.trail.record([{ ...FACTS, once: 'hour' }]);
    await other.settle();
    expect(w.sent).toHaveLength(1);
    expect(other.sent[0]?.[0]?.eventId).toBe(w.sent[0]?.[0]?.eventId);
    w.state.now += 3_600_000;
    w.trail.record([{ ...FACTS, once: 'hour' }]);
    w.trail.record([{ ...FACTS, once: 'hour', resource: 'mailbox/u2' }]);
    w.trail.record([{ ...FACTS, once: 'hour', outcome: 'denied' }]);
    w.trail.record([{ ...FACTS, once: 'hour', apart: 'x' }]);
    await w.settle();
    expect(new Set(w.sent.flat().map((job) => job.eventId)).size).toBe(5);
  });

  it('defers nothing for what this isolate has noted', async () => {
    const w = world();
    w.trail.record([{ ...FACTS, once: 'hour' }]);
    await w.settle();
    w.trail.record([{ ...FACTS, once: 'hour' }]);
    expect(w.deferred).toHaveLength(0);
  });

  it('tries again when the queue does not take it, and else writes it to the log', async () => {
    const w = world();
    w.state.failures = 2;
    w.trail.record([FACTS]);
    await w.settle();
    expect(w.sent).toHaveLength(1);
    w.state.failures = 3;
    w.trail.record([{ ...FACTS, once: 'day' }]);
    await w.settle();
    expect(w.lost).toMatchObject([{ correlationId: 'c', event: expect.stringContaining('item.read') }]);
    w.state.failures = 0;
    w.trail.record([{ ...FACTS, once: 'day' }]);
    await w.settle();
    expect(w.sent).toHaveLength(2);
  });

  it('never fails for what cannot be found out', async () => {
    const w = world();
    w.trail.lookUp('minute', 'k', async () => {
      throw new Error('directory down');
    });
    await w.settle();
    expect(w.lost).toHaveLength(1);
  });

  it('looks nothing up again for the same attempt in a span', async () => {
    const w = world();
    let reads = 0;
    const look = () =>
      w.trail.lookUp('minute', 'ann', async () => {
        reads++;
        return [{ ...FACTS, once: 'minute' }];
      });
    for (let n = 0; n < 5; n++) look();
    await w.settle();
    w.state.now += 60_000;
    look();
    await w.settle();
    expect([reads, w.sent.length]).toEqual([2, 2]);
  });

  it('remembers a bounded number', () => {
    const recent = new RecentlyNoted();
    for (let n = 0; n <= 10_000; n++) recent.add(`k${n}`);
    expect([recent.has('k0'), recent.has('k1'), recent.has('k10000')]).toEqual([false, true, true]);
  });
});

describe('the address of a client', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2::9', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['2001:0db8:0001:2:3:4:5:6', '2001:db8:1::/48'],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('is told as the installation wants it, and nothing that is none', () => {
    const headers = (value: string) => new Headers({ 'cf-connecting-ip': value });
    expect(clientAddress(headers('192.0.2.7'), 'full')).toBe('192.0.2.7');
    expect(clientAddress(headers('192.0.2.7'), 'prefix')).toBe('192.0.2.0/24');
    expect(clientAddress(headers('<script>'), 'full')).toBeNull();
    expect(clientAddress(new Headers(), 'full')).toBeNull();
  });
});
