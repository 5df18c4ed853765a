import type { AuditStore } from '../../core/ports/audit.ts';
import type { AuditJob } from '../../core/ports/queues.ts';
import { normaliseEvent } from '../normalise-event.ts';
import { compareText } from '../text.ts';

/** Audit events in memory. */
export function createMemoryAuditStore(): AuditStore {
  const events = new Map<string, AuditJob>();
  return {
    async append(list) {
      for (const event of list) {
        if (!events.has(event.eventId)) events.set(event.eventId, normaliseEvent(event));
      }
    },
    async list({ tenantId, action, before, limit }) {
      const wanted = (e: AuditJob) =>
        (tenantId === undefined || e.tenantId === tenantId) &&
        (action === undefined || e.action === action) &&
        (before === undefined || e.at < before);
      return structuredClone(
        [...events.values()]
          .filter(wanted)
          .sort((a, b) => b.at - a.at || compareText(b.eventId, a.eventId))
          .slice(0, limit),
      );
    },
  };
}
