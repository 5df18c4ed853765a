import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine } from './machine.ts';
import type { ServerKind } from './servers.ts';

/** Seeds, and operations of each. */
const PLAYS: [ServerKind, number[], number][] = [
  ['process', [1, 2, 3, 4, 5, 6], 320],
  ['workerd', [1], 60],
];

describe.each(PLAYS)('%s', (kind, seeds, operations) => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await Machine.start({ kind });
  });
  afterAll(() => machine?.server.stop());

  test('devices, mail and webmail over a transport that loses and repeats: all views become the mailbox (I14 to I20)', async () => {
    const runs = await Promise.all(seeds.map((seed) => machine.run(machine.steps(seed, operations))));
    for (const [i, { failure, checkpoints }] of runs.entries()) {
      expect(failure === null ? '' : `seed ${seeds[i]}, step ${failure.at}: ${failure.error.message}`).toBe(
        '',
      );
      expect(checkpoints).toBeGreaterThan(0);
    }
  }, 480_000);

  test('a new draft that is sent twice at once is one draft, and both requests are answered (I16)', async () => {
    const world = await machine.newWorld();
    const phone = world.device(0);
    await phone.settle();
    const drafts = phone.collection(phone.folderOfType(3) ?? '');
    const draft = { subject: 'Once', body: 'Only once', to: world.user(1).address };
    drafts.pending.push({ kind: 'addDraft', clientId: 'c1', ...draft });
    await phone.sync([drafts.id], { window: 10 }, 'atOnce');
    expect(phone.turnedAway).toBe(0);
    await phone.settle();
    expect([...drafts.view.values()].map((d) => d.body)).toEqual(['Only once']);
  });
});
