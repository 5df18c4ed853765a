/**
 * Every call to a binding that the consumer of the audit queue makes is made to fail in every way. Whatever died on the
 * way, each event is in its chain once, and the chain holds (I26).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyStep } from '../../../core/audit/verify.ts';
import type { AuditJob } from '../../../core/ports/queues.ts';
import type { Env } from '../../../platform/env.ts';
import { newId } from '../../../platform/ids.ts';
import { eachStep } from './each-step.ts';
import { migratedEnv } from './environment.ts';
import type { Fault, FaultMode } from './faulty.ts';
import { World } from './world.ts';

const TIMEOUT = 600_000;
const EVENTS = 40;
let env: Env;

beforeAll(async () => {
  env = await migratedEnv();
});

interface Outcome {
  calls: number;
  /** What was found wrong. */
  wrong: string[];
}

/** Events of two chains through the queue, under a plan and then without one. */
async function play(plan: readonly Fault[]): Promise<Outcome> {
  const world = new World(env);
  const tenants = [newId(), newId()];
  const events = Array.from(
    { length: EVENTS },
    (_, n): AuditJob => ({
      ...{ v: 1, eventId: newId(), at: 1000 + n, tenantId: tenants[n % 3 === 0 ? 0 : 1] ?? null },
      ...{ actor: 'user/u', action: 'mail.send', resource: 'mailbox/u', outcome: 'ok', details: { n } },
      correlationId: 'c',
    }),
  );
  await world.services.queues.audit(events);
  // Some of what the queue brings comes twice in one batch.
  world.queues.shuffle = (messages) => [...messages].reverse().concat(messages.slice(0, 5));
  world.restart(plan);
  await world.pump();
  const calls = world.run.calls.length;
  for (let n = 0; n < 8; n++) {
    world.restart();
    await world.pump();
  }
  const { services } = world;
  const wrong: string[] = [];
  for (const tenantId of tenants) {
    const rows = await services.audit.rows(tenantId, 0, 500);
    const sent = events.filter((event) => event.tenantId === tenantId).map((event) => event.eventId);
    const kept = rows.map((row) => row.eventId);
    if (kept.toSorted().join() !== sent.toSorted().join())
      wrong.push(`${kept.length} of ${sent.length} events`);
    const { findings } = await verifyStep({ ...services, now: () => 5000 }, tenantId, null);
    wrong.push(...findings.map(({ kind, from, to }) => `${kind} ${from}-${to}`));
  }
  if (world.queues.count('dlq-audit') > 0) wrong.push('a dead letter');
  return { calls, wrong };
}

describe('the consumer of the audit queue', () => {
  it('keeps every event once when nothing happens', async () => {
    expect((await play([])).wrong).toEqual([]);
  });

  it.each<FaultMode>(['before', 'after', 'hang', 'dup', 'crash'])(
    'keeps every event once whichever call is lost (%s)',
    async (mode) => {
      const { calls } = await play([]);
      expect(calls).toBeGreaterThan(2);
      const outcomes = await eachStep(calls, (step) => play([{ step, mode }]));
      expect(outcomes.map(({ wrong }, i) => `${i + 1}: ${wrong.join('; ')}`)).toEqual(
        outcomes.map((_, i) => `${i + 1}: `),
      );
    },
    TIMEOUT,
  );

  it(
    'keeps every event once when answers are lost one after the other',
    async () => {
      for (const [first, second] of [
        [1, 2],
        [2, 4],
        [3, 4],
      ] as const) {
        const plan: Fault[] = [
          { step: first, mode: 'after' },
          { step: second, mode: 'crash' },
        ];
        expect((await play(plan)).wrong).toEqual([]);
      }
    },
    TIMEOUT,
  );
});
