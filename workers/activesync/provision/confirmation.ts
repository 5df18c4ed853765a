import type { WipeKind } from '../../../core/policy/types.ts';
import { newId } from '../../../platform/ids.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';

/** As Exchange calls it (MS-ASPROV S02): people search for it, and the conformance cases do. */
const SUBJECT = 'Remote Device Wipe Confirmation';

/** Tells the user, in a message from themselves as Exchange does, that the device has wiped. Never fails. */
export async function confirmWipe(context: EasContext, kind: WipeKind): Promise<void> {
  const { services, principal, ref, gate, query, correlationId, log } = context;
  const { user, tenant } = principal;
  const self = { name: user.displayName, address: user.address };
  const information = gate.device?.information;
  const lines = [
    kind === 'account'
      ? 'Your account was erased from this device:'
      : 'This device has erased everything it held:',
    '',
    `Device: ${information?.friendlyName ?? information?.model ?? query.deviceType}`,
    `Id: ${query.deviceId}`,
    `Time: ${new Date(services.now()).toISOString()}`,
  ];
  try {
    const raw = await services.composer.compose({
      from: self,
      to: [self],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: SUBJECT,
      importance: 'normal',
      text: `${lines.join('\r\n')}\r\n`,
      html: null,
      attachments: [],
      messageId: `${newId()}@${user.address.slice(user.address.lastIndexOf('@') + 1)}`,
      date: services.now(),
      inReplyTo: null,
      references: [],
      threadIndex: null,
    });
    const result = await services.outbound.submit({
      submissionId: newId(),
      sender: { ref, tenant, user },
      raw,
      saveInSentItems: true,
      correlationId,
      via: 'wipe',
    });
    if (result.kind === 'refused') log.warn('eas.wipe-not-confirmed', { reason: result.reason });
  } catch (error) {
    log.warn('eas.wipe-not-confirmed', { error: describeError(error) });
  }
}
