import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { child } from '../../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../../codecs/soap/write.ts';
import { declineReceipt } from '../../../../core/automatic/reports/receipts.ts';
import { cancelCalendarItem, removeItem } from '../../calendar/cancel.ts';
import { answerMeeting } from '../../calendar/respond.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import type { CreateOptions } from '../editors/target.ts';
import { loadViews } from '../load.ts';
import type { ItemView } from '../view.ts';
import { answerMessage } from './answer-message.ts';

/** Answers one response object; its item is read already. */
export type Responder = (
  object: XmlElement,
  view: ItemView,
  options: CreateOptions,
  context: EwsContext,
) => Promise<XmlObject>;

/** Response objects (MS-OXWSCDATA 2.2.4.60) by their element. */
const RESPONDERS: Readonly<Record<string, Responder>> = {
  ReplyToItem: answerMessage('reply'),
  ReplyAllToItem: answerMessage('replyAll'),
  ForwardItem: answerMessage('forward'),
  PostReplyItem: answerMessage('post'),
  SuppressReadReceipt: suppressReadReceipt,
  AcceptItem: answerMeeting('accepted'),
  TentativelyAcceptItem: answerMeeting('tentative'),
  DeclineItem: answerMeeting('declined'),
  CancelCalendarItem: cancelCalendarItem,
  RemoveItem: removeItem,
};

export function isResponseObject(name: string): boolean {
  return Object.hasOwn(RESPONDERS, name) || name === 'AcceptSharingInvitation';
}

/** One response object of CreateItem: what it answers is named by its ReferenceItemId. */
export async function respond(
  object: XmlElement,
  options: CreateOptions,
  context: EwsContext,
): Promise<XmlObject> {
  const responder = RESPONDERS[object.name];
  if (responder === undefined) {
    throw new EwsError('ErrorInvalidOperation', `${object.name} is not supported by this server.`);
  }
  const reference = child(object, 'ReferenceItemId');
  if (reference === null) {
    throw new EwsError(
      'ErrorMissingInformationReferenceItemId',
      `${object.name} must have a ReferenceItemId.`,
    );
  }
  const [view] = await loadViews(context, [{ ...reference, name: 'ItemId' }]);
  if (view === undefined || view instanceof EwsError) {
    throw view ?? new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  return responder(object, view, options, context);
}

/** The reader does not want to tell that it was read. */
async function suppressReadReceipt(
  _object: XmlElement,
  view: ItemView,
  _options: CreateOptions,
  context: EwsContext,
): Promise<XmlObject> {
  const { message, box } = view;
  if (message === null) throw new EwsError('ErrorReadReceiptNotPending', 'No receipt is asked for.');
  const { itemId } = message;
  const result = await declineReceipt(context.services, { ref: box.ref, itemId });
  if (result !== 'declined') {
    throw new EwsError('ErrorReadReceiptNotPending', 'No receipt is asked for.');
  }
  return { Items: {} };
}
