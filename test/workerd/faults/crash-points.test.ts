/**
 * Every call to a binding on the way email() -> ingest -> index -> notify is made to fail in every way, one after
 * the other; pairs of faults are sampled. Afterwards nothing may be lost, doubled or left over (I1, I2, I4 to I9,
 * I12 to I15).
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Env } from '../../../platform/env.ts';
import { eachStep } from './each-step.ts';
import { migratedEnv } from './environment.ts';
import type { Fault, FaultMode } from './faulty.ts';
import { FIVE_MAILS, ONE_MAIL, play, type Scenario } from './scenario.ts';

const ALL: FaultMode[] = ['before', 'after', 'hang', 'dup', 'corrupt', 'crash'];
/** Generous: the machine may be busy with other things. */
const TIMEOUT = 600_000;
let env: Env;

beforeAll(async () => {
  env = await migratedEnv();
});

/** A range of an object comes without a checksum, so a word of the search index can be wrong; the index is rebuildable. */
function excused(mode: FaultMode, violation: string): boolean {
  return mode === 'corrupt' && violation.includes('cannot find');
}

async function callsOf(scenario: Scenario): Promise<string[]> {
  const { violations, calls } = await play(env, scenario, []);
  expect(violations).toEqual([]);
  return calls;
}

describe.each<[string, Scenario, FaultMode[]]>([
  ['one mail', ONE_MAIL, ALL],
  ['five mails that belong together', FIVE_MAILS, ['before', 'after', 'crash']],
])('the way of %s', (_, scenario, modes) => {
  it('I1 I8: touches every kind of binding, and is consistent without any fault', async () => {
    const calls = await callsOf(scenario);
    for (const kind of [
      'DIRECTORY.',
      'BLOBS.put',
      'QUEUE_INGEST.',
      'BLOBS.get',
      'MAIL_1.',
      'SEARCH.',
      'HUB.',
    ]) {
      expect(
        calls.some((c) => c.startsWith(kind)),
        kind,
      ).toBe(true);
    }
  });

  it.each(modes)('stays consistent when any one call fails: %s', { timeout: TIMEOUT }, async (mode) => {
    const total = (await callsOf(scenario)).length;
    const broken: string[] = [];
    let struck = 0;
    const outcomes = await eachStep(total, (step) => play(env, scenario, [{ step, mode }]));
    for (const [before, outcome] of outcomes.entries()) {
      struck += outcome.struck.length;
      for (const v of outcome.violations) {
        if (!excused(mode, v)) broken.push(`${mode} of ${outcome.calls[before]} (${before + 1}): ${v}`);
      }
    }
    expect(broken).toEqual([]);
    expect(struck).toBe(total);
  });
});

describe('two faults', () => {
  it('leave nothing lost, doubled or left over', { timeout: TIMEOUT }, async () => {
    const fault = fc.record({ step: fc.integer({ min: 1, max: 60 }), mode: fc.constantFrom(...ALL) });
    const pairs = fc.sample(fc.tuple(fault, fault), 30);
    await eachStep(pairs.length, async (n) => {
      const pair: Fault[] = pairs[n - 1] ?? [];
      const { violations } = await play(env, FIVE_MAILS, pair);
      const corrupt = pair.some(({ mode }) => mode === 'corrupt');
      const left = violations.filter((v) => !(corrupt && excused('corrupt', v)));
      expect(left, JSON.stringify(pair)).toEqual([]);
    });
  });
});
