/** Queue `scheduling`: attendees are told of what became of a meeting in its organizer's calendar. */
import type { SchedulingJob } from '../../core/ports/queues.ts';
import { tellAttendees } from '../../core/scheduling/tell.ts';
import {
  failedAgain,
  forgetUntold,
  givenUp,
  isGivenUp,
  noteUntold,
  refusedAgain,
  UntoldError,
  type UntoldNote,
  untoldNotes,
} from '../../core/scheduling/untold.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { writeDeadLetter } from './dead-letters.ts';
import { schedulingJob } from './jobs.ts';
import { acceptJobs, type Delivery, type QueueBatch, retryLater } from './settle.ts';

const QUEUE = 'scheduling';

export async function consumeScheduling(services: Services, batch: QueueBatch): Promise<void> {
  const told: SchedulingJob[] = [];
  for (const delivery of acceptJobs(batch, schedulingJob, services.log)) {
    try {
      await tellAttendees(services, delivery.job);
      told.push(delivery.job);
      delivery.message.ack();
    } catch (error) {
      await untold(services, delivery, error);
    }
  }
  if (told.length === 0) return;
  try {
    await forgetUntold(services.operations, told);
  } catch (error) {
    services.log.warn('scheduling.note-not-forgotten', { error: describeError(error) });
  }
}

/**
 * Faults are the queue's matter. What is refused comes again by the cron after a pause that grows, and is given up in
 * the end; what is refused for good, at once: an admin finds it among the dead letters.
 */
async function untold(services: Services, delivery: Delivery<SchedulingJob>, error: unknown): Promise<void> {
  const { message, job } = delivery;
  const { operations, log } = services;
  const now = services.now();
  const said = describeError(error);
  try {
    const before = (await untoldNotes(operations, [job]))[0] ?? null;
    if (!(error instanceof UntoldError)) {
      const note = failedAgain(before, said, now);
      if (before === null || !isGivenUp(before)) await noteUntold(operations, [{ item: job, note }]);
      retryLater(log, delivery, 'scheduling.failed', error);
      return;
    }
    const note = error.lasting ? givenUp(said, now) : refusedAgain(before, said, now);
    log.warn('scheduling.untold', { correlationId: job.correlationId, refusals: note.refusals, error: said });
    if (isGivenUp(note) && isNews(note, before)) {
      await writeDeadLetter(services, QUEUE, message, { error: said, attempts: note.refusals });
    }
    if (note !== before) await noteUntold(operations, [{ item: job, note }]);
    message.ack();
  } catch (fault) {
    log.warn('scheduling.not-noted', { correlationId: job.correlationId, error: describeError(fault) });
    retryLater(log, delivery, 'scheduling.failed', error);
  }
}

/** Whether an admin has not been told of this: a new reason, or a new attempt long after the last. */
function isNews(note: UntoldNote, before: UntoldNote | null): boolean {
  if (before === null || !isGivenUp(before)) return true;
  return note !== before && note.error !== before.error;
}
