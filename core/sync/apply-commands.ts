import { type Application, type AppliedChanges, nameOf } from './application.ts';
import { applyChanges, CONFLICT } from './apply-changes.ts';
import { applyDeletes } from './apply-deletes.ts';
import { applyDraft, type DraftCommand } from './apply-drafts.ts';
import type { SyncOptions } from './options.ts';
import type { SyncContext, SyncRequest } from './request.ts';
import type { ClientCommand, CollectionState, CommandResponse } from './state.ts';

/**
 * Carries out the device's changes on the mailbox and notes the versions they lead to in the shadow, so that the
 * change feed does not echo them. `earlier` are the commands of a first try of the same request.
 */
export async function applyCommands(
  context: SyncContext,
  options: SyncOptions,
  request: SyncRequest,
  earlier: CollectionState['applied'],
): Promise<AppliedChanges> {
  // The server's item was kept; with another Conflict the client's is now wanted (MS-ASCMD 2.2.3.34).
  const overruled =
    options.conflict === 'client' ? earlier.filter((e) => e.response?.status === CONFLICT) : [];
  const log = earlier.filter((e) => !overruled.includes(e));
  const result: AppliedChanges = { responses: [], log, fresh: false, touched: [], contentModseq: 0 };
  if (request.commands.length === 0) return result;
  const application: Application = { context, options, request, result };
  const done = new Map(log.map((e) => [e.command, e.response]));
  const changes: Extract<ClientCommand, { kind: 'change' }>[] = [];
  const deletes: Extract<ClientCommand, { kind: 'delete' }>[] = [];
  const drafts: DraftCommand[] = [];
  for (const command of request.commands) {
    const before = done.get(nameOf(command));
    if (before !== undefined) {
      if (before !== null) result.responses.push(before);
      if (command.kind === 'addDraft') holdAgain(context, request, command);
    } else if (command.kind === 'change') changes.push(command);
    else if (command.kind === 'delete') deletes.push(command);
    else if (command.kind === 'fetch' || command.kind === 'refused') result.responses.push(answer(command));
    else drafts.push(command);
  }
  result.fresh = changes.length + deletes.length + drafts.length > 0;
  // A new draft may be flagged by the very request that makes it.
  for (const command of drafts) await applyDraft(application, command);
  if (changes.length > 0) await applyChanges(application, changes);
  if (deletes.length > 0) await applyDeletes(application, deletes);
  return result;
}

function answer(command: Extract<ClientCommand, { kind: 'fetch' | 'refused' }>): CommandResponse {
  return command.kind === 'fetch'
    ? { command: 'fetch', id: command.itemId, status: 1 }
    : { command: command.command, id: command.id, status: command.status };
}

/** A draft that a try without this command took out of the shadow: the device hears now that it has it. */
function holdAgain(
  { repo }: SyncContext,
  { collectionId }: SyncRequest,
  { message: { itemId, receivedAt } }: Extract<ClientCommand, { kind: 'addDraft' }>,
): void {
  if (repo.versions(collectionId, [itemId]).size > 0) return;
  repo.write(() => repo.put(collectionId, [{ itemId, version: 0, receivedAt }]));
}
