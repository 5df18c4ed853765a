import { and, desc, eq, isNull, lt } from 'drizzle-orm';
import type { DeadLetter } from '../../../core/ports/directory.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { fitText } from '../../text.ts';
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

/** Newest first, before a time. */
export async function listDeadLetters(
  { executor, tables: { deadLetters } }: DirectoryContext,
  options: { queue?: string; before?: number; limit: number },
): Promise<DeadLetter[]> {
  return executor.all(
    executor.build
      .select(letterFields(deadLetters))
      .from(deadLetters)
      .where(
        and(
          options.queue === undefined ? undefined : eq(deadLetters.queue, options.queue),
          options.before === undefined ? undefined : lt(deadLetters.failedAt, options.before),
        ),
      )
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
  };
}
