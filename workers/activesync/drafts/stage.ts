import type { Message, NewMessage } from '../../../core/mail/types.ts';
import type { SyncRequest } from '../../../core/sync/request.ts';
import type { AddedFiles, ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { STATUS } from '../status.ts';
import type { ParsedCollection } from '../sync/parse.ts';
import { type DraftRequest, parseMarks } from '../sync/parse-commands.ts';
import { composeDraft } from './compose.ts';
import { addedFiles, fileIds } from './content.ts';
import { digest, fingerprintOf } from './fingerprint.ts';

/** A staged collection, and the raws that were written for it. */
export interface Staged {
  request: SyncRequest;
  /** Keys by the item that has them once its command is carried out. */
  written: { itemId: string; rawKey: string; replaces: string | null }[];
}

/**
 * Turns the drafts of a request into messages before the device's object sees them: composed, stored and read. Ids
 * and keys are made from what names the command, so that a repeat arrives at the same draft (I16).
 */
export async function stageDrafts(context: EasContext, collection: ParsedCollection): Promise<Staged> {
  const written: Staged['written'] = [];
  const commands: ClientCommand[] = [];
  const drafts = collection.commands.some((c) => c.kind === 'draft');
  const head = drafts
    ? (await context.mailbox.folderHeads([collection.collectionId])).get(collection.collectionId)
    : undefined;
  for (const command of collection.commands) {
    if (command.kind !== 'draft') commands.push(command);
    else if (head !== undefined && head.role !== 'drafts') commands.push(refused(command));
    else commands.push(...(await stage(context, collection, command, written)));
  }
  return { request: { ...collection, commands }, written };
}

async function stage(
  context: EasContext,
  collection: ParsedCollection,
  command: DraftRequest,
  written: Staged['written'],
): Promise<ClientCommand[]> {
  const { clientId, data, send } = command;
  const present = command.itemId === null ? null : await draftOf(context, collection, command.itemId);
  const name = [collection.collectionId, collection.syncKey, clientId ?? command.itemId ?? ''];
  const identity = await digest([context.ref.mailboxId, context.query.deviceId, ...name]);
  if (send) return [await stageSend(context, command, present, identity)];
  if (present === undefined) return [refused(command, STATUS.sync.notFound)];
  const itemId = present?.itemId ?? identity;
  // Of what the device says, and not of what comes of it: the second try of a change finds its draft changed.
  const fingerprint = await fingerprintOf(identity, data);
  const rawKey = `drafts/${context.ref.tenantId}/${context.ref.mailboxId}/${itemId}/${fingerprint}.eml`;
  let raw = await keptRaw(context, rawKey);
  if (raw === null) {
    const composed = await composeDraft(context, command, present, identity);
    if (composed === null) return [refused(command)];
    raw = await write(context, rawKey, composed.raw);
  }
  const message = await read(context, collection, { itemId, rawKey, raw });
  written.push({ itemId, rawKey, replaces: present?.rawKey ?? null });
  const files: AddedFiles = fileIds(addedFiles(data) ?? [], message.parts);
  const marks = parseMarks(data);
  if (marks === 'invalid') return [refused(command)];
  if (present === null) {
    return [{ kind: 'addDraft', clientId: clientId ?? '', message: { ...message, ...marks }, files }];
  }
  return [
    { kind: 'saveDraft', itemId, fingerprint, message, files },
    ...(Object.keys(marks).length === 0 ? [] : [{ kind: 'change', itemId, ...marks } as const]),
  ];
}

/** A draft that is not there was perhaps sent by a first try of the request: only the engine knows. */
async function stageSend(
  context: EasContext,
  command: DraftRequest,
  present: Message | null | undefined,
  submissionId: string,
): Promise<ClientCommand> {
  const { clientId, itemId } = command;
  if (present === undefined) return { kind: 'sendDraft', clientId, itemId, submissionId, raw: null };
  const composed = await composeDraft(context, command, present, submissionId);
  if (composed === null) return refused(command);
  if (composed.unfit) return refused(command, STATUS.sync.badRecipient);
  return { kind: 'sendDraft', clientId, itemId, submissionId, raw: composed.raw };
}

/** undefined when there is no such draft in the folder. */
async function draftOf(
  context: EasContext,
  collection: ParsedCollection,
  itemId: string,
): Promise<Message | undefined> {
  const [message] = await context.mailbox.messages([itemId]);
  return message?.isDraft === true && message.folderId === collection.collectionId ? message : undefined;
}

async function keptRaw({ services }: EasContext, rawKey: string): Promise<Uint8Array | null> {
  const kept = await services.blobs.head(rawKey);
  return kept === null ? null : services.blobs.readRange(rawKey, 0, kept.size);
}

/** The bytes that are under the key afterwards: of the same request, sent twice at once, one was first. */
async function write(context: EasContext, rawKey: string, raw: Uint8Array): Promise<Uint8Array> {
  const { services, ref, principal, correlationId } = context;
  const { address } = principal.user;
  try {
    await services.blobs.putRaw(rawKey, new Response(raw.slice()).body ?? new ReadableStream(), {
      ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard },
      ...{ mailFrom: address, rcptTo: address, receivedAt: services.now(), rawSize: raw.length },
      ...{ correlationId, authResults: '', role: 'drafts' },
    });
    return raw;
  } catch (error) {
    const first = await keptRaw(context, rawKey);
    if (first === null) throw error;
    return first;
  }
}

function read(
  { services, ref }: EasContext,
  { collectionId }: ParsedCollection,
  { itemId, rawKey, raw }: { itemId: string; rawKey: string; raw: Uint8Array },
): Promise<NewMessage> {
  return services.reader.read(raw, {
    ...{ ref, itemId, rawKey, receivedAt: services.now() },
    ...{ folderRole: 'drafts', folderId: collectionId, isRead: true, isDraft: true },
  });
}

function refused(command: DraftRequest, status: number = STATUS.sync.conversion): ClientCommand {
  const id = command.clientId ?? command.itemId ?? '';
  return { kind: 'refused', command: command.clientId === null ? 'change' : 'add', id, status };
}
