import { type CopyFault, copyItems } from '../../../core/folders/copy-items.ts';
import { openRoom } from '../../../core/quota/room.ts';
import { newId } from '../../../platform/ids.ts';
import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { itemTarget } from '../folders/target.ts';
import { eachItem, itemAnswer, type Outcomes } from '../moving/each.ts';
import { whyNot } from '../moving/move.ts';

const FAULTS: Readonly<Record<CopyFault, [code: string, text: string]>> = {
  gone: ['ErrorItemNotFound', 'The specified object was not found in the store.'],
  unfit: ['ErrorMoveCopyFailed', 'The folder does not hold items of this kind.'],
  noRoom: ['ErrorQuotaExceeded', 'The mailbox is full.'],
};

/** CopyItem (MS-OXWSCORE 3.1.4.1): new items, with content of their own. */
export const copyItem: Operation = async (request, context) => {
  const { services, correlationId } = context;
  const to = await itemTarget(request, 'ToFolderId', context, {
    right: 'write',
    missing: 'ErrorToFolderNotFound',
  });
  return eachItem(context, 'CopyItemResponseMessage', request, async (views) => {
    const outcomes: Outcomes = new Map();
    const { box, folder } = to;
    const sound = views.filter((view) => {
      const fault = whyNot(view, to);
      if (fault !== null) outcomes.set(view, fault);
      return fault === null;
    });
    const room = await openRoom(services, box.ref, box.user);
    const order = {
      ...{ ref: box.ref, folder, correlationId },
      newId: () => newId(services.now()),
      fits: (bytes: number) => room.take(bytes),
    };
    const copied = await copyItems(
      services,
      order,
      sound.map((view) => view.state.itemId),
    );
    for (const [n, view] of sound.entries()) {
      const copy = copied[n] ?? 'gone';
      if (typeof copy === 'string') outcomes.set(view, new EwsError(...FAULTS[copy]));
      // MS-OXWSCORE 2.2.4.3: ReturnNewItemIds changes nothing, ids are told in any case.
      else outcomes.set(view, itemAnswer(view, copy.itemId, copy.modseq));
    }
    const made = copied.flatMap((one) => (typeof one === 'string' ? [] : [one]));
    await services.live.copied(
      box.ref,
      sound.flatMap(({ state }, n) => {
        const copy = copied[n];
        if (copy === undefined || typeof copy === 'string') return [];
        return [{ itemId: copy.itemId, fromItemId: state.itemId, fromFolderId: state.folderId }];
      }),
      services.now(),
    );
    box.changed();
    await box.tell(
      made.map(({ itemId, modseq }) => ({ folderId: folder.folderId, modseq, indexed: itemId })),
    );
    return outcomes;
  });
};
