import type { AuditJob } from '../core/ports/queues.ts';
import { compareText, fitOptional, fitText } from './text.ts';

/** The event as the stores keep it: clean text of bounded length. */
export function normaliseEvent(event: AuditJob): Required<AuditJob> {
  const details = Object.entries(event.details)
    .slice(0, 64)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => [fitText(key, 255), typeof value === 'string' ? fitText(value, 4096) : value]);
  return {
    v: 1,
    eventId: fitText(event.eventId, 255),
    at: event.at,
    tenantId: fitOptional(event.tenantId, 255),
    actor: fitText(event.actor, 1024),
    address: fitOptional(event.address ?? null, 64),
    protocol: fitOptional(event.protocol ?? null, 32),
    deviceId: fitOptional(event.deviceId ?? null, 1024),
    action: fitText(event.action, 255),
    resource: fitText(event.resource, 1024),
    outcome: event.outcome,
    details: Object.fromEntries(details) as AuditJob['details'],
    correlationId: fitText(event.correlationId, 255),
  };
}
