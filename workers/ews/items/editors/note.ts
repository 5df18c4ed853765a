import type { XmlElement } from '../../../../codecs/soap/parse.ts';
import { textOf } from '../../../../codecs/soap/read.ts';
import { formatUtc } from '../../../../core/calendar/time/civil.ts';
import type { CalendarEvent } from '../../../../core/calendar/types.ts';
import type { Note } from '../../../../core/notes/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import type { PimItem } from '../../../../core/pim/types.ts';
import { newId } from '../../../../platform/ids.ts';
import { commonSetters } from '../../calendar/apply-fields.ts';
import { fieldOfMapi, newDraft, type ObjectDraft, refused, storedValue } from '../../calendar/edits.ts';
import { putObject, repeated } from '../../calendar/store.ts';
import type { EwsContext } from '../../context.ts';
import { EwsError } from '../../errors.ts';
import type { ItemEditor, SavedItem, SaveOrder } from '../property.ts';
import type { StoredProperty } from '../view.ts';
import { storeExtended } from './stored.ts';

type NoteItem = PimItem & { kind: 'note' };
type Words = Pick<CalendarEvent, 'title' | 'description' | 'descriptionContentType' | 'keywords'>;

/** MS-ASNOTE 2.2.2.5. */
const CLASS = /^IPM\.StickyNote(?:\..+)?$/i;
const MAX_CLASS = 255;
const SETTERS = commonSetters<Words>();
const FIELDS = new Set(['item:Subject', 'item:Body', 'item:Categories']);
/** What clients say of each message that they make, and what means nothing for a note. */
const KEPT = new Set(['item:Importance', 'item:Sensitivity', 'item:Culture', 'message:IsRead']);
const MAPI = {
  '0x0037': { uri: 'item:Subject' },
  '0x1000': { uri: 'item:Body' },
  'PublicStrings/Keywords': { uri: 'item:Categories' },
};

/** Whether a message that CreateItem names is a note: they have no element of their own. */
export function isNote(item: XmlElement): boolean {
  return item.name === 'Message' && CLASS.test(textOf(item, 'ItemClass')?.trim() ?? '');
}

/** Notes (MS-OXONOTE): messages of a class of their own, in folders of their own. */
export const noteEditor: ItemEditor<ObjectDraft> = {
  elements: [],
  blank: () => newDraft(null),
  load: async (view) => newDraft(view),

  edit(draft, how, uri, value) {
    if (KEPT.has(uri)) draft.kept[`ews:${uri}`] = storedValue(value);
    else if (uri === 'item:ItemClass') draft.edits.push({ how, uri, value });
    else if (!FIELDS.has(uri) || (how === 'append' && uri === 'item:Subject')) throw refused(how, uri);
    else draft.edits.push({ how, uri, value });
  },

  editExtended(draft, property, value) {
    const edit = fieldOfMapi(property, value, MAPI);
    if (edit !== null) draft.edits.push(edit);
    return edit !== null;
  },

  compose: async (draft, { services }) => {
    const now = services.now();
    return { document: applied(blankNote(newId(now), now), draft, now), kept: draft.kept };
  },
  save: saveNote,
};

function blankNote(uid: string, now: number): Note {
  const stamp = formatUtc(now);
  return {
    ...{ '@type': 'Note', uid, title: '', body: '', bodyContentType: 'text/plain' },
    ...{ keywords: {}, created: stamp, updated: stamp },
  };
}

/** A note with what a request says of it. @throws EwsError ErrorObjectTypeChanged */
function applied(note: Note, draft: ObjectDraft, now: number): Note {
  const { messageClass, ...bare } = note;
  let itemClass = messageClass;
  let words: Words = {
    ...{ title: note.title, keywords: note.keywords },
    ...{ description: note.body, descriptionContentType: note.bodyContentType },
  };
  for (const { uri, value, how } of draft.edits) {
    if (uri === 'item:ItemClass') itemClass = classOf(value);
    else words = SETTERS[uri]?.(words, value, how) ?? words;
  }
  return {
    ...bare,
    title: words.title ?? '',
    body: words.description ?? '',
    bodyContentType: words.descriptionContentType === 'text/html' ? 'text/html' : 'text/plain',
    keywords: words.keywords ?? {},
    updated: formatUtc(now),
    ...(itemClass === undefined ? {} : { messageClass: itemClass }),
  };
}

function classOf(value: XmlElement | null): string | undefined {
  const given = value?.text.trim() ?? '';
  if (!CLASS.test(given) || given.length > MAX_CLASS)
    throw new EwsError('ErrorObjectTypeChanged', 'This is no class of notes.');
  return given.toLowerCase() === 'ipm.stickynote' ? undefined : given;
}

async function saveNote(
  draft: ObjectDraft,
  order: SaveOrder,
  extended: Readonly<Record<string, StoredProperty | null>>,
  context: EwsContext,
): Promise<SavedItem> {
  const { box, folder, expect } = order;
  const now = context.services.now();
  const itemId = draft.view?.state.itemId ?? newId(now);
  const written = await repeated(expect !== null, async () => {
    const present = draft.view === null ? null : await presentNote(order, itemId);
    const document = applied(present?.document ?? blankNote(itemId, now), draft, now);
    const folderId = present?.folderId ?? folder.folderId;
    const facts = pimFacts('note', document, now);
    return putObject(
      context,
      box,
      { itemId, folderId, kind: 'note', document, facts },
      { before: present?.size ?? 0, expect: present === null ? null : (expect ?? present.modseq) },
    );
  });
  const kept = { ...draft.kept, ...extended };
  const modseq =
    Object.keys(kept).length === 0 ? written.modseq : await storeExtended(box, itemId, kept, written.modseq);
  await box.tell([{ folderId: written.folderId, modseq, indexed: itemId }]);
  return { itemId, modseq };
}

async function presentNote({ box }: SaveOrder, itemId: string): Promise<NoteItem> {
  const [item] = await box.store.pimItems([itemId]);
  if (item?.kind !== 'note')
    throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  return item;
}
