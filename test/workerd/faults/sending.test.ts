/**
 * Every call to a binding on the way of a message that a user sends is made to fail in every way. The client sends
 * again until it is answered; then everybody has the message exactly once, whatever died on the way (I16, I23).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { FolderRole } from '../../../core/mail/types.ts';
import type { SubmitResult } from '../../../core/ports/outbound.ts';
import type { Env } from '../../../platform/env.ts';
import { newId } from '../../../platform/ids.ts';
import { buildMail } from '../../support/mail.ts';
import { eachStep } from './each-step.ts';
import { migratedEnv } from './environment.ts';
import type { Fault, FaultMode } from './faulty.ts';
import { World } from './world.ts';

/** A client waits longer; nothing here does. */
const PATIENCE_MS = 300;
const TIMEOUT = 600_000;
let env: Env;

beforeAll(async () => {
  env = await migratedEnv();
});

async function submit(
  world: World,
  submissionId: string,
  raw: Uint8Array,
): Promise<SubmitResult | 'no answer'> {
  const { services } = world;
  const found = await new World(env).services.directory.findLogin(world.address('ann'));
  if (found === null) throw new Error('no sender');
  const { tenant, user } = found;
  const sender = { ref: world.ref('ann'), tenant, user };
  const answer = services.outbound
    .submit({ submissionId, sender, raw, saveInSentItems: true, correlationId: newId() })
    .catch(() => 'no answer' as const);
  const silence = world.run.stuck.then(async () => {
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    return 'no answer' as const;
  });
  return Promise.race([answer, silence]);
}

async function subjectsIn(world: World, name: string, role: FolderRole): Promise<string[]> {
  const mailbox = world.services.mail.mailbox(world.ref(name));
  const folder = await mailbox.folderByRole(role);
  const items = await mailbox.snapshot(folder?.folderId ?? '', 0, null, 100);
  const messages = await mailbox.messages(items.map((i) => i.itemId));
  return messages.map((m) => `${m.subject}${m.receivedAsBcc ? ' (bcc)' : ''}${m.isRead ? ' (read)' : ''}`);
}

async function play(plan: readonly Fault[], together = 1) {
  const world = new World(env);
  await world.setUp(['ann', 'bob', 'cid', 'dan']);
  const to = ['bob', 'cid', 'nobody'].map((name) => world.address(name)).join(', ');
  const headers = [`Bcc: ${world.address('dan')}`];
  const raw = buildMail({ from: world.address('ann'), to, subject: 'S', messageId: null, headers });
  const submissionId = newId();
  world.restart(plan);
  const { run } = world;
  const answers = await Promise.all(Array.from({ length: together }, () => submit(world, submissionId, raw)));
  // Queues outlive the isolate, and so does whatever it had put into them.
  world.restart();
  if (answers.includes('no answer')) answers.push(await submit(world, submissionId, raw));
  const immediately = await subjectsIn(world, 'bob', 'inbox');
  await world.pump();
  await world.services.outbound.resume(world.tenantId, { idleMs: -60_000 });
  await world.reconcile();
  await world.pump();
  const rest = await world.reconcile();
  const mailboxes = {
    bob: await subjectsIn(world, 'bob', 'inbox'),
    cid: await subjectsIn(world, 'cid', 'inbox'),
    dan: await subjectsIn(world, 'dan', 'inbox'),
    ann: await subjectsIn(world, 'ann', 'inbox'),
    sent: await subjectsIn(world, 'ann', 'sent'),
    left: rest.orphans + rest.missing,
  };
  return { mailboxes, immediately, answers, calls: run.calls, struck: run.struck };
}

const EVERYBODY = {
  bob: ['S'],
  cid: ['S'],
  dan: ['S (bcc)'],
  ann: ['Undeliverable: S'],
  sent: ['S (read)'],
  left: 0,
};

describe('the way of a message that is sent', () => {
  it('touches the outbox, the blobs and the mailboxes, and ends with everybody', async () => {
    const { mailboxes, immediately, answers, calls } = await play([]);
    expect(mailboxes).toEqual(EVERYBODY);
    expect(immediately).toEqual(['S']);
    expect(answers).toMatchObject([{ kind: 'accepted' }]);
    for (const kind of ['DIRECTORY.', 'BLOBS.put', 'MAIL_1.', 'QUEUE_NOTIFY.']) {
      expect(calls.some((c) => c.startsWith(kind))).toBe(true);
    }
  });

  it('brings it to everybody once when many send it at the same time (I16)', {
    timeout: TIMEOUT,
  }, async () => {
    for (let round = 0; round < 5; round++) {
      const { mailboxes, answers } = await play([], 4);
      expect(mailboxes).toEqual(EVERYBODY);
      expect(answers.filter((a) => a !== 'no answer' && a.kind === 'accepted')).toHaveLength(1);
    }
  });

  it.each<FaultMode>([
    'before',
    'after',
    'hang',
    'dup',
    'crash',
  ])('brings it to everybody once when any one call fails: %s (I16, I23)', {
    timeout: TIMEOUT,
  }, async (mode) => {
    const total = (await play([])).calls.length;
    const broken: string[] = [];
    let struck = 0;
    const outcomes = await eachStep(total, (step) => play([{ step, mode }]));
    for (const [before, outcome] of outcomes.entries()) {
      struck += outcome.struck.length;
      const where = `${mode} of ${outcome.calls[before]} (${before + 1})`;
      if (JSON.stringify(outcome.mailboxes) !== JSON.stringify(EVERYBODY)) {
        broken.push(`${where}: ${JSON.stringify(outcome.mailboxes)} ${JSON.stringify(outcome.answers)}`);
      }
      const last = outcome.answers.at(-1);
      if (last === 'no answer' || last?.kind === 'refused') broken.push(`${where}: ${JSON.stringify(last)}`);
    }
    expect(broken).toEqual([]);
    expect(struck).toBeGreaterThan(total - 5);
  });
});
