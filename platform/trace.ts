import type { QueuePort } from '../core/ports/queues.ts';
import type { TraceJob, TraceRows } from '../core/ports/trace.ts';
import { describeError, type Logger } from './log.ts';

/** Rows of one queue message: far below what the platform takes. */
const ROWS_A_JOB = 120;
const WAITS_MS = [0, 100, 400];

/**
 * Tells the trace, in as few queue messages as there can be. Never fails: mail does not wait for its trace. What the
 * queue does not take stands in the log of the platform as `trace.lost`, whole.
 */
export async function recordTrace(
  { queues, log }: { queues: Pick<QueuePort, 'trace'>; log: Pick<Logger, 'error'> },
  rows: TraceRows,
): Promise<void> {
  const jobs = jobsOf(rows);
  if (jobs.length === 0) return;
  let reason = '';
  for (const wait of WAITS_MS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      await queues.trace(jobs);
      return;
    } catch (error) {
      reason = describeError(error);
    }
  }
  for (const { trace, correlationId } of jobs) {
    log.error('trace.lost', { correlationId, rows: JSON.stringify(trace), error: reason });
  }
}

/** One list of several. */
export function traceRows(...lists: readonly TraceRows[]): TraceRows {
  return {
    messages: lists.flatMap(({ messages }) => messages),
    steps: lists.flatMap(({ steps }) => steps),
  };
}

function jobsOf({ messages, steps }: TraceRows): TraceJob[] {
  const jobs: TraceJob[] = [];
  for (let at = 0; at < Math.max(messages.length, steps.length); at += ROWS_A_JOB) {
    const trace = {
      messages: messages.slice(at, at + ROWS_A_JOB),
      steps: steps.slice(at, at + ROWS_A_JOB),
    };
    jobs.push({ v: 1, trace, correlationId: trace.messages[0]?.correlationId ?? '' });
  }
  return jobs;
}
