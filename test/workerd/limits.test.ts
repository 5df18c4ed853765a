import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { createLimits, RequestLedger } from '../../platform/limits/index.ts';
import type { SpendRpc } from '../../platform/limits/types.ts';
import { createLogger } from '../../platform/log.ts';

const { THROTTLE, LIMIT_CALLER } = env as unknown as {
  THROTTLE: DurableObjectNamespace;
  LIMIT_CALLER: RateLimit;
};

function isolate(perMinute: number, caller?: RateLimit) {
  const later: Promise<unknown>[] = [];
  const limits = createLimits({
    soft: { net: undefined, caller, tenant: undefined },
    counter: (name) => THROTTLE.get(THROTTLE.idFromName(`spent:${name}`)) as unknown as SpendRpc,
    ceilings: { caller: perMinute, tenant: async () => 0 },
    ...{ ledger: new RequestLedger(), log: createLogger('error'), now: Date.now },
    defer: (work) => void later.push(work),
  });
  return { limits, settle: async () => void (await Promise.all(later.splice(0))) };
}

test("the platform's limiter takes as many as its binding says, of each caller", async () => {
  const { limits } = isolate(0, LIMIT_CALLER);
  const waits = [];
  for (let n = 0; n < 7; n++) waits.push(await limits.admit({ caller: 'ews/ann' }));
  expect(waits).toEqual([0, 0, 0, 0, 0, 30, 30]);
  expect(await limits.admit({ caller: 'ews/bob' })).toBe(0);
});

test('the object stops a caller in all isolates that report of them', async () => {
  const [a, b] = [isolate(60), isolate(60)];
  let taken = 0;
  for (let n = 0; n < 200; n++) {
    const { limits, settle } = n % 2 === 0 ? a : b;
    if ((await limits.admit({ caller: 'ews/eve' })) === 0) taken++;
    await settle();
  }
  expect(taken).toBeGreaterThanOrEqual(60);
  expect(taken).toBeLessThanOrEqual(125);
});
