import type { FlagChange, ItemChange, MailboxStore } from '../ports/mail.ts';
import type { ClientCommand, CollectionState, CommandResponse, SyncStateRepo } from './state.ts';

export interface AppliedChanges {
  /** What the reply says: only what failed, and the answers to Fetch (MS-ASCMD 2.2.3.154). */
  responses: CommandResponse[];
  /** Every command carried out under this key with its answer, for a repeat of the request. */
  log: CollectionState['applied'];
  touched: { folderId: string; modseq: number }[];
  /** Highest modseq that the commands gave this folder, 0 when they changed nothing in it. */
  contentModseq: number;
}

interface Request {
  collectionId: string;
  now: number;
  deletesAsMoves: boolean;
  commands: ClientCommand[];
}

/**
 * Carries out the device's changes on the mailbox and notes the versions they lead to in the shadow, so that the
 * change feed does not echo them. `earlier` are the commands of a first try of the same request.
 */
export async function applyCommands(
  mailbox: MailboxStore,
  repo: SyncStateRepo,
  request: Request,
  earlier: CollectionState['applied'],
): Promise<AppliedChanges> {
  const result: AppliedChanges = { responses: [], log: [...earlier], touched: [], contentModseq: 0 };
  if (request.commands.length === 0) return result;
  const done = new Map(earlier.map((e) => [e.command, e.response]));
  const changes: Extract<ClientCommand, { kind: 'change' }>[] = [];
  const deletes: Extract<ClientCommand, { kind: 'delete' }>[] = [];
  for (const command of request.commands) {
    const before = done.get(JSON.stringify(command));
    if (before !== undefined) {
      if (before !== null) result.responses.push(before);
    } else if (command.kind === 'change') changes.push(command);
    else if (command.kind === 'delete') deletes.push(command);
    else result.responses.push(answer(command));
  }
  if (changes.length > 0) await applyChanges(mailbox, repo, request, changes, result);
  if (deletes.length > 0) await applyDeletes(mailbox, repo, request, deletes, result);
  return result;
}

function answer(command: Extract<ClientCommand, { kind: 'fetch' | 'refused' }>): CommandResponse {
  return command.kind === 'fetch'
    ? { command: 'fetch', id: command.itemId, status: 1 }
    : { command: command.command, id: command.id, status: command.status };
}

async function applyChanges(
  mailbox: MailboxStore,
  repo: SyncStateRepo,
  request: Request,
  commands: Extract<ClientCommand, { kind: 'change' }>[],
  result: AppliedChanges,
): Promise<void> {
  // An item of another folder is as unknown here as one that does not exist (I22).
  const here = new Map(
    (await mailbox.itemStates(commands.map((c) => c.itemId)))
      .filter((i) => i.folderId === request.collectionId)
      .map((i) => [i.itemId, i]),
  );
  const wanted: FlagChange[] = commands
    .filter((c) => here.has(c.itemId))
    .map(({ kind: _, ...change }) => change);
  const outcomes = new Map((await mailbox.setFlags(wanted)).map((o) => [o.itemId, o]));
  repo.write(() => {
    for (const outcome of outcomes.values()) {
      const item = here.get(outcome.itemId);
      const held = repo.versions(request.collectionId, [outcome.itemId]).get(outcome.itemId);
      // Only when nobody else changed the item meanwhile does the device know all of its new version.
      if (outcome.outcome === 'changed' && item !== undefined && held === item.modseq) {
        const row = { itemId: item.itemId, version: outcome.modseq, receivedAt: item.receivedAt };
        repo.put(request.collectionId, [row]);
      }
    }
  });
  for (const command of commands) {
    const outcome = outcomes.get(command.itemId);
    const missing = outcome === undefined || outcome.outcome === 'notFound';
    if (!missing) touch(result, request, outcome);
    record(result, command, missing ? { command: 'change', id: command.itemId, status: 8 } : null);
  }
}

async function applyDeletes(
  mailbox: MailboxStore,
  repo: SyncStateRepo,
  request: Request,
  commands: Extract<ClientCommand, { kind: 'delete' }>[],
  result: AppliedChanges,
): Promise<void> {
  const ids = commands.map((c) => c.itemId);
  const trash = request.deletesAsMoves ? await mailbox.folderByRole('deleted') : null;
  // DeletesAsMoves has no effect in Deleted Items itself (MS-ASCMD 2.2.3.43).
  const outcomes =
    trash !== null && trash.folderId !== request.collectionId
      ? await mailbox.move(ids, trash.folderId, request.collectionId)
      : await mailbox.remove(ids, request.now, request.collectionId);
  const byId = new Map(outcomes.map((o) => [o.itemId, o]));
  repo.write(() => repo.drop(request.collectionId, ids));
  for (const command of commands) {
    const outcome = byId.get(command.itemId);
    const missing = outcome === undefined || outcome.outcome === 'notFound';
    if (!missing) {
      touch(result, request, outcome);
      if (outcome.folderId !== request.collectionId) {
        touch(result, request, { ...outcome, folderId: request.collectionId });
      }
    }
    record(result, command, missing ? { command: 'delete', id: command.itemId, status: 8 } : null);
  }
}

function record(result: AppliedChanges, command: ClientCommand, response: CommandResponse | null): void {
  result.log.push({ command: JSON.stringify(command), response });
  if (response !== null) result.responses.push(response);
}

function touch(result: AppliedChanges, request: Request, outcome: ItemChange): void {
  if (outcome.outcome !== 'changed') return;
  if (outcome.folderId === request.collectionId) {
    result.contentModseq = Math.max(result.contentModseq, outcome.modseq);
  }
  const seen = result.touched.find((t) => t.folderId === outcome.folderId);
  if (seen === undefined) result.touched.push({ folderId: outcome.folderId, modseq: outcome.modseq });
  else seen.modseq = Math.max(seen.modseq, outcome.modseq);
}
