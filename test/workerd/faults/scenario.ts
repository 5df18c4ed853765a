import type { Env } from '../../../platform/env.ts';
import { buildMail } from '../../support/mail.ts';
import { checkConsistency, type Expected } from './consistency.ts';
import type { Fault } from './faulty.ts';
import { type Sending, World } from './world.ts';

/** Mails to send and what must be there in the end. */
export interface Scenario {
  names: string[];
  sendings(world: World): Sending[];
  expected: Expected;
}

let words = 0;

function mail(
  world: World,
  to: string,
  messageId: string,
  over: Parameters<typeof buildMail>[0] = {},
): Sending {
  words++;
  const raw = buildMail({ messageId: `<${messageId}>`, text: `word${words.toString(16)}\n`, ...over });
  return { from: 'sender@sender.example', to: world.address(to), raw };
}

/** One plain mail: the shortest way through everything. */
export const ONE_MAIL: Scenario = {
  names: ['ann'],
  sendings: (world) => [mail(world, 'ann', 'one@x')],
  expected: { ann: ['one@x'] },
};

/** A mail, its answer, the same mail for another mailbox, a repeat by the sender, and a stranger's with its Message-ID. */
export const FIVE_MAILS: Scenario = {
  names: ['ann', 'bob'],
  sendings: (world) => {
    const first = mail(world, 'ann', 'first@x', { html: '<p>word0</p>' });
    return [
      first,
      mail(world, 'ann', 'answer@x', { references: ['<first@x>'], subject: 'Re: Hello' }),
      { ...first, to: world.address('bob') },
      first,
      mail(world, 'ann', 'first@x'),
    ];
  },
  expected: { ann: ['first@x', 'answer@x', 'first@x'], bob: ['first@x'] },
};

export interface Outcome {
  violations: string[];
  /** Names of the binding calls of the isolate that had the plan. */
  calls: string[];
  struck: number[];
}

/**
 * Plays a scenario in an isolate under the plan, then restarts healthy: senders repeat what was not accepted, the
 * queues deliver what was not acknowledged, the reconciler runs, and everything must be consistent.
 */
export async function play(env: Env, scenario: Scenario, plan: readonly Fault[]): Promise<Outcome> {
  const world = new World(env);
  await world.setUp(scenario.names);
  world.restart(plan);
  const { run } = world;
  const unsent: Sending[] = [];
  for (const sending of scenario.sendings(world)) {
    if (!(await world.email(sending))) unsent.push(sending);
  }
  await world.pump();
  world.restart();
  for (const sending of unsent) await world.send(sending);
  await world.pump();
  await world.reconcile();
  await world.pump();
  const second = await world.reconcile();
  const violations = await checkConsistency(world, scenario.expected);
  if (second.orphans > 0) violations.push(`I6: the reconciler still finds ${second.orphans} orphans`);
  if (second.missing > 0) violations.push(`I7: the reconciler misses ${second.missing} raws`);
  return { violations, calls: run.calls, struck: run.struck };
}
