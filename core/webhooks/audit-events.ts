import type { AuditJob } from '../ports/queues.ts';
import { auditType, type EventType, type HookEvent } from './events.ts';

/** Dead letters of this queue would bring forth the next ones. */
const OWN_QUEUE = 'webhooks';

/** The type that an entry of the audit log has for those who do not read the log; null: none. */
function typeOf({ action, outcome, details }: AuditJob): EventType | null {
  if (action === 'dead-letter') return 'deadletter.created';
  if (outcome !== 'ok') return null;
  switch (action) {
    case 'user.create':
      return 'user.created';
    case 'user.status':
      return details['status'] === 'disabled'
        ? 'user.suspended'
        : details['status'] === 'active'
          ? 'user.resumed'
          : null;
    case 'user.delete':
      return 'user.deleted';
    case 'user.restore':
      return 'user.restored';
    case 'user.erased':
      return 'user.erased';
    case 'device.register':
      return 'device.registered';
    case 'device.access':
      return details['access'] === 'quarantine' ? 'device.quarantined' : null;
    case 'quarantine.release':
      return 'quarantine.released';
    case 'device.wiped':
      return 'device.wiped';
    default:
      return null;
  }
}

/** What an entry of the audit log is told as: under its own name, and under a plainer one where it has one. */
export function eventsOfAudit(job: AuditJob): HookEvent[] {
  const { eventId, at, tenantId, action, actor, resource, outcome, details, correlationId } = job;
  if (action === 'dead-letter' && details['queue'] === OWN_QUEUE) return [];
  const common = { at, tenantId, correlationId };
  const { protocol = null, deviceId = null, address = null } = job;
  const whole: HookEvent = {
    ...{ ...common, eventId: `${eventId}.a`.slice(-64), type: auditType(action) },
    data: { actor, address, protocol, deviceId, action, resource, outcome, details, correlationId },
  };
  const type = typeOf(job);
  if (type === null) return [whole];
  const plain: HookEvent = { ...common, eventId, type, data: { ...subjectOf(job), actor, ...details } };
  const quarantined = type === 'device.registered' && details['access'] === 'quarantine';
  if (!quarantined) return [whole, plain];
  return [whole, plain, { ...plain, eventId: `${eventId}.q`.slice(-64), type: 'device.quarantined' }];
}

/** What it is about, by the names of its parts: `user/<id>`, `mailbox/<id>`, `device/<user>/<device>`, `dead-letter/<id>`. */
function subjectOf({ resource }: AuditJob): Record<string, string> {
  const [kind, first = '', second = ''] = resource.split('/', 3);
  if (kind === 'user') return { userId: first };
  if (kind === 'mailbox') return { mailboxId: first };
  if (kind === 'device') return { userId: first, deviceId: second };
  if (kind === 'dead-letter') return { deadLetterId: resource.slice('dead-letter/'.length) };
  return { resource };
}
