import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { ThrottleRpc } from '../../platform/auth/throttle.ts';

const { THROTTLE } = env as unknown as { THROTTLE: DurableObjectNamespace };

test('counts and what is known outlive the object, and go when they are of no use', async () => {
  const stub = THROTTLE.get(THROTTLE.idFromName('account:ann'));
  const object = stub as unknown as ThrottleRpc;
  const first = await object.begin('account', 'good');
  expect(first).toEqual({ waitSeconds: 0, known: false, ticket: 'good' });
  await object.succeeded(first.ticket, 'good');
  for (let i = 0; i < 10; i++) {
    expect(await object.begin('account', `wrong-${i}`)).toMatchObject({ waitSeconds: 0 });
  }
  await evictDurableObject(stub);
  expect((await object.begin('account', 'other')).waitSeconds).toBeGreaterThan(290);
  expect(await object.begin('account', 'good')).toEqual({ waitSeconds: 0, known: true, ticket: null });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect((await object.begin('account', 'other')).waitSeconds).toBeGreaterThan(290);
});

test('an object of which nothing matters any more is empty', async () => {
  const stub = THROTTLE.get(THROTTLE.idFromName('net:192.0.2'));
  const object = stub as unknown as ThrottleRpc;
  const { ticket } = await object.begin('net', null);
  await object.succeeded(ticket, null);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
  expect(await object.begin('net', null)).toMatchObject({ waitSeconds: 0, known: false });
});
