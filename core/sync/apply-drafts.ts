import { type Application, knowsAll, record, touch } from './application.ts';
import type { BatchEntry, ClientCommand, CommandResponse } from './state.ts';

export type DraftCommand = Extract<ClientCommand, { kind: 'addDraft' | 'saveDraft' | 'sendDraft' }>;

const OK = 1;
const NOT_FOUND = 8;
const CONTENT = new Set(['content'] as const);

/** A draft that is made, saved again, or sent (MS-ASCMD 2.2.3.155 Send, MS-ASEMAIL 3.1.5.2, 16.x). */
export async function applyDraft(application: Application, command: DraftCommand): Promise<void> {
  const response = await carryOut(application, command);
  const effect = response.status === OK ? effectOf(command, response) : undefined;
  record(application.result, command, response, effect);
}

function carryOut(application: Application, command: DraftCommand): Promise<CommandResponse> {
  if (command.kind === 'addDraft') return add(application, command);
  return command.kind === 'saveDraft' ? save(application, command) : send(application, command);
}

/** The end of a draft that was sent comes from the change feed. */
function effectOf(command: DraftCommand, { itemId }: CommandResponse): BatchEntry | undefined {
  if (command.kind === 'sendDraft' || itemId === undefined) return undefined;
  return command.kind === 'addDraft' ? { op: 'add', itemId } : { op: 'change', itemId, since: 0 };
}

async function add(
  application: Application,
  { clientId, message, files }: Extract<DraftCommand, { kind: 'addDraft' }>,
): Promise<CommandResponse> {
  const { context, request } = application;
  const { itemId, folderId, modseq } = await context.mailbox.insert({
    ...message,
    folderId: request.collectionId,
  });
  known(application, itemId, modseq, message.receivedAt);
  touch(application, { outcome: 'changed', folderId, modseq });
  return { command: 'add', id: clientId, itemId, files, status: OK };
}

async function save(
  application: Application,
  { itemId, message, files }: Extract<DraftCommand, { kind: 'saveDraft' }>,
): Promise<CommandResponse> {
  const { context, request } = application;
  const [present] = await context.mailbox.itemStates([itemId]);
  if (present?.folderId !== request.collectionId) return { command: 'change', id: itemId, status: NOT_FOUND };
  const held = context.repo.versions(request.collectionId, [itemId]).get(itemId);
  const outcome = await context.mailbox.replaceContent({ ...message, itemId });
  if (outcome.outcome === 'notFound') return { command: 'change', id: itemId, status: NOT_FOUND };
  // References to attachments number the parts of a draft, which are now others: the device hears of the draft anew.
  const hasFiles = message.parts.some((part) => part.isAttachment);
  // And only when nobody else changed it meanwhile does the device know all of its new version.
  const [after] = await context.mailbox.itemStates([itemId]);
  if (!hasFiles && held === present.modseq && after !== undefined && knowsAll(after, held, CONTENT)) {
    known(application, itemId, outcome.modseq, message.receivedAt);
  }
  touch(application, outcome);
  return { command: 'change', id: itemId, itemId, files, status: OK, quiet: true };
}

/**
 * Sent first and then removed: if the removal fails, the repeat of the request removes, and sends nothing (I16). The
 * device still holds the draft: the change feed tells it that it is gone.
 */
async function send(
  application: Application,
  { clientId, itemId, submissionId, raw }: Extract<DraftCommand, { kind: 'sendDraft' }>,
): Promise<CommandResponse> {
  const { context, request } = application;
  const command = clientId === null ? 'change' : 'add';
  const names = { command, id: clientId ?? itemId ?? '' } as const;
  if (raw === null) return { ...names, status: NOT_FOUND };
  if (context.send === undefined) throw new Error('sync: there is no way out for a draft');
  const status = await context.send(submissionId, raw);
  if (status !== OK) return { ...names, status };
  if (itemId !== null) {
    const [outcome] = await context.mailbox.remove([itemId], context.now, request.collectionId);
    if (outcome !== undefined) touch(application, outcome);
  }
  return { ...names, status, ...(command === 'change' ? { quiet: true } : {}) };
}

function known({ context, request }: Application, itemId: string, version: number, receivedAt: number): void {
  const { repo } = context;
  repo.write(() => repo.put(request.collectionId, [{ itemId, version, receivedAt }]));
}
