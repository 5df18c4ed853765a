import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { resolveItemFolder } from '../folders/resolve.ts';
import { flagOf, folderIdElements } from '../folders/target.ts';
import { eachMessage } from '../response-messages.ts';

const AT_ONCE = 500;

/** MarkAllItemsAsRead (MS-OXWSCORE 3.1.4.6). Read receipts are never sent by the server of itself. */
export const markAllItemsAsRead: Operation = async (request, context) => {
  const isRead = flagOf(textOf(request, 'ReadFlag'), 'ReadFlag');
  return eachMessage(context, 'MarkAllItemsAsReadResponseMessage', folderIdElements(request), async (id) => {
    const { box, folderId } = await resolveItemFolder(context, id, 'write');
    let newest = 0;
    for (let before: { receivedAt: number; itemId: string } | null = null; ; ) {
      const page = await box.store.snapshot(folderId, Number.MIN_SAFE_INTEGER, before, AT_ONCE);
      const last = page.at(-1);
      if (last === undefined) break;
      const others = page.filter((item) => item.kind === 'message' && item.isRead !== isRead);
      const wanted = others.map(({ itemId }) => ({ itemId, isRead }));
      const changes = wanted.length === 0 ? [] : await box.store.setFlags(wanted);
      newest = Math.max(newest, ...changes.map((change) => change.modseq));
      before = { receivedAt: last.receivedAt, itemId: last.itemId };
    }
    box.changed();
    if (newest > 0) await box.tell([{ folderId, modseq: newest }]);
    return {};
  });
};
