import type { ItemState } from '../mail/types.ts';
import type { FlagChange } from '../ports/mail.ts';
import { type Application, record, touch } from './application.ts';
import type { Aspect, BatchEntry, ClientCommand } from './state.ts';

type Change = Extract<ClientCommand, { kind: 'change' }>;

/** Sync statuses of one command (MS-ASCMD 2.2.3.177.17). */
export const CONFLICT = 7;
const NOT_FOUND = 8;

/** Change of read state, flag and categories. What the server changed too is settled by Conflict. */
export async function applyChanges(application: Application, commands: Change[]): Promise<void> {
  const { context, options, request, result } = application;
  const { mailbox, repo } = context;
  // An item of another folder is as unknown here as one that does not exist (I22).
  const here = new Map(
    (await mailbox.itemStates(commands.map((c) => c.itemId)))
      .filter((i) => i.folderId === request.collectionId)
      .map((i) => [i.itemId, i]),
  );
  const known = repo.versions(request.collectionId, [...here.keys()]);
  const lost = new Set<Change>();
  for (const command of commands) {
    const item = here.get(command.itemId);
    const held = known.get(command.itemId);
    if (options.conflict === 'server' && item !== undefined && held !== undefined) {
      if (contradicts(command, item, held)) lost.add(command);
    }
  }
  const wanted: FlagChange[] = commands
    .filter((c) => here.has(c.itemId) && !lost.has(c))
    .map(({ kind: _, ...change }) => change);
  const outcomes = new Map((await mailbox.setFlags(wanted)).map((o) => [o.itemId, o]));
  repo.write(() => {
    for (const outcome of outcomes.values()) {
      const item = here.get(outcome.itemId);
      // Only when nobody else changed the item meanwhile does the device know all of its new version.
      if (outcome.outcome === 'changed' && item !== undefined && known.get(outcome.itemId) === item.modseq) {
        const row = { itemId: item.itemId, version: outcome.modseq, receivedAt: item.receivedAt };
        repo.put(request.collectionId, [row]);
      }
    }
    for (const { itemId } of lost) {
      const item = here.get(itemId);
      // As if the device knew nothing of it: this very step tells it the server's item whole.
      if (item !== undefined)
        repo.put(request.collectionId, [{ itemId, version: 0, receivedAt: item.receivedAt }]);
    }
  });
  for (const command of commands) {
    const id = command.itemId;
    if (lost.has(command)) {
      record(result, command, { command: 'change', id, status: CONFLICT });
      continue;
    }
    const outcome = outcomes.get(id);
    const missing = outcome === undefined || outcome.outcome === 'notFound';
    if (!missing) touch(application, outcome);
    if (missing) record(result, command, { command: 'change', id, status: NOT_FOUND });
    else record(result, command, null, effectOf(command, known.get(id)));
  }
}

function effectOf(command: Change, since: number | undefined): BatchEntry {
  const named: Aspect[] = [];
  if (command.isRead !== undefined) named.push('read');
  if (command.flag !== undefined) named.push('flag');
  if (command.categories !== undefined) named.push('categories');
  return { op: 'change', itemId: command.itemId, since: since ?? 0, named };
}

/** The server changed the same aspect since the version the device knows, to something else (MS-ASCMD 2.2.3.34). */
function contradicts(command: Change, item: ItemState, held: number): boolean {
  return (
    (command.isRead !== undefined && item.readModseq > held && item.isRead !== command.isRead) ||
    (command.flag !== undefined &&
      item.flagModseq > held &&
      JSON.stringify(item.flag) !== JSON.stringify(command.flag)) ||
    (command.categories !== undefined &&
      item.categoriesModseq > held &&
      JSON.stringify(item.categories) !== JSON.stringify(command.categories))
  );
}
