import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child } from '../../../../codecs/soap/read.ts';
import { type AuthorFrame, composeMessage } from '../../../../core/mail/authoring/compose.ts';
import { newId } from '../../../../platform/ids.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import { attachedFields } from '../attached-fields.ts';
import { carrierOf } from '../carrier.ts';
import type { ItemElement } from '../property.ts';
import { bound, type Draft, notAttached } from './bound.ts';
import { calendarEditor } from './calendar.ts';
import { contactEditor } from './contact.ts';
import { messageEditor } from './message.ts';
import { taskEditor } from './task.ts';

/** Puts what an element of an item says into its draft (apply.ts). */
export type Apply = (
  draft: Draft,
  item: XmlElement,
  element: ItemElement,
  context: EwsContext,
  skip: readonly string[],
) => Promise<Readonly<Record<string, { type: string; value: string | string[] } | null>>>;

/** What clients say of an attached item that only the server knows, and mean no harm by it. */
const SKIPPED = ['IsDraft', 'ItemId', 'DateTimeSent', 'DateTimeCreated'];
const MESSAGES: readonly string[] = ['Item', 'Message', 'PostItem'];
const OTHERS: readonly string[] = [
  ...['CalendarItem', 'Contact', 'Task', 'DistributionList', 'MeetingMessage', 'MeetingRequest'],
  ...['MeetingResponse', 'MeetingCancellation', 'RoleMember', 'Network', 'Person'],
];

/** The item of an ItemAttachment, null when it has none. */
export function attachedItemIn(element: XmlElement): XmlElement | null {
  return element.children.find(({ name }) => MESSAGES.includes(name) || OTHERS.includes(name)) ?? null;
}

export function authorFrame({ principal: { user }, services }: EwsContext): AuthorFrame {
  return {
    author: { name: user.displayName, address: user.address },
    messageId: `${newId(services.now())}@${user.address.slice(user.address.lastIndexOf('@') + 1)}`,
    date: services.now(),
  };
}

/** An item that is attached to another as the bytes of a message. @throws EwsError */
export async function attachedBytes(
  item: XmlElement,
  context: EwsContext,
  apply: Apply,
): Promise<Uint8Array> {
  const frame = authorFrame(context);
  const { composer } = context.services;
  if (!MESSAGES.includes(item.name)) return otherBytes(item, context, apply, frame);
  const element = item.name as ItemElement;
  const inner = await messageEditor.blank(context, element);
  const extended = await apply(bound(messageEditor, inner, context), item, element, context, SKIPPED);
  // An attached message has no row beside which this could be kept.
  const beside = attachedFields(inner.categories ?? [], { ...inner.kept, ...extended });
  const patch = { ...inner.patch, fields: [...(inner.patch.fields ?? []), ...beside] };
  return composeMessage(composer, frame, inner.mime, patch);
}

/** What is no message goes in one, as the document that other programs know (iCalendar, vCard). */
async function otherBytes(
  item: XmlElement,
  context: EwsContext,
  apply: Apply,
  frame: AuthorFrame,
): Promise<Uint8Array> {
  const draft = await blankOf(item.name, context);
  if (child(item, 'Attachments') !== null) {
    throw new EwsError('ErrorAttachmentNestLevelLimitExceeded', 'What is attached here has no files.');
  }
  const extended = await apply(draft, item, item.name as ItemElement, context, SKIPPED);
  const { document, kept } = await draft.compose();
  const carrier = await carrierOf(document);
  return composeMessage(context.services.composer, frame, null, {
    subject: carrier.subject,
    added: [carrier.file],
    fields: [...carrier.fields, ...attachedFields([], { ...kept, ...extended })],
  });
}

async function blankOf(name: string, context: EwsContext): Promise<Draft> {
  switch (name) {
    case 'CalendarItem':
      return bound(calendarEditor, await calendarEditor.blank(context, name), context);
    case 'Contact':
      return bound(contactEditor, await contactEditor.blank(context, name), context);
    case 'Task':
      return bound(taskEditor, await taskEditor.blank(context, name), context);
    default:
      throw notAttached();
  }
}
