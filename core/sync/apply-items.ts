import type { ItemState } from '../mail/types.ts';
import type { PutResult } from '../ports/pim.ts';
import { type Application, record, touch } from './application.ts';
import { CONFLICT } from './apply-changes.ts';
import { type BatchEntry, type CommandResponse, type ItemCommand, MOVED_AWAY } from './state.ts';

type Add = Extract<ItemCommand, { kind: 'addItem' }>;
type Change = Extract<ItemCommand, { kind: 'changeItem' }>;

/** Sync statuses of one command (MS-ASCMD 2.2.3.177.17). */
const OK = 1;
const CONVERSION = 6;
const NOT_FOUND = 8;
/** Somebody else changed the item between the look at it and the change: the device tries again. */
const RETRY = 16;

/** Events, contacts, tasks, notes and text messages that the device makes or changes. */
export async function applyItems(application: Application, commands: readonly ItemCommand[]): Promise<void> {
  for (const command of commands) if (command.kind === 'addItem') await add(application, command);
  const byItem = new Map<string, Change[]>();
  for (const command of commands) {
    if (command.kind !== 'changeItem') continue;
    byItem.set(command.itemId, [...(byItem.get(command.itemId) ?? []), command]);
  }
  if (byItem.size === 0) return;
  const { context, request } = application;
  const states = new Map((await context.mailbox.itemStates([...byItem.keys()])).map((i) => [i.itemId, i]));
  const versions = context.repo.versions(request.collectionId, [...byItem.keys()]);
  for (const [itemId, changes] of byItem) {
    await change(application, changes, states.get(itemId), versions.get(itemId));
  }
}

async function add(application: Application, command: Add): Promise<void> {
  const { context, request, result } = application;
  const { clientId, item, expect, announce } = command;
  const { itemId } = item;
  const held = context.repo.versions(request.collectionId, [itemId]).get(itemId);
  const put = await context.mailbox.putItem(
    { ...item, folderId: request.collectionId },
    { expect, announce },
  );
  // An item of this id is this very Add's, whatever somebody made of it since.
  const isRepeat = expect === null && (put.outcome === 'present' || put.outcome === 'conflict');
  const status = isRepeat ? OK : statusOf(put);
  if (status !== OK) return record(result, command, { command: 'add', id: clientId, status });
  // Put over what was there already, the device does not know all of it. Nor of what has been changed since a try that
  // nobody remembers any more.
  const whole = expect === null && command.echo !== true && (await isAsMade(application, put));
  hold(application, itemId, whole ? put.modseq : 0, item.facts.sortAt);
  if (!isRepeat) touchPut(application, put);
  const op = held === undefined || held === MOVED_AWAY ? 'add' : 'change';
  const effect: BatchEntry = { op, itemId, ...(op === 'change' ? { since: 0 } : {}) };
  record(result, command, { command: 'add', id: clientId, itemId, status: OK }, effect);
}

/** Whether nothing has happened to an item since it came into being. */
async function isAsMade({ context }: Application, put: PutResult): Promise<boolean> {
  if (put.outcome === 'inserted') return true;
  const [state] = await context.mailbox.itemStates([put.itemId]);
  return state !== undefined && state.modseq === state.createdModseq && state.contentModseq === state.modseq;
}

/** All changes of one item in a request: the last one holds those before it (each is merged with the one before). */
async function change(
  application: Application,
  commands: readonly Change[],
  present: ItemState | undefined,
  held: number | undefined,
): Promise<void> {
  const { context, options, request } = application;
  const last = commands.at(-1);
  if (last === undefined) return;
  const { item, expect, itemId } = last;
  if (present?.folderId !== request.collectionId || held === MOVED_AWAY) {
    return answer(application, commands, NOT_FOUND);
  }
  if (options.conflict === 'server' && held !== undefined && present.contentModseq > held) {
    // As if the device knew nothing of it: this very step tells it the server's item whole (MS-ASCMD 2.2.3.34).
    hold(application, itemId, 0, present.receivedAt);
    return answer(application, commands, CONFLICT);
  }
  const announce = commands.some((c) => c.announce);
  const put = await context.mailbox.putItem(
    { ...item, folderId: request.collectionId },
    { expect, announce },
  );
  const status = statusOf(put);
  if (status !== OK) return answer(application, commands, status);
  // What was merged is what the device had: then it knows all of the new version.
  const isNew = put.outcome === 'changed' || put.modseq === expect;
  const knowsAll = isNew && held === expect && !commands.some((c) => c.echo === true);
  if (knowsAll) hold(application, itemId, put.modseq, item.facts.sortAt);
  touchPut(application, put);
  answer(application, commands, OK);
}

function answer({ result }: Application, commands: readonly Change[], status: number): void {
  for (const command of commands) {
    const { itemId, instanceId, isDelete } = command;
    const response: CommandResponse = {
      ...{ command: isDelete === true ? 'delete' : 'change', id: itemId, status },
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(status === OK ? { quiet: true } : {}),
    };
    record(result, command, response, status === OK ? { op: 'change', itemId, since: 0 } : undefined);
  }
}

function statusOf({ outcome }: PutResult): number {
  switch (outcome) {
    case 'inserted':
    case 'changed':
    case 'present':
      return OK;
    case 'tooLarge':
      return CONVERSION;
    case 'conflict':
    case 'noFolder':
      // The next Sync of the folder says that it is gone.
      return RETRY;
  }
}

function touchPut(application: Application, { outcome, folderId, modseq }: PutResult): void {
  if (outcome !== 'present') touch(application, { outcome: 'changed', folderId, modseq });
}

function hold({ context, request }: Application, itemId: string, version: number, receivedAt: number): void {
  const { repo } = context;
  repo.write(() => repo.put(request.collectionId, [{ itemId, version, receivedAt }]));
}
