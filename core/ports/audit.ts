import type { AuditJob } from './queues.ts';

export interface AuditStore {
  /** Appends; an eventId that is already there is left as it is. */
  append(events: AuditJob[]): Promise<void>;
  list(options: { tenantId?: string; action?: string; before?: number; limit: number }): Promise<AuditJob[]>;
}
