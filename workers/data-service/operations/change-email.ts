import { isWithin } from '../../../core/folders/change.ts';
import { fitsInto } from '../../../core/folders/copy-items.ts';
import type { Folder, ItemState, MessageFlag } from '../../../core/mail/types.ts';
import type { FlagChange, ItemChange } from '../../../core/ports/mail.ts';
import { DataError } from '../../../shared/data/errors.ts';
import type { ReadInput } from '../../../shared/data/operations.ts';
import type { Handler } from '../context.ts';
import { type Box, changedMeanwhile, openBox, type Told } from '../scope.ts';

type Patch = Pick<ReadInput<'patchEmails'>, 'isRead' | 'flag' | 'categories' | 'folder'>;

export const patchEmail: Handler<'patchEmail'> = async (context, input) => {
  const box = await openBox(context, input);
  const target = await targetOf(box, input.folder);
  const state = await box.item(input.id, 'message', input.ifMatch);
  const [change] = await patched(box, [state], input, target);
  if (change === undefined || change.outcome === 'notFound') throw changedMeanwhile();
  return { id: input.id, folder: change.folderId, modseq: change.modseq };
};

export const patchEmails: Handler<'patchEmails'> = async (context, input) => {
  const box = await openBox(context, input);
  const target = await targetOf(box, input.folder);
  if (input.delete !== undefined && target !== null) {
    throw new DataError('INVALID_ARGUMENT', 'what is deleted is not moved elsewhere');
  }
  const ids = [...new Set(input.ids)];
  const states = (await box.store.itemStates(ids)).filter(({ kind }) => kind === 'message');
  const marked = await patched(box, states, input, target);
  const changes =
    input.delete === undefined
      ? marked
      : await deleted(box, states, input.delete === 'forever', context.services.now());
  const known = new Map(changes.map((change) => [change.itemId, change]));
  return {
    results: ids.map((id) => {
      const change = known.get(id);
      return change === undefined || change.outcome === 'notFound'
        ? { id, outcome: 'notFound' as const, folder: null, modseq: null }
        : { id, outcome: change.outcome, folder: change.folderId, modseq: change.modseq };
    }),
  };
};

export const deleteEmail: Handler<'deleteEmail'> = async (context, input) => {
  const box = await openBox(context, input);
  const state = await box.item(input.id, 'message', input.ifMatch);
  await deleted(box, [state], input.permanent, context.services.now());
  return null;
};

async function targetOf(box: Box, place: string | undefined): Promise<Folder | null> {
  if (place === undefined) return null;
  const folder = await box.folder(place);
  if (!fitsInto('message', folder)) throw new DataError('INVALID_ARGUMENT', 'folder: it holds no messages');
  return folder;
}

/** Marks, then moves. The last change of each. */
async function patched(
  { store, tell }: Box,
  states: readonly ItemState[],
  { isRead, flag, categories }: Patch,
  target: Folder | null,
): Promise<ItemChange[]> {
  const ids = states.map(({ itemId }) => itemId);
  const last = new Map(
    states.map(({ itemId, folderId, modseq }): [string, ItemChange] => [
      itemId,
      { itemId, folderId, modseq, outcome: 'unchanged' },
    ]),
  );
  const told: Told[] = [];
  const note = (changes: readonly ItemChange[]) => {
    for (const change of changes) {
      const before = last.get(change.itemId);
      if (change.outcome === 'changed') {
        told.push(change);
        if (before !== undefined && before.folderId !== change.folderId) {
          told.push({ folderId: before.folderId, modseq: change.modseq });
        }
      }
      if (change.outcome !== 'unchanged' || before?.outcome !== 'changed') last.set(change.itemId, change);
    }
  };
  const marks: Omit<FlagChange, 'itemId'> = {
    ...(isRead === undefined ? {} : { isRead }),
    ...(flag === undefined ? {} : { flag: flag === null ? null : plain(flag) }),
    ...(categories === undefined ? {} : { categories }),
  };
  if (Object.keys(marks).length > 0) note(await store.setFlags(ids.map((itemId) => ({ itemId, ...marks }))));
  if (target !== null) note(await store.move(ids, target.folderId));
  await tell(told);
  return [...last.values()];
}

/** Without members that are not there: the store keeps what it is given. */
function plain(flag: object): MessageFlag {
  return JSON.parse(JSON.stringify(flag)) as MessageFlag;
}

/** Into Deleted Items; or for good, as what lies there already. */
export async function deleted(
  { store, tell }: Box,
  states: readonly ItemState[],
  forever: boolean,
  now: number,
  from?: string,
): Promise<ItemChange[]> {
  const folders = await store.folders();
  const bin = folders.find(({ role }) => role === 'deleted');
  const isGone = ({ folderId }: ItemState) =>
    forever || bin === undefined || isWithin(folders, folderId, bin.folderId);
  const idsOf = (list: readonly ItemState[]) => list.map(({ itemId }) => itemId);
  const [gone, thrown] = [states.filter(isGone), states.filter((one) => !isGone(one))];
  const changes: ItemChange[] = [];
  if (gone.length > 0) changes.push(...(await store.remove(idsOf(gone), now, from)));
  if (bin !== undefined && thrown.length > 0) {
    changes.push(...(await store.move(idsOf(thrown), bin.folderId, from)));
  }
  const newest = Math.max(0, ...changes.map(({ outcome, modseq }) => (outcome === 'changed' ? modseq : 0)));
  if (newest > 0) {
    const touched = new Set([...states, ...changes].map(({ folderId }) => folderId));
    await tell([...touched].map((folderId) => ({ folderId, modseq: newest })));
  }
  return changes;
}
