import type { ItemState } from '../mail/types.ts';
import type { SyncOptions } from './options.ts';
import type { SyncContext, SyncRequest } from './request.ts';
import type { Aspect, BatchEntry, ClientCommand, CollectionState, CommandResponse } from './state.ts';

/** What the commands of one request are carried out on, and what comes of them. */
export interface Application {
  context: SyncContext;
  options: SyncOptions;
  request: SyncRequest;
  result: AppliedChanges;
}

export interface AppliedChanges {
  /** What the reply says: what failed, what was added, and the answers to Fetch (MS-ASCMD 2.2.3.154). */
  responses: CommandResponse[];
  /** Every command carried out under this key with its answer, for a repeat of the request. */
  log: CollectionState['applied'];
  touched: { folderId: string; modseq: number }[];
  /** Whether anything was carried out that an earlier try had not. */
  fresh: boolean;
  /** Highest modseq that the commands gave this folder, 0 when they changed nothing in it. */
  contentModseq: number;
}

/** What a repeat of the command has in common with it (I16). */
export function nameOf(command: ClientCommand): string {
  switch (command.kind) {
    case 'addDraft':
      return JSON.stringify(['add', command.clientId]);
    case 'saveDraft':
      return JSON.stringify(['save', command.itemId, command.fingerprint]);
    case 'sendDraft':
      return JSON.stringify(['send', command.submissionId]);
    case 'addItem':
      return JSON.stringify(['addItem', command.clientId]);
    case 'changeItem':
      return JSON.stringify(['changeItem', command.itemId, command.fingerprint]);
    default:
      return JSON.stringify(command);
  }
}

/** Keeps a command with its answer, and says the answer if there is one. */
export function record(
  result: AppliedChanges,
  command: ClientCommand,
  response: CommandResponse | null,
  effect?: BatchEntry,
): void {
  result.log.push({ command: nameOf(command), response, ...(effect === undefined ? {} : { effect }) });
  if (response !== null) result.responses.push(response);
}

/** Notes that a folder came to this modseq, for waking others. */
export function touch(
  { request, result }: Application,
  outcome: { outcome: string; folderId: string; modseq: number },
): void {
  if (outcome.outcome !== 'changed') return;
  if (outcome.folderId === request.collectionId) {
    result.contentModseq = Math.max(result.contentModseq, outcome.modseq);
  }
  const seen = result.touched.find((t) => t.folderId === outcome.folderId);
  if (seen === undefined) result.touched.push({ folderId: outcome.folderId, modseq: outcome.modseq });
  else seen.modseq = Math.max(seen.modseq, outcome.modseq);
}

/**
 * Whether a device that held an item at a version, and has just changed these aspects of it, knows all of it: nobody
 * else changed another aspect, neither before its command nor between the look at the item and the change.
 *
 * @param state of the item, read after the change
 */
export function knowsAll(state: ItemState, held: number, own: ReadonlySet<Aspect | 'content'>): boolean {
  const unseen = (aspect: Aspect | 'content', modseq: number) => !own.has(aspect) && modseq > held;
  return !(
    unseen('read', state.readModseq) ||
    unseen('flag', state.flagModseq) ||
    unseen('categories', state.categoriesModseq) ||
    unseen('content', state.contentModseq)
  );
}
