import { type Application, type AppliedChanges, nameOf } from './application.ts';
import { applyChanges, CONFLICT } from './apply-changes.ts';
import { applyDeletes } from './apply-deletes.ts';
import { applyDraft, type DraftCommand } from './apply-drafts.ts';
import { applyItems } from './apply-items.ts';
import type { SyncOptions } from './options.ts';
import type { SyncContext, SyncRequest } from './request.ts';
import type { ClientCommand, CollectionState, CommandResponse, ItemCommand } from './state.ts';

/**
 * Carries out the device's changes on the mailbox and notes the versions they lead to in the shadow, so that the
 * change feed does not echo them. `earlier` are the commands of a first try of the same request, `ended` the items that
 * its step, which is said again, takes from the device.
 */
export async function applyCommands(
  context: SyncContext,
  options: SyncOptions,
  request: SyncRequest,
  earlier: CollectionState['applied'],
  ended: ReadonlySet<string>,
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
  const items: ItemCommand[] = [];
  for (const command of request.commands) {
    const before = done.get(nameOf(command));
    if (before !== undefined) {
      if (before !== null) result.responses.push(before);
      const itemId = before?.itemId;
      if (itemId === undefined || ended.has(itemId)) continue;
      if (command.kind === 'addDraft') holdAgain(context, request, itemId, command.message.receivedAt);
      if (command.kind === 'addItem') holdAgain(context, request, itemId, command.item.facts.sortAt);
    } else if (command.kind === 'change') changes.push(command);
    else if (command.kind === 'delete') deletes.push(command);
    else if (command.kind === 'fetch' || command.kind === 'refused') result.responses.push(answer(command));
    else if (command.kind === 'addItem' || command.kind === 'changeItem') items.push(command);
    else drafts.push(command);
  }
  result.fresh = changes.length + deletes.length + drafts.length + items.length > 0;
  // A new draft may be flagged by the very request that makes it.
  for (const command of drafts) await applyDraft(application, command);
  if (items.length > 0) await applyItems(application, items);
  if (changes.length > 0) await applyChanges(application, changes);
  if (deletes.length > 0) await applyDeletes(application, deletes);
  return result;
}

function answer(command: Extract<ClientCommand, { kind: 'fetch' | 'refused' }>): CommandResponse {
  return command.kind === 'fetch'
    ? { command: 'fetch', id: command.itemId, status: 1 }
    : {
        ...{ command: command.command, id: command.id, status: command.status },
        ...(command.instanceId === undefined ? {} : { instanceId: command.instanceId }),
      };
}

/** An item that a try without this command took out of the shadow: the device hears now that it has it. */
function holdAgain(
  { repo }: SyncContext,
  { collectionId }: SyncRequest,
  itemId: string,
  receivedAt: number,
): void {
  if (repo.versions(collectionId, [itemId]).size > 0) return;
  repo.write(() => repo.put(collectionId, [{ itemId, version: 0, receivedAt }]));
}
