import * as z from 'zod';
import {
  isFading,
  isPaused,
  noteUntold,
  type UntoldNote,
  untoldNotes,
} from '../../core/scheduling/untold.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Meetings that are looked at with one call. */
const PAGE = 100;
/** Store and queue calls of one run: an invocation has 1,000, and this is not all that it does. */
const MAX_CALLS = 200;
const CALLS_A_PAGE = 4;
const CURSOR = 'scheduling.untold';

const cursorSchema = z.object({
  tenantId: z.string(),
  after: z.object({ mailboxId: z.string(), itemId: z.string() }).nullable(),
});
type Cursor = z.infer<typeof cursorSchema>;

const START: Cursor = { tenantId: '', after: null };

type UntoldServices = Pick<Services, 'directory' | 'mail' | 'queues' | 'operations' | 'log' | 'now'>;

/**
 * Brings meetings to the queue whose attendees are still to be told of a change: what the queue lost, or never got, or
 * what was refused and has had its pause. A run goes on where the one before it came to. Number of tenants for which
 * that failed.
 */
export async function resumeScheduling(services: UntoldServices): Promise<number> {
  const { directory, operations, log } = services;
  const kept = cursorSchema.safeParse(await operations.getCursor(CURSOR));
  const from = kept.success ? kept.data : START;
  const tenants = (await directory.listTenants())
    .filter(({ tenantId }) => tenantId >= from.tenantId)
    .sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  let [left, failed] = [MAX_CALLS, 0];
  let next: Cursor = START;
  for (const { tenantId, mailShard: shard } of tenants) {
    let after = tenantId === from.tenantId ? from.after : null;
    next = { tenantId, after };
    if (left <= 0) break;
    try {
      for (let more = true; more && left > 0; ) {
        const due = await services.mail.duePim(tenantId, shard, 'announce', { until: 0, limit: PAGE, after });
        left -= due.length === 0 ? 1 : CALLS_A_PAGE;
        if (due.length > 0) await resume(services, { tenantId, shard }, due);
        after = due.at(-1) ?? after;
        more = due.length === PAGE;
        next = more ? { tenantId, after } : { tenantId: `${tenantId}\0`, after: null };
      }
    } catch (error) {
      failed++;
      log.error('scheduling.not-resumed', { tenantId, error: describeError(error) });
      // The others must not wait for it.
      next = { tenantId: `${tenantId}\0`, after: null };
      left--;
    }
  }
  const isAtEnd = !tenants.some(({ tenantId }) => tenantId >= next.tenantId);
  await operations.putCursor(CURSOR, isAtEnd ? START : next, services.now());
  return failed;
}

async function resume(
  services: UntoldServices,
  { tenantId, shard }: { tenantId: string; shard: string },
  due: readonly { mailboxId: string; itemId: string }[],
): Promise<void> {
  const { operations, queues, log } = services;
  const now = services.now();
  const items = due.map((one) => ({ tenantId, ...one }));
  const notes = await untoldNotes(operations, items);
  const ready = items.filter((_, n) => {
    const note = notes[n] ?? null;
    return note === null || !isPaused(note, now);
  });
  const fading = items.flatMap((item, n) => {
    const note: UntoldNote | null = notes[n] ?? null;
    return note !== null && isFading(note, now) ? [{ item, note: { ...note, failedAt: now } }] : [];
  });
  if (fading.length > 0) await noteUntold(operations, fading);
  if (ready.length > 0) {
    await queues.scheduling(
      ready.map(({ mailboxId, itemId }) => ({
        ...{ v: 1 as const, tenantId, mailboxId, shard, itemId, correlationId: 'cron' },
      })),
    );
  }
  log.info('scheduling.resumed', { tenantId, meetings: ready.length, waiting: items.length - ready.length });
}
