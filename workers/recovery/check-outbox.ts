import * as z from 'zod';
import { FAN_OUT, mapBounded } from '../../platform/bounded.ts';
import { type CheckPart, finding } from './finding.ts';

const PER_STEP = 100;
const HOUR = 3600_000;
/** An entry that is due for so long is taken up by nobody. */
const OVERDUE_MS = 2 * HOUR;
/** After its notice time every recipient was reached or given up: 48 hours of attempts, and some. */
const ENDLESS_MS = 72 * HOUR;

const cursorSchema = z.object({ createdAt: z.number(), submissionId: z.string() });

/** Messages on their way out that have lost their raw, that nobody takes up, or that never come to an end. */
export const checkOutbox: CheckPart = async (services, ref, { at }) => {
  const before = at === null ? null : cursorSchema.parse(JSON.parse(at));
  const which = { tenantId: ref.tenantId, state: 'open' as const };
  const entries = await services.outbox.listEntries(which, before, PER_STEP);
  const now = services.now();
  const heads = await mapBounded(entries, FAN_OUT, (entry) => services.blobs.head(entry.rawKey));
  const named = (list: typeof entries) => list.map((entry) => entry.submissionId);
  const tenant = { ...ref, mailboxId: '' };
  const last = entries.length < PER_STEP ? undefined : entries.at(-1);
  return {
    findings: [
      ...finding('outgoing-raw-missing', tenant, named(entries.filter((_, n) => heads[n] === null)), false),
      ...finding(
        'outbox-overdue',
        tenant,
        named(
          entries.filter(
            (entry) => entry.nextAttemptAt < now - OVERDUE_MS && entry.notBefore < now - OVERDUE_MS,
          ),
        ),
        false,
      ),
      ...finding(
        'outbox-endless',
        tenant,
        named(entries.filter((entry) => Math.max(entry.createdAt, entry.notBefore) < now - ENDLESS_MS)),
        false,
      ),
      ...finding(
        'outbox-nobody',
        tenant,
        named(entries.filter((entry) => entry.recipients.length === 0)),
        false,
      ),
    ],
    items: entries.length,
    next:
      last === undefined
        ? null
        : JSON.stringify({ createdAt: last.createdAt, submissionId: last.submissionId }),
  };
};
