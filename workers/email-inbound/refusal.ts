import type { AuditJob } from '../../core/ports/queues.ts';

export type RefusalReason =
  | 'unknown'
  | 'over-quota'
  | 'too-big'
  | 'blocked'
  | 'address-disabled'
  | 'group-closed'
  | 'group-empty'
  | 'group-too-large';

/**
 * Text of a refusal: reply code, enhanced status (RFC 3463) and words. The platform answers every rejected message
 * with a permanent error of its own and appends this reason, so the codes stand in the text for whoever reads the
 * bounce.
 */
export const REFUSALS: Record<RefusalReason, string> = {
  unknown: '550 5.1.1 No such recipient here',
  'over-quota': '552 5.2.2 The mailbox of the recipient is full',
  'too-big': '552 5.3.4 The message is larger than this system accepts',
  blocked: '550 5.7.1 The domain of the recipient accepts no mail',
  'address-disabled': '550 5.2.1 The address of the recipient is disabled',
  'group-closed': '550 5.7.1 The group takes no mail from this sender',
  // RFC 3463 3.3: mailing list expansion problem.
  'group-empty': '550 5.2.4 The group has no members that mail can go to',
  'group-too-large': '550 5.2.4 The group has more members than mail can go to at once',
};

/** The audit row of a refusal (I3): who and why, nothing of the message itself. */
export function refusalAudit(facts: {
  eventId: string;
  at: number;
  tenantId: string | null;
  recipient: string;
  mailFrom: string;
  size: number;
  reason: RefusalReason;
  correlationId: string;
}): AuditJob {
  return {
    v: 1,
    eventId: facts.eventId,
    at: facts.at,
    tenantId: facts.tenantId,
    actor: 'smtp',
    action: 'mail.refuse',
    resource: facts.recipient.slice(0, 400),
    outcome: 'denied',
    details: { reason: facts.reason, mailFrom: facts.mailFrom.slice(0, 400), size: facts.size },
    correlationId: facts.correlationId,
  };
}
