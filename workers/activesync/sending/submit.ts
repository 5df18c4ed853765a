import type { SubmitResult } from '../../../core/ports/outbound.ts';
import type { EasContext } from '../context.ts';
import type { Reply } from '../http/reply.ts';
import type { SendRequest } from './request.ts';
import { failed, REFUSED, SEND, type SendCommand } from './status.ts';

/** Hands a message to the way out, as the signed-in user's. */
export function submit(
  { services, principal, ref, correlationId }: EasContext,
  request: Pick<SendRequest, 'submissionId' | 'saveInSentItems'>,
  raw: Uint8Array,
): Promise<SubmitResult> {
  const { submissionId, saveInSentItems } = request;
  const sender = { ref, ...principal };
  const via = 'activesync';
  return services.outbound.submit({ submissionId, sender, raw, saveInSentItems, correlationId, via });
}

/** Success is an empty answer (MS-ASCMD 2.2.1.17). */
export function answerOf(context: EasContext, command: SendCommand, result: SubmitResult): Reply {
  switch (result.kind) {
    case 'accepted':
      return { kind: 'empty' };
    case 'already':
      return failed(command, context.version, SEND.alreadySent);
    case 'refused':
      context.log.info('eas.not-sent', { command, reason: result.reason });
      return failed(command, context.version, REFUSED[result.reason]);
  }
}
