import type { ItemState } from '../mail/types.ts';
import { CLASS_OF_KIND } from '../pim/types.ts';
import type { FlagChange } from '../ports/mail.ts';
import { type Application, knowsAll, record, touch } from './application.ts';
import type { Aspect, BatchEntry, ClientCommand } from './state.ts';

type Change = Extract<ClientCommand, { kind: 'change' }>;

/** Sync statuses of one command (MS-ASCMD 2.2.3.177.17). */
export const CONFLICT = 7;
const NOT_FOUND = 8;

/** Change of read state, flag and categories. What the server changed too is settled by Conflict. */
export async function applyChanges(application: Application, commands: Change[]): Promise<void> {
  const { context, options, request, result } = application;
  const { mailbox, repo } = context;
  // An item of another folder, or one that no folder of mail shows, is as unknown here as one that does not exist (I22).
  const here = new Map(
    (await mailbox.itemStates(commands.map((c) => c.itemId)))
      .filter((i) => i.folderId === request.collectionId && CLASS_OF_KIND[i.kind] === 'Email')
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
  const results = await mailbox.setFlags(wanted);
  const outcomes = new Map(results.map((o) => [o.itemId, o]));
  const changed = results.filter((o) => o.outcome === 'changed');
  const after = new Map(
    (await mailbox.itemStates([...new Set(changed.map((o) => o.itemId))])).map((i) => [i.itemId, i]),
  );
  repo.write(() => {
    for (const { itemId, modseq } of changed) {
      const [item, held, now] = [here.get(itemId), known.get(itemId), after.get(itemId)];
      if (item === undefined || now === undefined || held !== item.modseq) continue;
      const own = commands.filter((c) => c.itemId === itemId && !lost.has(c)).flatMap(aspectsOf);
      if (!knowsAll(now, held, new Set(own))) continue;
      repo.put(request.collectionId, [{ itemId, version: modseq, receivedAt: item.receivedAt }]);
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
  return { op: 'change', itemId: command.itemId, since: since ?? 0, named: aspectsOf(command) };
}

function aspectsOf({ isRead, flag, categories }: Change): Aspect[] {
  const named: Aspect[] = [];
  if (isRead !== undefined) named.push('read');
  if (flag !== undefined) named.push('flag');
  if (categories !== undefined) named.push('categories');
  return named;
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
