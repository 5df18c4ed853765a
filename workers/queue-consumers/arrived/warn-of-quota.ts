import type { User } from '../../../core/identity/types.ts';
import { type Limits, limitsFor } from '../../../core/quota/check.ts';
import type { Services } from '../../../platform/services.ts';
import type { Arrived } from '../arrived.ts';
import { noticeQuota } from '../quota-notice.ts';

/** How old the limits may be by which a user is warned; the daily round looks at all mailboxes anyway. */
const FRESH_MS = 60_000;
const MAX_ENTRIES = 2000;

interface Known {
  at: number;
  user: User;
  limits: Limits;
}

const isolate = new Map<string, Known>();

/** Tells the user at once when a message has brought the mailbox over a mark. */
export async function warnOfQuota(services: Services, { job }: Arrived): Promise<void> {
  const { tenantId, mailboxId, shard, correlationId } = job;
  const known = await limitsOf(services, tenantId, mailboxId);
  if (known === null) return;
  const ref = { tenantId, mailboxId, shard };
  await noticeQuota(services, ref, known.user, correlationId, known.limits);
}

async function limitsOf(services: Services, tenantId: string, mailboxId: string): Promise<Known | null> {
  const now = services.now();
  const key = `${tenantId}\0${mailboxId}`;
  const kept = isolate.get(key);
  if (kept !== undefined && now >= kept.at && now - kept.at <= FRESH_MS) return kept;
  const found = await services.directory.getUser(tenantId, mailboxId);
  if (found === null) return null;
  const known = { at: now, user: found.user, limits: await limitsFor(services, found.user) };
  if (isolate.size >= MAX_ENTRIES) isolate.clear();
  isolate.set(key, known);
  return known;
}
