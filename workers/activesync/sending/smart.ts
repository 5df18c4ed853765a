import { addressField, join, rewriteHeader, scanHeader, toCrlf } from '../../../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../../../codecs/mime/index.ts';
import { indexRaw } from '../../../core/mail/content.ts';
import { answer } from '../../../core/mail/sending/answer.ts';
import { threadingFields } from '../../../core/mail/sending/threading-fields.ts';
import { replyVerb } from '../../../core/mail/sending/verb.ts';
import type { LastVerb, MailAddress, Message } from '../../../core/mail/types.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import type { Reply } from '../http/reply.ts';
import { announceFolders } from '../item-operations/announce.ts';
import { forwardMeeting } from './forward-meeting.ts';
import { parseSend, type SendRequest } from './request.ts';
import { failed, SEND, type SendStatus } from './status.ts';
import { answerOf, submit } from './submit.ts';

/** Bytes of a raw in which its header is looked for. */
const HEAD_BYTES = 512 * 1024;
/** What a forward may be smaller than its two parts together: texts that were encoded, headers. */
const SLACK = 1024 * 1024;

/** SmartReply and SmartForward: the client sends what it wrote, the server has the rest (MS-ASCMD 2.2.1.18, 19). */
export async function sendAnswer(context: EasContext, kind: 'reply' | 'forward'): Promise<Reply> {
  const command = kind === 'reply' ? 'SmartReply' : 'SmartForward';
  const request = await parseSend(context, command);
  if (typeof request === 'number') return failed(command, context.version, request);
  const meeting = kind === 'forward' && !request.replaceMime ? await forwardMeeting(context, request) : null;
  if (meeting !== null) {
    const [passedOn] = await context.mailbox.messages([request.sourceId ?? '']);
    if (meeting.kind === 'empty' && passedOn !== undefined) await noteVerb(context, passedOn, 3);
    return meeting;
  }
  // Without a message of the client's own there is nothing but a meeting that could be forwarded.
  if (request.mime.length === 0 && request.forwardees.length > 0) {
    return failed(command, context.version, SEND.notFound);
  }
  const [source] = await context.mailbox.messages([request.sourceId ?? '']);
  if (source === undefined) return failed(command, context.version, SEND.notFound);
  const raw = await compose(context, request, source, kind);
  if (typeof raw === 'number') return failed(command, context.version, raw);
  const result = await submit(context, request, raw);
  if (result.kind !== 'refused') {
    const verb = kind === 'forward' ? 3 : replyVerb(source, headerIndex(raw), context.principal.user.address);
    await noteVerb(context, source, verb);
  }
  return answerOf(context, command, result);
}

async function compose(
  context: EasContext,
  { mime, replaceMime, forwardees }: SendRequest,
  source: Message,
  kind: 'reply' | 'forward',
): Promise<Uint8Array | SendStatus> {
  const { services } = context;
  // What cannot fit is refused before it is read into memory.
  const limit = services.config.maxMessageBytes;
  if (
    mime.length > limit ||
    (kind === 'forward' && !replaceMime && mime.length + source.size > limit + SLACK)
  ) {
    return SEND.tooLarge;
  }
  const written = withForwardees(toCrlf(mime), forwardees);
  if (scanHeader(written).fields.length === 0) return SEND.badMime;
  const end = replaceMime ? Math.min(source.size, HEAD_BYTES) : source.size;
  const bytes = await services.blobs.readRange(source.rawKey, 0, end);
  if (bytes === null) return SEND.notFound;
  const original = indexRaw(bytes);
  const { conversationIndex, threadId, baseSubject: topic } = source;
  const parent = { index: original.index, conversationIndex, threadId, topic };
  const fields = await threadingFields(written, parent, services.now());
  const own = join(rewriteHeader(written, new Set(), fields));
  return replaceMime ? own : answer(indexRaw(own), original, kind);
}

/** The people that a client names beside the message are its recipients too (MS-ASCMD 2.2.3.74). */
function withForwardees(raw: Uint8Array, forwardees: MailAddress[]): Uint8Array {
  if (forwardees.length === 0) return raw;
  const { to } = headerIndex(raw);
  return join(rewriteHeader(raw, new Set(['to']), [addressField('To', [...to, ...forwardees])]));
}

/** What the header alone says. */
function headerIndex(raw: Uint8Array): MessageIndex {
  return indexRaw(raw.subarray(0, scanHeader(raw).bodyStart)).index;
}

/** The message is sent: that this could not be noted must not make the client send it once more. */
async function noteVerb(context: EasContext, source: Message, verb: LastVerb): Promise<void> {
  try {
    const now = context.services.now();
    const [change] = await context.mailbox.setLastVerb([source.itemId], verb, now);
    if (change?.outcome === 'changed') await announceFolders(context, [change.folderId], change.modseq);
  } catch (error) {
    context.log.warn('eas.verb-not-noted', { itemId: source.itemId, error: describeError(error) });
  }
}
