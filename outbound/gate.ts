import {
  type Asked,
  guardsOf,
  judgeSending,
  readSending,
  readUndoSeconds,
  SENDING_SETTING,
  type SendingSettings,
} from '../core/mail/sending/limits.ts';
import type { Refusal, Submission } from '../core/ports/outbound.ts';
import type { SendGuard, SendLock, SendUsage } from '../core/ports/outbox.ts';
import { mayLeave } from '../core/quota/check.ts';
import type { OutboundServices } from './services.ts';

export interface Passage {
  guards: SendGuard[];
  /** Before this time nothing of it leaves. */
  notBefore: number;
}

/**
 * Whether this user, who has sent so much so far, may send this message now, and when it leaves (A26). Rejects when the
 * directory does not answer.
 */
export async function passGate(
  services: OutboundServices,
  submission: Submission,
  { recipients, usage, lock }: { recipients: number; usage: SendUsage; lock: SendLock | null },
): Promise<Passage | Refusal> {
  const { ref } = submission.sender;
  const now = services.now();
  const automatic = submission.automatic !== undefined;
  if (submission.automatic?.uncounted === true) return { guards: [], notBefore: now };
  if (!automatic) {
    const room = await mayLeave(services, submission.sender, submission.raw.length);
    if (room !== 'ok') return room;
  }
  const asked: Asked = { automatic, recipients, now };
  const [setting, own] = await Promise.all([
    services.directory.getTenantSetting(ref.tenantId, SENDING_SETTING),
    automatic ? null : services.mail.mailbox(ref).getSetting(SENDING_SETTING),
  ]);
  const settings = readSending(setting);
  const verdict = judgeSending(settings, usage, automatic ? null : lock, asked);
  if (verdict !== 'ok') {
    services.log.warn('outbound.refused', {
      correlationId: submission.correlationId,
      tenantId: ref.tenantId,
      mailboxId: ref.mailboxId,
      verdict,
      recipients,
      automatic,
    });
  }
  switch (verdict) {
    case 'fan-out':
      await lockSender(services, submission, recipients, usage.hour.recipients);
      return 'sending-locked';
    case 'locked':
      return 'sending-locked';
    case 'rate-limited':
    case 'too-many-recipients':
      return verdict;
    case 'ok':
      return { guards: guardsOf(settings, asked), notBefore: leavesAt(settings, own, submission, now) };
  }
}

function leavesAt(
  { undoSendSeconds }: SendingSettings,
  own: unknown,
  { notBefore = 0, automatic }: Submission,
  now: number,
): number {
  const undo = automatic === undefined ? (readUndoSeconds(own) ?? undoSendSeconds) : 0;
  return Math.max(notBefore, now + undo * 1000);
}

/** Whoever suddenly writes to far more people than ever before may not be who they were. */
async function lockSender(
  services: OutboundServices,
  { sender, correlationId, submissionId }: Submission,
  recipients: number,
  inThisHour: number,
): Promise<void> {
  const { tenantId, mailboxId } = sender.ref;
  const now = services.now();
  const reason = `${inThisHour + recipients} recipients within an hour`;
  await services.outbox.putSendLock(tenantId, mailboxId, { lockedAt: now, reason, exemptUntil: 0 });
  try {
    await services.queues.audit([
      {
        v: 1,
        eventId: submissionId.slice(0, 64),
        at: now,
        tenantId,
        actor: 'system',
        action: 'user.sending-locked',
        resource: `user/${mailboxId}`,
        outcome: 'denied',
        details: { recipients, inThisHour },
        correlationId,
      },
    ]);
  } catch (error) {
    services.log.error('outbound.audit-lost', { correlationId, error: String(error) });
  }
}
