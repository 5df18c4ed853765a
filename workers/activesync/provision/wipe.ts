import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { PendingWipe, WipeKind } from '../../../core/policy/types.ts';
import type { AuditJob } from '../../../core/ports/queues.ts';
import { newId } from '../../../platform/ids.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { deviceRef } from '../gate/check.ts';
import { GATE } from '../gate/status.ts';
import type { Reply } from '../http/reply.ts';
import { atLeast } from '../http/versions.ts';
import { STATUS } from '../status.ts';
import { confirmWipe } from './confirmation.ts';
import { provisionRefusal, provisionReply } from './reply.ts';

/**
 * Tells the device to wipe (MS-ASPROV 3.2.5.1.1), whatever it asked for. What knows no account-only wipe is told
 * nothing but that one is wanted: it must not lose more than was meant, and cannot go on either.
 */
export async function orderWipe(
  context: EasContext,
  wipe: PendingWipe,
  said: WbxmlNode | null,
  status: number = STATUS.provision.ok,
): Promise<Reply> {
  if (wipe.kind === 'account' && !atLeast(context.version, '16.1')) {
    return provisionRefusal(context.version, GATE.wipeRequested);
  }
  const { services } = context;
  await services.directory.wipeSent(deviceRef(context), services.now());
  return provisionReply(
    said,
    status,
    el(wipe.kind === 'account' ? 'Provision:AccountOnlyRemoteWipe' : 'Provision:RemoteWipe'),
  );
}

/**
 * Takes the device's word on a wipe (MS-ASPROV 3.2.5.1.2.2). Done is kept for good, and takes its policy key; repeated,
 * because the answer was lost, it changes nothing. Failed leaves the wipe pending.
 */
export async function takeWipeAnswer(
  context: EasContext,
  answer: { kind: WipeKind; done: boolean },
): Promise<Reply> {
  const { services, gate } = context;
  const outcome = answer.done ? 'done' : 'failed';
  const ref = deviceRef(context);
  const changed = await services.directory.wipeAnswered(ref, answer.kind, outcome, services.now());
  if (changed) await record(context, answer.kind, outcome);
  if (changed && answer.done) services.defer(confirmWipe(context, answer.kind));
  const pending = gate.device?.wipe ?? null;
  if (!answer.done && pending !== null) {
    return orderWipe(context, pending, null, STATUS.provision.protocol);
  }
  return provisionReply(null, answer.done ? STATUS.provision.ok : STATUS.provision.protocol);
}

/** Called after the change: an audit queue that is down is logged, it undoes nothing. */
async function record(context: EasContext, kind: WipeKind, outcome: 'done' | 'failed'): Promise<void> {
  const { services, principal, query, correlationId, log } = context;
  const { tenantId, userId } = principal.user;
  const job: AuditJob = {
    v: 1,
    eventId: newId(),
    at: services.now(),
    tenantId,
    actor: `user/${userId}`,
    action: 'device.wiped',
    resource: `device/${userId}/${query.deviceId}`,
    outcome: outcome === 'done' ? 'ok' : 'error',
    details: { kind, deviceType: query.deviceType },
    correlationId,
  };
  try {
    await services.queues.audit([job]);
  } catch (error) {
    log.error('eas.audit-lost', { action: job.action, error: describeError(error) });
  }
}
