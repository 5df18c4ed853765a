/**
 * Every call to a binding on the way of a message to another host is made to fail in every way. A recipient gets it
 * once; twice only if it was written down before that nobody knows whether the first time counted (I8, I23).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { FolderRole } from '../../../core/mail/types.ts';
import type { DeliveryState } from '../../../core/ports/outbox.ts';
import type { Env } from '../../../platform/env.ts';
import { newId } from '../../../platform/ids.ts';
import { buildMail } from '../../support/mail.ts';
import { eachStep } from './each-step.ts';
import { migratedEnv } from './environment.ts';
import type { Fault, FaultMode } from './faulty.ts';
import { World } from './world.ts';

const TIMEOUT = 600_000;
const AWAY = ['one@away.test', 'two@away.test'];
/** As if half an hour had passed: attempts that died count as dead, and what waits is due. */
const LATER = { idleMs: -1_800_000 };
let env: Env;

beforeAll(async () => {
  env = await migratedEnv();
});

async function subjectsIn(world: World, name: string, role: FolderRole): Promise<string[]> {
  const mailbox = world.services.mail.mailbox(world.ref(name));
  const folder = await mailbox.folderByRole(role);
  const items = await mailbox.snapshot(folder?.folderId ?? '', 0, null, 100);
  return (await mailbox.messages(items.map((i) => i.itemId))).map((m) => m.subject);
}

async function play(plan: readonly Fault[]) {
  const handed = new Map(AWAY.map((address) => [address, 0]));
  const SEND_EMAIL = {
    async send(message: { to: string }) {
      handed.set(message.to, (handed.get(message.to) ?? 0) + 1);
      return { messageId: `<${newId()}@service.test>` };
    },
  };
  const world = new World({ ...env, OUTBOUND_DEFAULT: 'cloudflare-email', SEND_EMAIL } as unknown as Env);
  await world.setUp(['ann', 'bob']);
  const submissionId = newId();
  const to = [...AWAY, world.address('bob')].join(', ');
  const raw = buildMail({ from: world.address('ann'), to, subject: 'S', messageId: null });
  const found = await world.services.directory.findLogin(world.address('ann'));
  if (found === null) throw new Error('no sender');
  const sender = { ref: world.ref('ann'), tenant: found.tenant, user: found.user };
  const submission = { submissionId, sender, raw, saveInSentItems: true, correlationId: newId() };
  // Handing in is another test's matter: here it is the queue's consumer that dies.
  await world.services.outbound.submit(submission);
  world.restart(plan);
  const { run } = world;
  await world.pump();
  world.restart();
  const between = await statesOf(world, submissionId);
  const before = new Map(handed);
  await world.pump();
  await world.services.outbound.resume(world.tenantId, LATER);
  await world.pump();
  await world.reconcile();
  await world.pump();
  const rest = await world.reconcile();
  return {
    calls: run.calls,
    struck: run.struck,
    between,
    before,
    handed,
    left: rest.orphans + rest.missing,
    states: await statesOf(world, submissionId),
    entry: (await world.services.outbound.get(world.ref('ann'), submissionId))?.state,
    boxes: {
      bob: await subjectsIn(world, 'bob', 'inbox'),
      ann: await subjectsIn(world, 'ann', 'inbox'),
      sent: await subjectsIn(world, 'ann', 'sent'),
    },
  };
}

async function statesOf(world: World, submissionId: string): Promise<Map<string, DeliveryState>> {
  const entry = await world.services.outbound.get(world.ref('ann'), submissionId);
  return new Map(entry?.recipients.map((r) => [r.address, r.state]));
}

/** What must not be, in words. */
function wrong({
  between,
  before,
  handed,
  states,
  entry,
  boxes,
  left,
}: Awaited<ReturnType<typeof play>>): string[] {
  const found: string[] = [];
  for (const address of AWAY) {
    const [state, first, all] = [between.get(address), before.get(address) ?? 0, handed.get(address) ?? 0];
    if (state === 'sent' && first !== 1) found.push(`${address} is sent, and was handed over ${first} times`);
    if (state === 'queued' && first !== 0) found.push(`${address} waits, and was handed over ${first} times`);
    if (first > 1) found.push(`${address} was handed over ${first} times by one attempt`);
    const unknown = state === 'sending' || state === 'uncertain';
    if (all !== 1 && !(unknown && all === first + 1))
      found.push(`${address} was handed over ${all} times, from ${state}`);
    if (states.get(address) !== 'sent') found.push(`${address} is ${states.get(address)} in the end`);
  }
  if (entry !== 'done') found.push(`the entry is ${entry}`);
  if (JSON.stringify(boxes) !== JSON.stringify({ bob: ['S'], ann: [], sent: ['S'] }))
    found.push(JSON.stringify(boxes));
  if (left > 0) found.push(`${left} left over`);
  return found;
}

describe('the way of a message to another host', () => {
  it('goes by the outbox and the carrier', async () => {
    const outcome = await play([]);
    expect(wrong(outcome)).toEqual([]);
    expect([...outcome.between.values()]).toEqual(['sent', 'sent', 'sent']);
    expect(outcome.calls.filter((c) => c === 'SEND_EMAIL.send')).toHaveLength(2);
  });

  it.each<FaultMode>([
    'before',
    'after',
    'hang',
    'crash',
  ])('ends with each recipient when any one call fails: %s (I8, I23)', {
    timeout: TIMEOUT,
  }, async (mode) => {
    const total = (await play([])).calls.length;
    const broken: string[] = [];
    let struck = 0;
    const outcomes = await eachStep(total, (step) => play([{ step, mode }]));
    for (const [before, outcome] of outcomes.entries()) {
      struck += outcome.struck.length;
      const what = wrong(outcome);
      if (what.length > 0)
        broken.push(`${mode} of ${outcome.calls[before]} (${before + 1}): ${what.join('; ')}`);
    }
    expect(broken).toEqual([]);
    expect(struck).toBeGreaterThan(total - 5);
  });

  it('ends with each recipient when the queue brings everything many times', {
    timeout: TIMEOUT,
  }, async () => {
    const handed: string[] = [];
    const SEND_EMAIL = { send: async ({ to }: { to: string }) => ({ messageId: `<${handed.push(to)}@x>` }) };
    const world = new World({ ...env, OUTBOUND_DEFAULT: 'cloudflare-email', SEND_EMAIL } as unknown as Env);
    await world.setUp(['ann']);
    world.queues.shuffle = (messages) => [...messages, ...messages].reverse();
    const found = await world.services.directory.findLogin(world.address('ann'));
    if (found === null) throw new Error('no sender');
    const sender = { ref: world.ref('ann'), tenant: found.tenant, user: found.user };
    const subjects = Array.from({ length: 6 }, (_, n) => `S${n}`);
    for (const subject of subjects) {
      const raw = buildMail({
        from: world.address('ann'),
        to: `${subject}@away.test`,
        subject,
        messageId: null,
      });
      const submission = {
        submissionId: newId(),
        sender,
        raw,
        saveInSentItems: true,
        correlationId: newId(),
      };
      await Promise.all([1, 2].map(() => world.services.outbound.submit(submission)));
    }
    await Promise.all([world.pump(), world.pump()]);
    await world.services.outbound.resume(world.tenantId);
    expect(handed.sort()).toEqual(subjects.map((s) => `${s.toLowerCase()}@away.test`));
    expect((await subjectsIn(world, 'ann', 'sent')).sort()).toEqual(subjects);
  });
});
