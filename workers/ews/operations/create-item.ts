import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { attributeOf, child } from '../../../codecs/soap/read.ts';
import type { XmlObject } from '../../../codecs/soap/write.ts';
import type { EwsContext, Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { applyItem } from '../items/editors/apply.ts';
import { editorOfNew } from '../items/editors/index.ts';
import { isNote } from '../items/editors/note.ts';
import { savedItems } from '../items/editors/saved.ts';
import { CLASS_OF, type CreateOptions, dispositionOf, targetFolder } from '../items/editors/target.ts';
import type { ItemElement, SaveOrder } from '../items/property.ts';
import { isResponseObject, respond } from '../items/respond/index.ts';
import { eachMessage } from '../response-messages.ts';

const MAX_ITEMS = 1000;
const SEND_MEETINGS = ['SendToNone', 'SendOnlyToAll', 'SendToAllAndSaveCopy'];

/** CreateItem (MS-OXWSCORE 3.1.4.2): items of every class, and answers to items. */
export const createItem: Operation = async (request, context) => {
  const items = child(request, 'Items')?.children ?? [];
  if (items.length === 0) throw new SchemaError('Items must hold an item.');
  if (items.length > MAX_ITEMS) {
    throw new EwsError(
      'ErrorBatchProcessingStopped',
      `At most ${MAX_ITEMS} items may be made in one request.`,
    );
  }
  const options: CreateOptions = {
    disposition: dispositionOf(request),
    sendMeetings: sendMeetingsOf(request),
    savedItemFolder: child(request, 'SavedItemFolderId')?.children[0] ?? null,
  };
  return eachMessage(context, 'CreateItemResponseMessage', items, (item) =>
    isResponseObject(item.name) ? respond(item, options, context) : create(item, options, context),
  );
};

function sendMeetingsOf(request: XmlElement): string | null {
  const given = attributeOf(request, 'SendMeetingInvitations');
  if (given !== null && !SEND_MEETINGS.includes(given)) {
    throw new SchemaError('SendMeetingInvitations is none of the schema.');
  }
  return given;
}

async function create(item: XmlElement, options: CreateOptions, context: EwsContext): Promise<XmlObject> {
  const editor = editorOfNew(item);
  if (editor === null) throw new SchemaError(`${item.name} is no item that can be made.`);
  const element = item.name as ItemElement;
  const itemClass = isNote(item) ? 'Notes' : CLASS_OF[element];
  const isMail = itemClass === 'Email';
  // Of posts and plain items nobody needs to say what becomes of them: they are saved (MS-OXWSCORE 3.1.4.2).
  const isSaved = element === 'PostItem' || element === 'Item';
  if (isMail && !isSaved && options.disposition === null) {
    throw new EwsError('ErrorMessageDispositionRequired', 'MessageDisposition is required for messages.');
  }
  if (element === 'CalendarItem' && options.sendMeetings === null) {
    throw new EwsError(
      'ErrorSendMeetingInvitationsRequired',
      'SendMeetingInvitations is required for calendar items.',
    );
  }
  const disposition = element === 'PostItem' ? 'SaveOnly' : (options.disposition ?? 'SaveOnly');
  if (itemClass === 'Notes' && disposition !== 'SaveOnly')
    throw new EwsError('ErrorInvalidOperation', 'Notes are not sent.');
  const place = await targetFolder(
    context,
    options.savedItemFolder,
    element,
    isMail && disposition !== 'SaveOnly',
    itemClass,
  );
  const draft = await editor.blank(context, element);
  const extended = await applyItem(draft, item, element, context);
  const order: SaveOrder = { ...place, expect: null, disposition, sendMeetings: options.sendMeetings };
  const saved = await draft.save(order, extended);
  return savedItems(context, order.box, saved, child(item, 'Attachments') !== null);
}
