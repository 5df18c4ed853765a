import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child, children } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { readChangeKey } from '../ids/id.ts';
import { applyUpdates } from '../items/editors/apply.ts';
import { editorOfView } from '../items/editors/index.ts';
import { changedMeanwhile } from '../items/editors/message-save.ts';
import { savedItems } from '../items/editors/saved.ts';
import { dispositionOf, targetFolder } from '../items/editors/target.ts';
import { loadViews } from '../items/load.ts';
import type { SaveOrder } from '../items/property.ts';
import { tellSenders, tellsSenders } from '../items/receipts.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_CHANGES = 1000;
const CONFLICTS = ['NeverOverwrite', 'AutoResolve', 'AlwaysOverwrite'] as const;
const SEND_MEETINGS = [
  ...['SendToNone', 'SendOnlyToAll', 'SendOnlyToChanged', 'SendToAllAndSaveCopy', 'SendToChangedAndSaveCopy'],
];

interface UpdateOptions {
  conflict: (typeof CONFLICTS)[number];
  disposition: SaveOrder['disposition'] | null;
  sendMeetings: string | null;
  savedItemFolder: XmlElement | null;
  /** Senders are told that their message was read. */
  tells: boolean;
}

/** UpdateItem (MS-OXWSCORE 3.1.4.9). A missing ChangeKey is the version that is there. */
export const updateItem: Operation = async (request, context) => {
  const list = children(child(request, 'ItemChanges'), 'ItemChange');
  if (list.length === 0) throw new SchemaError('ItemChanges must hold a change.');
  if (list.length > MAX_CHANGES) {
    throw new EwsError(
      'ErrorBatchProcessingStopped',
      `At most ${MAX_CHANGES} items may be changed in one request.`,
    );
  }
  const conflict = CONFLICTS.find(
    (one) => one === (attributeOf(request, 'ConflictResolution') ?? 'AutoResolve'),
  );
  if (conflict === undefined) throw new SchemaError('ConflictResolution is none of the schema.');
  const sendMeetings = attributeOf(request, 'SendMeetingInvitationsOrCancellations');
  if (sendMeetings !== null && !SEND_MEETINGS.includes(sendMeetings)) {
    throw new SchemaError('SendMeetingInvitationsOrCancellations is none of the schema.');
  }
  const options: UpdateOptions = {
    ...{ conflict, sendMeetings, disposition: dispositionOf(request) },
    savedItemFolder: child(request, 'SavedItemFolderId')?.children[0] ?? null,
    tells: tellsSenders(request),
  };
  return eachMessage(context, 'UpdateItemResponseMessage', list, (change) =>
    update(change, options, context),
  );
};

async function update(change: XmlElement, options: UpdateOptions, context: EwsContext): Promise<XmlObject> {
  const [idElement] = change.children;
  if (idElement === undefined) throw new SchemaError('a change must name an item.');
  // One after the other: two changes of one item in a request follow each other.
  const [view] = await loadViews(context, [idElement]);
  if (view === undefined) throw new SchemaError('a change must name an item.');
  if (view instanceof EwsError) throw view;
  const { box, element, state } = view;
  const editor = editorOfView(view);
  if (editor === null) throw new EwsError('ErrorInvalidOperation', 'This item cannot be changed.');
  if (element === 'CalendarItem' && options.sendMeetings === null) {
    throw new EwsError(
      'ErrorSendMeetingInvitationsOrCancellationsRequired',
      'SendMeetingInvitationsOrCancellations is required for calendar items.',
    );
  }
  if (view.message !== null && element !== 'PostItem' && options.disposition === null)
    throw new EwsError('ErrorMessageDispositionRequired', 'MessageDisposition is required for messages.');
  await box.demand(state.folderId, 'write');
  const known = readChangeKey(attributeOf(idElement, 'ChangeKey'));
  if (options.conflict === 'NeverOverwrite' && known !== null && known !== state.modseq)
    throw changedMeanwhile();
  const disposition = view.message === null ? 'SaveOnly' : (options.disposition ?? 'SaveOnly');
  const folder = (await box.folders()).find((one) => one.folderId === state.folderId);
  if (folder === undefined)
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  const place =
    disposition === 'SaveOnly'
      ? { box, folder }
      : await targetFolder(context, options.savedItemFolder, 'Message', true);
  const draft = await editor.load(view, context);
  const extended = await applyUpdates(draft, child(change, 'Updates'), element, context);
  const expect = options.conflict === 'NeverOverwrite' ? state.modseq : null;
  const order: SaveOrder = { ...place, expect, disposition, sendMeetings: options.sendMeetings };
  const saved = await draft.save(order, extended);
  if (options.tells && saved !== null && !state.isRead) {
    const [now] = await box.store.itemStates([saved.itemId]);
    if (now?.isRead === true) await tellSenders(context, [view], 'displayed');
  }
  return { ...(await savedItems(context, box, saved)), ConflictResults: { Count: 0 } };
}
