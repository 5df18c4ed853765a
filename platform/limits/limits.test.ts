import { describe, expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { createLimits, type LimitServices, RequestLedger } from './index.ts';
import type { Ceiling } from './types.ts';
import { SlidingWindow } from './window.ts';

function world({ caller = 60, tenant = 600 } = {}) {
  const clock = { at: 1_000_000 };
  const objects = new Map<string, SlidingWindow>();
  const asked: string[] = [];
  const later: Promise<unknown>[] = [];
  const isolate = (over: Partial<LimitServices> = {}) =>
    createLimits({
      soft: { net: undefined, caller: undefined, tenant: undefined },
      counter: (name) => ({
        async spend(requests: number, ceiling: Ceiling) {
          asked.push(name);
          const window = objects.get(name) ?? new SlidingWindow();
          objects.set(name, window);
          return window.add(requests, ceiling, clock.at) || window.full(ceiling, clock.at);
        },
        async take(ceiling: Ceiling) {
          const window = objects.get(name) ?? new SlidingWindow();
          objects.set(name, window);
          return window.add(1, ceiling, clock.at);
        },
      }),
      ceilings: { caller, tenant: async () => tenant },
      ...{ ledger: new RequestLedger(), log: createLogger('error'), now: () => clock.at },
      defer: (work) => void later.push(work),
      ...over,
    });
  const settle = async () => void (await Promise.all(later.splice(0)));
  return { clock, asked, isolate, settle };
}

describe('requests of one caller', () => {
  test('beyond the ceiling wait, in every isolate that reports, and others do not', async () => {
    const { isolate, settle, clock } = world();
    const isolates = [isolate(), isolate(), isolate()];
    let taken = 0;
    let waits = 0;
    for (let n = 0; n < 300; n++) {
      const wait = await isolates[n % 3]?.admit({ caller: 'ews/ann', tenantId: null });
      await settle();
      if (wait === 0) taken++;
      else waits = Math.max(waits, wait ?? 0);
    }
    // Each isolate has its next report of 25 under way when the ceiling is reached.
    expect(taken).toBeGreaterThanOrEqual(60);
    expect(taken).toBeLessThanOrEqual(60 + 3 * 25);
    expect(waits).toBeGreaterThan(0);
    expect(await isolates[0]?.admit({ caller: 'ews/bob' })).toBe(0);
    clock.at += 120_000;
    expect(await isolates[0]?.admit({ caller: 'ews/ann' })).toBe(0);
  });

  test('who asks little is reported of by nobody', async () => {
    const { isolate, settle, clock, asked } = world();
    const limits = isolate();
    for (let n = 0; n < 200; n++) {
      clock.at += 2_000;
      expect(await limits.admit({ caller: 'activesync/ann', tenantId: 't1' })).toBe(0);
      await settle();
    }
    expect(asked).toEqual([]);
  });

  test('without a ceiling none is counted', async () => {
    const { isolate, settle, asked } = world({ caller: 0, tenant: 0 });
    const limits = isolate();
    for (let n = 0; n < 500; n++) expect(await limits.admit({ caller: 'a', tenantId: 't' })).toBe(0);
    await settle();
    expect(asked).toEqual([]);
  });

  test('an object that fails limits nobody', async () => {
    const { isolate, settle } = world();
    const limits = isolate({
      counter: () => ({
        spend: () => Promise.reject(new Error('overloaded')),
        take: () => Promise.reject(new Error('overloaded')),
      }),
    });
    for (let n = 0; n < 500; n++) expect(await limits.admit({ caller: 'a' })).toBe(0);
    await settle();
  });
});

test('all of a tenant together have a ceiling of their own', async () => {
  const { isolate, settle } = world({ caller: 1_000_000, tenant: 300 });
  const limits = isolate();
  let taken = 0;
  for (let n = 0; n < 1000; n++) {
    if ((await limits.admit({ caller: `ews/${n}`, tenantId: 't1' })) === 0) taken++;
    await settle();
  }
  expect(taken).toBeGreaterThanOrEqual(300);
  expect(taken).toBeLessThanOrEqual(400);
  expect(await limits.admit({ caller: 'ews/1', tenantId: 't2' })).toBe(0);
});

test("the platform's limiters refuse for half a minute; one that fails refuses nobody", async () => {
  const { isolate } = world();
  const keys: string[] = [];
  const refusing = {
    async limit({ key }: { key: string }) {
      keys.push(key);
      return { success: key !== 'ann' };
    },
  };
  const broken = { limit: () => Promise.reject(new Error('gone')) };
  const limits = isolate({ soft: { net: refusing, caller: refusing, tenant: broken } });
  expect(await limits.admit({ caller: 'ann', tenantId: 't1' })).toBe(30);
  expect(await limits.admit({ caller: 'bob', tenantId: 't1' })).toBe(0);
  expect(await limits.admit({ net: '192.0.2' })).toBe(0);
  expect(keys).toEqual(['ann', 'bob', '192.0.2']);
});

test('what is dear is counted in one place for all', async () => {
  const { isolate } = world();
  const ceiling = { count: 3, seconds: 60 };
  for (let n = 0; n < 3; n++) expect(await isolate().take('begin', '192.0.2', ceiling)).toBe(0);
  expect(await isolate().take('begin', '192.0.2', ceiling)).toBeGreaterThan(0);
  expect(await isolate().take('begin', '198.51.100', ceiling)).toBe(0);
  expect(await isolate().take('begin', null, ceiling)).toBe(0);
});
