import type { Message } from '../../../core/mail/types.ts';
import type { RemovedCursor, RemovedMessage } from '../../../core/ports/removed.ts';
import type { EwsContext } from '../context.ts';
import { messageIn } from '../items/attached.ts';
import { viewOf } from '../items/load.ts';
import { keepRaw } from '../items/raw.ts';
import type { ItemView } from '../items/view.ts';
import type { Box } from '../mailboxes.ts';
import type { RootName } from './distinguished.ts';

/** The folder in which messages are listed that were removed for good and can still be brought back. */
export const REMOVED_FOLDER = 'recoverableitemsdeletions' satisfies RootName;

const PAGE = 200;
/** Of older removals nothing is listed. */
const MOST = 1000;

/** What is known of removed messages: who wrote them, about what, and how they were marked; the last removed first. */
export async function* removedViews(box: Box): AsyncGenerator<ItemView[]> {
  let before: RemovedCursor | null = null;
  for (let n = 0; n < MOST; n += PAGE) {
    const page: RemovedMessage[] = await box.store.removedMessages({ before, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map((one) => removedView(box, one));
    if (page.length < PAGE) return;
    before = { removedAt: last.removedAt, rawKey: last.rawKey };
  }
}

/** How many are listed. */
export async function countRemoved(box: Box): Promise<number> {
  return (await box.store.removedMessages({ limit: MOST })).length;
}

function removedView(box: Box, removed: RemovedMessage): ItemView {
  const { removedAt: _at, ...known } = removed;
  const message: Message = {
    ...known,
    ...{ folderId: REMOVED_FOLDER, kind: 'message', threadId: '', rawSha256: '' },
    ...{ modseq: 1, createdModseq: 1, readModseq: 1, flagModseq: 1, categoriesModseq: 1, contentModseq: 1 },
    ...{ textSize: 0, htmlSize: 0, preview: '', textHead: '', bodyTextPart: null, bodyHtmlPart: null },
    ...{ sender: [], replyTo: [], to: [], cc: [], bcc: [], attachments: [], bodies: [], degraded: [] },
    ...{ messageIdHeader: null, baseSubject: removed.subject, sentAt: null, importance: 'normal' },
    ...{ contentClass: null, messageClass: 'IPM.Note', conversationIndex: '', receivedAsBcc: false },
    ...{ lastVerb: 0, lastVerbAt: null, verdict: null, meeting: null },
  };
  return { ...viewOf(box, message, message, null), removed: true };
}

/** A removed message with all that its raw says; null when it cannot be brought back (any more). */
export async function wholeRemovedView(
  { services }: EwsContext,
  box: Box,
  itemId: string,
): Promise<ItemView | null> {
  const note = box.own ? await box.store.removedMessage(itemId) : null;
  const object = note === null ? null : await services.blobs.open(note.rawKey);
  if (note === null || object === null) return null;
  const raw = new Uint8Array(await new Response(object.stream).arrayBuffer());
  const known = removedView(box, note);
  const read = await services.reader.read(raw, {
    ...{ ref: box.ref, itemId, rawKey: note.rawKey, receivedAt: note.receivedAt, folderRole: 'inbox' },
    ...{ folderId: REMOVED_FOLDER, isRead: note.isRead, isDraft: note.isDraft },
  });
  const message = { ...messageIn(read, known.state, REMOVED_FOLDER), isDraft: note.isDraft };
  keepRaw(message, raw);
  return { ...viewOf(box, known.state, message, null), removed: true };
}
