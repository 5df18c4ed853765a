import { join, rewriteHeader, toCrlf } from '../../../../codecs/mime/edit/index.ts';
import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child } from '../../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../../codecs/soap/write.ts';
import { composeMessage } from '../../../../core/mail/authoring/compose.ts';
import type { MessagePatch } from '../../../../core/mail/authoring/patch.ts';
import { saveMessage } from '../../../../core/mail/authoring/save.ts';
import { indexRaw } from '../../../../core/mail/content.ts';
import { canonicalAddress } from '../../../../core/mail/recipients.ts';
import { answer } from '../../../../core/mail/sending/answer.ts';
import { submissionIdOf } from '../../../../core/mail/sending/ids.ts';
import { threadingFields } from '../../../../core/mail/sending/threading-fields.ts';
import { replyVerb } from '../../../../core/mail/sending/verb.ts';
import type { LastVerb, MailAddress, Message } from '../../../../core/mail/types.ts';
import { newId } from '../../../../platform/ids.ts';
import { describeError } from '../../../../platform/log.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import { applyItem } from '../editors/apply.ts';
import { bound } from '../editors/bound.ts';
import { messageEditor } from '../editors/message.ts';
import { send } from '../editors/message-save.ts';
import { savedItems } from '../editors/saved.ts';
import { targetFolder } from '../editors/target.ts';
import { markupOf } from '../editors/values.ts';
import type { ItemView } from '../view.ts';
import type { Responder } from './index.ts';

type Kind = 'reply' | 'replyAll' | 'forward' | 'post';

/** Replies and forwards: the client says what is new, the server has the rest (MS-OXWSMSG 2.2.4). */
export function answerMessage(kind: Kind): Responder {
  return async (object, view, options, context) => {
    const { message } = view;
    if (message === null) throw new EwsError('ErrorInvalidReferenceItem', 'Only messages can be answered.');
    const disposition = kind === 'post' ? 'SaveOnly' : options.disposition;
    if (disposition === null) {
      throw new EwsError('ErrorMessageDispositionRequired', 'MessageDisposition is required for messages.');
    }
    const element = kind === 'post' ? 'PostItem' : 'Message';
    const place = await targetFolder(context, options.savedItemFolder, element, disposition !== 'SaveOnly');
    const raw = await compose(object, message, kind, context);
    const { services, correlationId } = context;
    const { box, folder } = place;
    if (disposition === 'SaveOnly') {
      const saved = await saveMessage(services, {
        ...{
          ref: box.ref,
          itemId: newId(services.now()),
          present: null,
          folder,
          raw,
          receivedAt: services.now(),
        },
        ...{ isDraft: kind !== 'post', isRead: true, address: box.user.address, correlationId },
      });
      await box.tell([{ folderId: saved.folderId, modseq: saved.modseq, indexed: saved.itemId }]);
      return savedItems(context, box, saved);
    }
    const submissionId = await submissionIdOf('ews', box.ref.mailboxId, newId(services.now()));
    await send(context, raw, { submissionId, save: disposition === 'SendAndSaveCopy', order: place });
    await noteVerb(view, message, verbOf(raw, message, kind, context), context);
    return { Items: {} } satisfies XmlObject;
  };
}

async function compose(
  object: XmlElement,
  message: Message,
  kind: Kind,
  context: EwsContext,
): Promise<Uint8Array> {
  const { services, principal } = context;
  const forward = kind === 'forward';
  const limit = services.config.maxMessageBytes;
  if (message.size > limit)
    throw new EwsError('ErrorMessageSizeExceeded', 'The original is larger than may be sent.');
  const bytes = await services.blobs.readRange(message.rawKey, 0, message.size);
  if (bytes === null) throw new EwsError('ErrorItemCorrupt', 'The content of the original is not there.');
  const original = indexRaw(toCrlf(bytes));
  const patch = await patchOf(object, message, kind, context);
  const { address, displayName } = principal.user;
  const frame = {
    author: { name: displayName, address },
    messageId: `${newId(services.now())}@${address.slice(address.lastIndexOf('@') + 1)}`,
    date: services.now(),
  };
  const written = toCrlf(await composeMessage(services.composer, frame, null, patch));
  const { conversationIndex, threadId, baseSubject: topic } = message;
  const parent = { index: original.index, conversationIndex, threadId, topic };
  const fields = await threadingFields(written, parent, services.now());
  const own = join(rewriteHeader(written, new Set(), fields));
  // Who gives the whole body has quoted what was to be quoted.
  if (child(object, 'Body') !== null) return own;
  return answer(indexRaw(own), original, forward ? 'forward' : 'reply');
}

const SKIPPED = ['ReferenceItemId', 'NewBodyContent'];

/** What the client says over what an answer of this kind has by itself. */
async function patchOf(
  object: XmlElement,
  message: Message,
  kind: Kind,
  context: EwsContext,
): Promise<MessagePatch> {
  const draft = await messageEditor.blank(context, 'Message');
  await applyItem(bound(messageEditor, draft, context), object, 'Message', context, SKIPPED);
  const newBody = child(object, 'NewBodyContent');
  const body: MessagePatch['body'] =
    newBody === null
      ? { type: message.bodyHtmlPart === null ? 'text' : 'html', text: '' }
      : { type: newBody.attributes['BodyType'] === 'HTML' ? 'html' : 'text', text: markupOf(newBody) };
  const prefix = kind === 'forward' ? 'FW: ' : 'RE: ';
  return {
    subject: `${prefix}${message.baseSubject === '' ? message.subject : subjectWithout(message.subject)}`,
    body,
    ...recipientsOf(message, kind, context.principal.user.address),
    ...draft.patch,
  };
}

/** The subject as it is written, without the marks of answers before it. */
function subjectWithout(subject: string): string {
  return subject.replace(/^(?:\s*(?:re|fwd?|aw|wg|sv|vs|tr|odp)(?:\[\d+\])?\s*:\s*)+/i, '');
}

function recipientsOf(message: Message, kind: Kind, self: string): Pick<MessagePatch, 'to' | 'cc'> {
  if (kind === 'forward' || kind === 'post') return {};
  const asked = message.replyTo.length > 0 ? message.replyTo : message.from;
  const others = (list: readonly MailAddress[]) =>
    list.filter((one) => canonicalAddress(one.address) !== self);
  const own = asked.length > 0 && others(asked).length === 0;
  // Who answers what they sent themselves writes to its recipients.
  const to = own ? message.to : asked;
  if (kind === 'reply') return { to: [...to] };
  const named = new Set(to.map((one) => canonicalAddress(one.address)));
  const rest = (list: readonly MailAddress[]) =>
    others(list).filter((one) => !named.has(canonicalAddress(one.address)));
  return { to: [...to, ...rest(message.to)], cc: rest(message.cc) };
}

function verbOf(raw: Uint8Array, message: Message, kind: Kind, context: EwsContext): LastVerb {
  if (kind === 'forward') return 3;
  return replyVerb(message, indexRaw(raw).index, context.principal.user.address);
}

/** The answer is on its way: that this could not be noted must not make the client send it again. */
async function noteVerb(
  view: ItemView,
  message: Message,
  verb: LastVerb,
  context: EwsContext,
): Promise<void> {
  try {
    const changes = await view.box.store.setLastVerb([message.itemId], verb, context.services.now());
    await view.box.tell(changes.filter((one) => one.outcome === 'changed'));
  } catch (error) {
    context.log.warn('ews.verb-not-noted', { itemId: message.itemId, error: describeError(error) });
  }
}
