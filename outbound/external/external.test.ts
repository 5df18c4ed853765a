import { describe, expect, test } from 'vitest';
import type { CarrierResult } from '../../core/ports/carrier.ts';
import { type House, house } from '../../test/support/house.worker.ts';
import { parseDefault } from '../carriers/setting.ts';
import { externalCarrier } from './carrier.ts';

const ANN = 'ann@one.example';
const X = 'x@away.example';
const Y = 'y@away.example';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LEASE = { limit: 10, leaseMs: 5 * MINUTE };

async function world() {
  const h = await house();
  h.state.carrier = externalCarrier(1_000_000);
  const { ref } = h.sender(ANN);
  const submit = (id: string, to: string, more = '') =>
    h.outbound.submit({
      submissionId: id,
      sender: h.sender(ANN),
      raw: new TextEncoder().encode(
        `From: ${ANN}\nTo: ${to}\n${more}Subject: S\nMessage-ID: <m@one.example>\n\nWords.\n`,
      ),
      saveInSentItems: true,
      correlationId: 'c',
    });
  return { h, ref, submit, external: h.outbound.external };
}

const said = (address: string, outcome: CarrierResult['outcome'], status = '2.0.0'): CarrierResult => ({
  ...{ address, outcome, status, text: 'said so' },
});

async function states(h: House, id: string) {
  const entry = await h.outbound.get(h.sender(ANN).ref, id);
  return Object.fromEntries((entry?.recipients ?? []).map((r) => [r.address, r.state]));
}

/** What the queue and the cron do by themselves. */
async function pump(h: House): Promise<number> {
  const jobs = h.queues.sent.outbound.splice(0);
  await h.outbound.attempt(jobs);
  await h.outbound.resume('t1');
  return jobs.length;
}

describe('mail that a sender outside comes for', () => {
  test('waits for it, while the copies for mailboxes here are placed at once', async () => {
    const { h, submit, external } = await world();
    expect((await submit('a', `${X}, bob@one.example`, `Bcc: ${Y}\n`)).kind).toBe('accepted');
    while ((await pump(h)) > 0) h.state.now += 1000;
    expect(await states(h, 'a')).toEqual({ [X]: 'queued', [Y]: 'queued', 'bob@one.example': 'sent' });
    const [taken, ...more] = (await external.take('t1', LEASE)) ?? [];
    expect(more).toEqual([]);
    expect(taken).toMatchObject({ uncertain: [], needs: { smtputf8: false, eightBit: false } });
    expect(await states(h, 'a')).toMatchObject({ [X]: 'sending', [Y]: 'sending' });
  });

  test('is given to one of two who come at once, and to nobody as long as the lease holds (I23)', async () => {
    const { h, submit, external } = await world();
    for (const id of ['a', 'b', 'c']) await submit(id, X);
    const both = await Promise.all([external.take('t1', LEASE), external.take('t1', LEASE)]);
    const ids = both.flatMap((list) => (list ?? []).map(({ entry }) => entry.submissionId));
    expect(ids.sort()).toEqual(['a', 'b', 'c']);
    h.state.now += LEASE.leaseMs - 1;
    await pump(h);
    expect(await external.take('t1', LEASE)).toEqual([]);
  });

  test('is the same signed bytes without Bcc, however often it is taken', async () => {
    const { h, ref, submit, external } = await world();
    await submit('a', X, `Bcc: ${Y}\n`);
    const read = async (lease: string) => {
      const bytes = await external.open(ref, 'a', lease);
      return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes;
    };
    const [first] = (await external.take('t1', LEASE)) ?? [];
    const text = await read(first?.lease ?? '');
    expect(text).toMatch(/^DKIM-Signature: n=1\r\n/);
    expect(text).not.toContain(Y);
    expect(text?.length).toBe(first?.size);
    h.state.now += LEASE.leaseMs;
    const [second] = (await external.take('t1', LEASE)) ?? [];
    expect(await read(first?.lease ?? '')).toBe('lost');
    expect(await read(second?.lease ?? '')).toBe(text);
    // The first one may have sent it: whoever takes it knows.
    expect(second?.uncertain.sort()).toEqual([X, Y]);
  });

  test('goes to nobody again who was said to have it, also by a lease that is over', async () => {
    const { h, ref, submit, external } = await world();
    await submit('a', `${X}, ${Y}`);
    const [first] = (await external.take('t1', LEASE)) ?? [];
    h.state.now += LEASE.leaseMs;
    const [second] = (await external.take('t1', LEASE)) ?? [];
    const late = await external.settle(ref, 'a', first?.lease ?? '', [
      said(X, 'sent'),
      said(Y, 'failed', '5.1.1'),
    ]);
    expect(late?.ignored).toEqual([Y]);
    expect(await states(h, 'a')).toEqual({ [X]: 'sent', [Y]: 'sending' });
    const end = [said(X, 'retry', '4.0.0'), said(Y, 'sent')];
    expect((await external.settle(ref, 'a', second?.lease ?? '', end))?.ignored).toEqual([X]);
    expect((await h.outbound.get(ref, 'a'))?.state).toBe('done');
    expect((await external.settle(ref, 'a', second?.lease ?? '', end))?.ignored).toEqual([X]);
    expect(await external.take('t1', LEASE)).toEqual([]);
    // Who never had it cannot say so.
    await submit('b', X);
    expect((await external.settle(ref, 'b', 'made up', [said(X, 'sent')]))?.ignored).toEqual([X]);
    expect(await states(h, 'b')).toEqual({ [X]: 'queued' });
  });

  test('is tried again after a while when it was not taken, and the sender hears of what failed', async () => {
    const { h, ref, submit, external } = await world();
    await submit('a', `${X}, ${Y}`);
    const [first] = (await external.take('t1', LEASE)) ?? [];
    const lease = first?.lease ?? '';
    const placed = h.state.placed.length;
    // Said of one: the lease holds for the other.
    await external.settle(ref, 'a', lease, [said(X, 'failed', '5.1.1')]);
    expect(await external.extend(ref, 'a', lease, 10 * MINUTE)).toEqual({ until: h.state.now + 10 * MINUTE });
    await external.settle(ref, 'a', lease, [said(Y, 'retry', '4.2.0')]);
    expect(await external.extend(ref, 'a', lease, 10 * MINUTE)).toBe('lost');
    expect(h.state.placed.length).toBe(placed + 1);
    expect(await external.take('t1', LEASE)).toEqual([]);
    h.state.now += 2 * MINUTE;
    await pump(h);
    const [again] = (await external.take('t1', LEASE)) ?? [];
    expect(again?.entry.recipients.filter((r) => r.state === 'sending').map((r) => r.address)).toEqual([Y]);
    expect(again?.uncertain).toEqual([]);
  });

  test('comes back to its sender when nobody comes for it in two days', async () => {
    const { h, ref, submit, external } = await world();
    await submit('a', X);
    const placed = h.state.placed.length;
    h.state.now += 48 * HOUR - 1;
    await pump(h);
    expect(await states(h, 'a')).toEqual({ [X]: 'queued' });
    h.state.now += 1;
    await pump(h);
    expect(await states(h, 'a')).toEqual({ [X]: 'failed' });
    expect((await h.outbound.get(ref, 'a'))?.state).toBe('done');
    expect(h.state.placed.length).toBe(placed + 1);
    expect(await external.take('t1', LEASE)).toEqual([]);
  });

  test('is not there for tenants whose mail leaves another way, nor for other mailboxes', async () => {
    const { h, submit, external } = await world();
    await submit('a', X);
    expect(await external.take('t2', LEASE)).toEqual([]);
    const [taken] = (await external.take('t1', LEASE)) ?? [];
    const other = { ...h.sender(ANN).ref, tenantId: 't2' };
    expect(await external.open(other, 'a', taken?.lease ?? '')).toBeNull();
    expect(await external.settle(other, 'a', taken?.lease ?? '', [said(X, 'sent')])).toBeNull();
    h.state.carrier = null;
    expect(await external.take('t1', LEASE)).toBeNull();
  });

  test('of which the bytes are gone is told to its sender', async () => {
    const { h, ref, submit, external } = await world();
    await submit('a', X);
    const entry = await h.outbound.get(ref, 'a');
    await h.blobs.delete(entry?.rawKey ?? '');
    expect(await external.take('t1', LEASE)).toEqual([]);
    expect(await states(h, 'a')).toEqual({ [X]: 'failed' });
  });

  test('may be the way of all tenants that chose none', () => {
    expect(parseDefault('external', 1000)).toEqual({ setting: { kind: 'external' }, secret: null });
  });
});
