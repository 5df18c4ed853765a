import type { Erasure, ErasureSubject } from '../ports/erasure.ts';
import type { ErasureServices, Work } from './services.ts';
import { leftoversOf, STEPS } from './steps.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Behind the last step. */
const LOOK = 'look';
/** After this somebody else takes up what one who died has left. */
const ABANDONED_MS = 15 * MINUTE;
/** Another look after what stood in the way. */
const AGAIN_MS = HOUR;
/** Times through all steps before it waits: what still comes then is no accident. */
const MAX_ROUNDS = 5;
/** When it is looked once more for what came late: queues deliver for up to two weeks. */
const LOOKS_AFTER_MS = [DAY, 15 * DAY] as const;

/** more: go on. waits: not now (`nextAt`). over: there is nothing to do any more. busy: somebody else is at it. */
export type RunOutcome = 'more' | 'waits' | 'over' | 'busy';

/**
 * Goes on with an erase for `pieces` bounded pieces of work. Each is noted after it was done, so that a crash at any
 * moment repeats at most one, which removes nothing twice. Rejects when a store does not answer.
 */
export async function runErasure(
  services: ErasureServices,
  { tenantId, userId }: Pick<Erasure, 'tenantId' | 'userId'>,
  pieces: number,
): Promise<{ outcome: RunOutcome; erasure: Erasure | null }> {
  let erasure = await services.directory.getErasure(tenantId, userId);
  if (erasure === null || !isDue(erasure, services.now())) return { outcome: 'over', erasure };
  const subject = await subjectOf(services, erasure);
  if (subject === null) return { outcome: 'over', erasure };
  for (let n = 0; n < pieces; n++) {
    const next = await nextOf({ services, subject, erasure, cursor: erasure.progress.at?.cursor ?? '' });
    if (!(await services.directory.updateErasure(erasure, next))) return { outcome: 'busy', erasure };
    erasure = { ...next, revision: erasure.revision + 1 };
    if (next.progress.at === null) {
      return { outcome: next.nextAt === null ? 'over' : 'waits', erasure };
    }
  }
  return { outcome: 'more', erasure };
}

/** Whether there is something to do: it is under way, or its time has come. */
function isDue({ progress, nextAt }: Erasure, now: number): boolean {
  return progress.at !== null || (nextAt !== null && nextAt <= now);
}

async function subjectOf(
  { directory }: ErasureServices,
  { tenantId, userId, state }: Erasure,
): Promise<ErasureSubject | null> {
  const tenant = await directory.getTenant(tenantId);
  if (tenant === null) return null;
  const ref = { tenantId, mailboxId: userId, shard: tenant.mailShard };
  // Somebody else may have the address by now.
  if (state === 'erased') return { ref, addresses: [] };
  const found = await directory.getUser(tenantId, userId);
  const aliases = await directory.listAliases(tenantId, userId);
  return {
    ref,
    addresses: [...(found === null ? [] : [found.user.address]), ...aliases.map(({ address }) => address)],
  };
}

async function nextOf(work: Work): Promise<Erasure> {
  const { erasure, services, subject } = work;
  const now = services.now();
  const { progress, state } = erasure;
  const holds = await services.directory.holdsOn(subject.ref.tenantId, subject.ref.mailboxId);
  if (holds.length > 0) return waiting(erasure, now, `a legal hold covers the mailbox: ${holds[0]?.holdId}`);
  const going = { ...erasure, nextAt: now + ABANDONED_MS };
  const { at } = progress;
  const [first] = STEPS;
  if (at === null) {
    // Noted before anything is done: from here on nobody restores the user.
    const begun = { startedAt: progress.startedAt ?? now, at: { step: first?.name ?? '', cursor: '' } };
    return {
      ...going,
      state: state === 'deleted' ? 'erasing' : state,
      progress: { ...progress, ...begun, problem: null },
    };
  }
  const index = STEPS.findIndex(({ name }) => name === at.step);
  const entry = STEPS[index];
  if (entry === undefined) return finish(work, now);
  const { cursor, removed } = await entry.step(work);
  const next = cursor === null ? { step: STEPS[index + 1]?.name ?? LOOK, cursor: '' } : { ...at, cursor };
  return { ...going, progress: { ...progress, at: next, removed: summed(progress.removed, removed) } };
}

/** All steps were taken: nothing may be left. */
async function finish(work: Work, now: number): Promise<Erasure> {
  const { erasure } = work;
  const { progress } = erasure;
  const left = Object.entries(await leftoversOf(work));
  if (left.length > 0) {
    const rounds = progress.rounds + 1;
    const [first] = STEPS;
    if (rounds < MAX_ROUNDS && first !== undefined) {
      const at = { step: first.name, cursor: '' };
      return { ...erasure, nextAt: now + ABANDONED_MS, progress: { ...progress, rounds, at } };
    }
    const what = left.map(([name, n]) => `${name} ${n}`).join(', ');
    return waiting(
      { ...erasure, progress: { ...progress, rounds: 0 } },
      now,
      `there is still something left: ${what}`,
    );
  }
  const isFirst = erasure.finishedAt === null;
  const looks = isFirst ? 0 : progress.looks + 1;
  const wait = LOOKS_AFTER_MS[looks];
  return {
    ...erasure,
    ...{ state: 'erased', finishedAt: erasure.finishedAt ?? now },
    nextAt: wait === undefined ? null : now + wait,
    progress: { ...progress, looks, rounds: 0, at: null, problem: null },
  };
}

function waiting(erasure: Erasure, now: number, problem: string): Erasure {
  return { ...erasure, nextAt: now + AGAIN_MS, progress: { ...erasure.progress, at: null, problem } };
}

function summed(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [name, n] of Object.entries(b)) if (n > 0) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}
