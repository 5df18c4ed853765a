import { completed } from '../../../core/mail/authoring/compose.ts';
import { submissionIdOf } from '../../../core/mail/sending/ids.ts';
import type { Refusal } from '../../../core/ports/outbound.ts';
import { newId } from '../../../platform/ids.ts';
import { DataError, type ErrorCode } from '../../../shared/data/errors.ts';
import type { OperationOutput } from '../../../shared/data/operations.ts';
import type { DataContext } from '../context.ts';
import type { Box } from '../scope.ts';

const REFUSED: Readonly<Record<Refusal, [code: ErrorCode, text: string, status?: number]>> = {
  'no-recipients': ['INVALID_ARGUMENT', 'the message has no recipients'],
  'too-many-recipients': ['INVALID_ARGUMENT', 'the message has too many recipients'],
  'bad-message': ['INVALID_ARGUMENT', 'this is no message that can be sent'],
  'from-not-allowed': ['PERMISSION_DENIED', 'the user may not send as this author'],
  'too-large': ['INVALID_ARGUMENT', 'the message is larger than may be sent', 413],
  loop: ['INVALID_ARGUMENT', 'the message has come by too many hosts'],
  'over-quota': ['UNAVAILABLE', 'the mailbox is too full to send', 507],
  'rate-limited': ['UNAVAILABLE', 'more was sent than may be in this time', 429],
  'sending-locked': ['PERMISSION_DENIED', 'the user may not send at this time'],
};
const LIMIT_RETRY_S = 3600;

/** A name of the domain of the user for something that is written here. */
export function messageIdFor(box: Box, name: string): string {
  const { address } = box.user;
  return `${name.slice(0, 32)}@${address.slice(address.lastIndexOf('@') + 1)}`;
}

export interface Handing {
  /** Names what is sent: the same again is not sent again (I16). */
  key: string | undefined;
  saveInSentItems: boolean;
  notBefore?: number | undefined;
  /** The message, complete but for fields that none may be without. */
  raw(submissionId: string): Uint8Array | Promise<Uint8Array>;
}

/** Hands a message to the way out in the name of the owner of the mailbox. */
export async function handIn(
  { services, correlationId }: DataContext,
  box: Box,
  { key, saveInSentItems, notBefore, raw }: Handing,
): Promise<OperationOutput<'createEmail'>> {
  const { ref, tenant, user } = box;
  const submissionId = await submissionIdOf('data', ref.mailboxId, key ?? newId(services.now()));
  const frame = {
    author: { name: user.displayName, address: user.address },
    messageId: messageIdFor(box, submissionId),
    date: services.now(),
  };
  const result = await services.outbound.submit({
    ...{ submissionId, sender: { ref, tenant, user }, saveInSentItems, correlationId, via: 'data' },
    raw: completed(await raw(submissionId), frame),
    ...(notBefore === undefined ? {} : { notBefore }),
  });
  if (result.kind === 'refused') {
    const [code, text, status] = REFUSED[result.reason];
    const later = code === 'UNAVAILABLE' ? { retryAfterSeconds: LIMIT_RETRY_S } : {};
    throw new DataError(code, text, { status, ...later });
  }
  const id = result.kind === 'accepted' ? result.itemId : null;
  return { outcome: result.kind, id, modseq: null, submission: submissionId };
}
