import { and, asc, desc, eq, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type {
  DeadLetter,
  DeadLetterCount,
  DeadLetterFilter,
  DeadLetterState,
} from '../../../core/ports/directory.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { askedId, fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Queue messages are at most 128 KB; escapes can make their JSON longer. */
const MAX_BODY = 1_000_000;
const MAX_ERROR = 8192;

export async function putDeadLetter(
  { executor, tables: { deadLetters } }: DirectoryContext,
  letter: DeadLetter,
): Promise<void> {
  await executor.atomic([
    executor.build
      .insert(deadLetters)
      .values({ ...letter, body: fitText(letter.body, MAX_BODY), error: fitText(letter.error, MAX_ERROR) })
      .onConflictDoNothing(),
  ]);
}

/** Newest first. */
export async function listDeadLetters(
  { executor, tables: { deadLetters } }: DirectoryContext,
  options: DeadLetterFilter,
): Promise<DeadLetter[]> {
  return executor.all(
    executor.build
      .select(letterFields(deadLetters))
      .from(deadLetters)
      .where(isAmong(deadLetters, options))
      .orderBy(desc(deadLetters.failedAt), desc(deadLetters.deadLetterId))
      .limit(options.limit),
  );
}

/** The same without what may be long. */
export async function deadLettersAfter(
  { executor, tables: { deadLetters } }: DirectoryContext,
  options: DeadLetterFilter,
): Promise<Omit<DeadLetter, 'body'>[]> {
  const { body: _, ...heads } = letterFields(deadLetters);
  return executor.all(
    executor.build
      .select(heads)
      .from(deadLetters)
      .where(isAmong(deadLetters, options))
      .orderBy(desc(deadLetters.failedAt), desc(deadLetters.deadLetterId))
      .limit(options.limit),
  );
}

export async function getDeadLetter(
  { executor, tables: { deadLetters } }: DirectoryContext,
  deadLetterId: string,
): Promise<DeadLetter | null> {
  const [row] = await executor.all(
    executor.build
      .select(letterFields(deadLetters))
      .from(deadLetters)
      .where(eq(deadLetters.deadLetterId, deadLetterId)),
  );
  return row ?? null;
}

export async function countDeadLetters({
  executor,
  tables: { deadLetters },
}: DirectoryContext): Promise<DeadLetterCount[]> {
  const waiting = sql`${deadLetters.replayedAt} is null and ${deadLetters.discardedAt} is null`;
  const replayed = sql`${deadLetters.replayedAt} is not null and ${deadLetters.discardedAt} is null`;
  return executor.all(
    executor.build
      .select({
        queue: deadLetters.queue,
        waiting: sql<number>`sum(case when ${waiting} then 1 else 0 end)`.as('waiting'),
        replayed: sql<number>`sum(case when ${replayed} then 1 else 0 end)`.as('replayed'),
        discarded: sql<number>`count(${deadLetters.discardedAt})`.as('discarded'),
        oldestWaitingAt: sql<number | null>`min(case when ${waiting} then ${deadLetters.failedAt} end)`.as(
          'oldest_waiting_at',
        ),
      })
      .from(deadLetters)
      .groupBy(deadLetters.queue)
      .orderBy(asc(deadLetters.queue)),
  );
}

function isAmong(deadLetters: DirectoryTables['deadLetters'], options: DeadLetterFilter) {
  return and(
    options.queue === undefined ? undefined : eq(deadLetters.queue, options.queue),
    options.state === undefined ? undefined : hasState(deadLetters, options.state),
    options.before === undefined ? undefined : lt(deadLetters.failedAt, options.before),
    options.after === undefined ? undefined : isBehind(deadLetters, options.after),
  );
}

function isBehind(deadLetters: DirectoryTables['deadLetters'], { at, id }: { at: number; id: string }) {
  const older = lt(deadLetters.failedAt, at);
  return and(lte(deadLetters.failedAt, at), or(older, lt(deadLetters.deadLetterId, askedId(id))));
}

function hasState(deadLetters: DirectoryTables['deadLetters'], state: DeadLetterState) {
  if (state === 'discarded') return isNotNull(deadLetters.discardedAt);
  const replayed = state === 'replayed' ? isNotNull(deadLetters.replayedAt) : isNull(deadLetters.replayedAt);
  return and(replayed, isNull(deadLetters.discardedAt));
}

/** The first time stays. */
export async function markDiscarded(
  { executor, tables: { deadLetters } }: DirectoryContext,
  deadLetterId: string,
  at: number,
): Promise<void> {
  await executor.atomic([
    executor.build
      .update(deadLetters)
      .set({ discardedAt: at })
      .where(and(eq(deadLetters.deadLetterId, deadLetterId), isNull(deadLetters.discardedAt))),
  ]);
}

/** The first time stays. */
export async function markReplayed(
  { executor, tables: { deadLetters } }: DirectoryContext,
  deadLetterId: string,
  at: number,
): Promise<void> {
  await executor.atomic([
    executor.build
      .update(deadLetters)
      .set({ replayedAt: at })
      .where(and(eq(deadLetters.deadLetterId, deadLetterId), isNull(deadLetters.replayedAt))),
  ]);
}

function letterFields(deadLetters: DirectoryTables['deadLetters']) {
  return {
    deadLetterId: deadLetters.deadLetterId,
    queue: deadLetters.queue,
    body: deadLetters.body,
    error: deadLetters.error,
    attempts: deadLetters.attempts,
    correlationId: deadLetters.correlationId,
    failedAt: deadLetters.failedAt,
    replayedAt: deadLetters.replayedAt,
    discardedAt: deadLetters.discardedAt,
  };
}
