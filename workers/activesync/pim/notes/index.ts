import { el, textOf } from '../../../../codecs/wbxml/index.ts';
import type { Note } from '../../../../core/notes/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import { utcOf } from '../../../../core/tasks/times.ts';
import type { EasContext } from '../../context.ts';
import { STATUS } from '../../status.ts';
import { renderBody, takeBody } from '../body.ts';
import type { Incoming, ItemCodec, Taken } from '../codec.ts';
import { Fields } from '../fields.ts';
import { compactTime } from '../times.ts';

const REFUSED: Taken = { kind: 'refused', status: STATUS.sync.conversion };
const CLASS = 'IPM.StickyNote';
const MAX_CLASS = 255;

/** Class Notes (MS-ASNOTE). */
export const noteCodec: ItemCodec = {
  kind: 'note',
  take: async (context, incoming) => takeNote(context, incoming),
  async render({ version }, item, options, whole) {
    if (item.kind !== 'note') return [];
    const { title, body, bodyContentType, keywords, updated, messageClass = CLASS } = item.document;
    const names = Object.keys(keywords);
    return [
      el('Notes:Subject', title),
      el('Notes:MessageClass', messageClass),
      el('Notes:LastModifiedDate', compactTime(Date.parse(updated))),
      ...(names.length === 0
        ? []
        : [
            el(
              'Notes:Categories',
              names.map((name) => el('Notes:Category', name)),
            ),
          ]),
      renderBody({ text: body, contentType: bodyContentType }, options.bodies, version, whole),
    ];
  },
};

/** MS-ASNOTE 3.2.5.3: only categories go by being left out; when it was modified is nothing that a device says. */
function takeNote(context: EasContext, incoming: Incoming): Taken {
  const now = utcOf(context.services.now());
  const before = incoming.present?.kind === 'note' ? incoming.present.document : null;
  const note: Note = before
    ? { ...before, updated: now }
    : {
        ...{ '@type': 'Note', uid: incoming.itemId, title: '', body: '', bodyContentType: 'text/plain' },
        ...{ keywords: {}, created: now, updated: now },
      };
  const fields = new Fields(incoming);
  note.title = textOf(incoming.data, 'Notes:Subject') ?? note.title;
  const body = takeBody(incoming.data);
  if (body === 'invalid') return REFUSED;
  if (body !== undefined) Object.assign(note, { body: body.text, bodyContentType: body.contentType });
  const messageClass = textOf(incoming.data, 'Notes:MessageClass')?.trim();
  if (messageClass !== undefined) {
    if (!/^IPM\.StickyNote(\..+)?$/i.test(messageClass) || messageClass.length > MAX_CLASS) return REFUSED;
    if (messageClass.toLowerCase() === CLASS.toLowerCase()) delete note.messageClass;
    else note.messageClass = messageClass;
  }
  const categories = fields.categories('Notes:Categories', 'Notes:Category', false);
  note.keywords =
    categories.kind === 'value' ? categories.value : categories.kind === 'gone' ? {} : note.keywords;
  if (fields.failed) return REFUSED;
  const { itemId, folderId } = incoming;
  return {
    kind: 'item',
    item: { itemId, folderId, kind: 'note', document: note, facts: pimFacts('note', note) },
    announce: false,
  };
}
