import type { Message, NewMessage } from '../../../core/mail/types.ts';
import type { AddedFiles, ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { STATUS } from '../status.ts';
import type { ParsedCollection } from '../sync/parse.ts';
import { parseMarks } from '../sync/parse-commands.ts';
import { refused } from '../sync/refused.ts';
import { composeDraft, type DraftRequest } from './compose.ts';
import { addedFiles, fileIds } from './content.ts';
import { digest, fingerprintOf } from './fingerprint.ts';

/** A raw that was written for the item that has it once its command is carried out. */
export interface WrittenRaw {
  itemId: string;
  rawKey: string;
  replaces: string | null;
}

/**
 * Turns a draft of a request into a message before the device's object sees it: composed, stored and read. Ids
 * and keys are made from what names the command, so that a repeat arrives at the same draft (I16).
 */
export async function stageDraft(
  context: EasContext,
  collection: ParsedCollection,
  command: DraftRequest,
  written: WrittenRaw[],
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
    await services.blobs.putRaw(rawKey, raw, {
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
