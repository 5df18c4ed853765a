import type { Message, NewMessage } from '../../../core/mail/types.ts';
import type { SyncRequest } from '../../../core/sync/request.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { STATUS } from '../status.ts';
import type { ParsedCollection } from '../sync/parse.ts';
import type { DraftRequest } from '../sync/parse-commands.ts';
import { applyToDraft, contentOfDraft, type DraftFrame, emptyDraft } from './content.ts';
import { wholeMessage } from './whole-message.ts';

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
    else commands.push(await stage(context, collection, command, written));
  }
  return { request: { ...collection, commands }, written };
}

async function stage(
  context: EasContext,
  collection: ParsedCollection,
  command: DraftRequest,
  written: Staged['written'],
): Promise<ClientCommand> {
  const present = command.itemId === null ? null : await draftOf(context, collection, command.itemId);
  if (present === undefined) return refused(command, STATUS.sync.notFound);
  const name = [collection.collectionId, collection.syncKey, command.clientId ?? command.itemId ?? ''];
  const identity = await digest([context.ref.mailboxId, context.query.deviceId, ...name]);
  const now = context.services.now();
  const frame: DraftFrame = {
    from: { name: context.principal.user.displayName, address: context.principal.user.address },
    messageId: `${identity}@${context.principal.user.address.split('@')[1] ?? 'localhost'}`,
    date: now,
  };
  const draft = await write(context, command, present, frame);
  if (draft === null) return refused(command);
  const { raw, said } = draft;
  if (raw.length > context.services.config.maxMessageBytes) return refused(command);
  if (command.send) {
    const { clientId, itemId } = command;
    return { kind: 'sendDraft', clientId, itemId, submissionId: identity, raw };
  }
  const itemId = present?.itemId ?? identity;
  const fingerprint = await digest([identity, JSON.stringify(said, hashable)]);
  const rawKey = `drafts/${context.ref.tenantId}/${context.ref.mailboxId}/${itemId}/${fingerprint}.eml`;
  const message = await keep(context, collection, { itemId, rawKey, raw, now });
  written.push({ itemId, rawKey, replaces: present?.rawKey ?? null });
  return present === null
    ? { kind: 'addDraft', clientId: command.clientId ?? '', message }
    : { kind: 'saveDraft', itemId, fingerprint, message };
}

/** The draft's bytes, and what it says without the time of saying it; null when a draft cannot say that. */
async function write(
  context: EasContext,
  { data, itemId }: DraftRequest,
  present: Message | null,
  frame: DraftFrame,
): Promise<{ raw: Uint8Array; said: unknown } | null> {
  const whole = wholeMessage(data, frame);
  if (whole === null) return null;
  if (whole !== undefined) return { raw: whole, said: wholeMessage(data, { ...frame, date: 0 }) };
  const before = present === null ? emptyDraft(frame) : await contentOfDraft(context, present, frame);
  const content = applyToDraft(before, data, itemId);
  if (content === null) return null;
  return { raw: await context.services.composer.compose(content), said: { ...content, date: 0 } };
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

async function keep(
  context: EasContext,
  collection: ParsedCollection,
  { itemId, rawKey, raw, now }: { itemId: string; rawKey: string; raw: Uint8Array; now: number },
): Promise<NewMessage> {
  const { blobs, reader } = context.services;
  const { ref, principal } = context;
  const kept = await blobs.head(rawKey);
  let bytes = raw;
  if (kept === null) {
    const { address } = principal.user;
    await blobs.putRaw(rawKey, new Response(raw.slice()).body ?? new ReadableStream(), {
      ...{ tenantId: ref.tenantId, mailboxId: ref.mailboxId, shard: ref.shard },
      ...{ mailFrom: address, rcptTo: address, receivedAt: now, rawSize: raw.length },
      ...{ correlationId: context.correlationId, authResults: '', role: 'drafts' },
    });
  } else {
    // A first try of this request wrote it; only its Date may differ.
    bytes = (await blobs.readRange(rawKey, 0, kept.size)) ?? raw;
  }
  return reader.read(bytes, {
    ref,
    itemId,
    rawKey,
    receivedAt: now,
    folderRole: 'drafts',
    folderId: collection.collectionId,
    isRead: true,
    isDraft: true,
  });
}

function refused(command: DraftRequest, status: number = STATUS.sync.conversion): ClientCommand {
  const id = command.clientId ?? command.itemId ?? '';
  return { kind: 'refused', command: command.clientId === null ? 'change' : 'add', id, status };
}

/** 32 hex digits that stand for these words. */
async function digest(words: string[]): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(words)));
  return Array.from(new Uint8Array(hash).slice(0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Bytes by their length and ends: enough to tell two contents of one draft apart, without spelling out megabytes. */
function hashable(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  let sum = 0;
  for (const byte of value) sum = (sum * 31 + byte) % 4_294_967_291;
  return [value.length, sum];
}
