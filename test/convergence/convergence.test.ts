import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { Machine } from './machine.ts';
import { World } from './world.ts';

let server: Waypost;
let machine: Machine;

beforeAll(async () => {
  server = await startWaypost({
    main: 'test/convergence/backstage.worker.ts',
    vars: { LOG_LEVEL: 'warn', PING_HOLD_MAX_S: '12' },
  });
  machine = await Machine.create(server);
});
afterAll(() => server?.stop());

test('devices, mail and webmail over a transport that loses and repeats: all views become the mailbox (I14 to I18)', async () => {
  const runs = await Promise.all([1, 2].map((seed) => machine.run(machine.steps(seed, 60))));
  for (const [i, { failure, checkpoints }] of runs.entries()) {
    expect(failure === null ? '' : `seed ${i + 1}, step ${failure.at}: ${failure.error.message}`).toBe('');
    expect(checkpoints).toBeGreaterThan(0);
  }
}, 180_000);

test('a new draft that is sent twice at once is one draft, and both requests are answered (I16)', async () => {
  const world = await World.create(server, machine.shard, machine.gate);
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
