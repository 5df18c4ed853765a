import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Correspondent, Message } from '../../../core/mail/types.ts';
import type { SyncReply } from '../../../core/sync/request.ts';
import type { BatchEntry, CommandResponse } from '../../../core/sync/state.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import {
  draftProperties,
  emailChange,
  emailOutline,
  emailProperties,
  renderContext,
} from '../mail/email-data.ts';
import { recipientCacheProperties } from '../people/recipient-cache.ts';
import { STATUS } from '../status.ts';
import { reportLeftOut } from './left-out.ts';

const COMMAND_TAGS = {
  add: 'AirSync:Add',
  change: 'AirSync:Change',
  delete: 'AirSync:Delete',
  fetch: 'AirSync:Fetch',
} as const;

/** The items that an answer speaks of. */
interface Items {
  messages: Map<string, Message>;
  correspondents: Map<string, Correspondent>;
  unreadable: Set<string>;
}

/** One Collection of a Sync answer. */
export async function renderCollection(context: EasContext, reply: SyncReply): Promise<WbxmlNode> {
  const head = [
    el('AirSync:SyncKey', reply.syncKey),
    el('AirSync:CollectionId', reply.collectionId),
    el('AirSync:Status', reply.status),
  ];
  if (reply.status !== STATUS.common.ok) return el('AirSync:Collection', head);
  for (const itemId of reply.skipped) reportLeftOut(context, reply.collectionId, itemId, 'not taken in');
  const items = await itemsOf(context, reply);
  const commands = await mapBounded(reply.batch, FAN_OUT, (entry) =>
    renderEntry(context, reply, entry, items),
  );
  const responses = await mapBounded(reply.responses, FAN_OUT, (r) =>
    renderResponse(context, reply, r, items),
  );
  const said = commands.filter((c) => c !== null);
  return el(
    'AirSync:Collection',
    head,
    // Everything of the step may have vanished meanwhile: then its answer never promises more. A collection that had no
    // room in this answer does.
    reply.more && (said.length > 0 || reply.batch.length === 0) ? el('AirSync:MoreAvailable') : null,
    said.length > 0 ? el('AirSync:Commands', said) : null,
    responses.length > 0 ? el('AirSync:Responses', responses) : null,
  );
}

async function itemsOf(context: EasContext, reply: SyncReply): Promise<Items> {
  const { mailbox } = context;
  const named = reply.batch.filter((e) => e.op === 'add' || e.op === 'change').map((e) => e.itemId);
  const answered = reply.responses.flatMap((r) => (r.command === 'fetch' ? [r.id] : (r.itemId ?? [])));
  const ids = [...new Set([...named, ...answered])];
  const items: Items = { messages: new Map(), correspondents: new Map(), unreadable: new Set() };
  if (ids.length === 0) return items;
  for (const m of await readableMessages(context, ids, items.unreadable)) items.messages.set(m.itemId, m);
  const others = ids.filter((id) => !items.messages.has(id));
  if (others.length > 0) {
    for (const c of await mailbox.correspondents(others)) items.correspondents.set(c.itemId, c);
  }
  return items;
}

/** One record that cannot be read must not hold up the others (I20): then each is read by itself. */
async function readableMessages(
  { mailbox, log }: EasContext,
  ids: string[],
  unreadable: Set<string>,
): Promise<Message[]> {
  try {
    return await mailbox.messages(ids);
  } catch (error) {
    log.warn('eas.messages-not-read', { items: ids.length, error: describeError(error) });
  }
  const read: Message[] = [];
  for (const id of ids) {
    try {
      read.push(...(await mailbox.messages([id])));
    } catch (error) {
      unreadable.add(id);
      log.error('eas.item-not-read', { itemId: id, error: describeError(error) });
    }
  }
  // Not one of them: then it is the store, and the device comes again.
  if (unreadable.size === ids.length && ids.length > 1) throw new Error('no message could be read');
  return read;
}

/** null leaves the item out: one that cannot be shown must never hold up its folder (I20). */
async function renderEntry(
  context: EasContext,
  reply: SyncReply,
  entry: BatchEntry,
  items: Items,
): Promise<WbxmlNode | null> {
  const serverId = el('AirSync:ServerId', entry.itemId);
  if (entry.op === 'delete') return el('AirSync:Delete', serverId);
  if (entry.op === 'softDelete') return el('AirSync:SoftDelete', serverId);
  const tag = entry.op === 'add' ? 'AirSync:Add' : 'AirSync:Change';
  const data = await propertiesOrOutline(context, reply, entry, items);
  return data === null ? null : el(tag, serverId, el('AirSync:ApplicationData', data));
}

async function propertiesOrOutline(
  context: EasContext,
  reply: SyncReply,
  entry: BatchEntry,
  items: Items,
): Promise<WbxmlNode[] | null> {
  const { itemId } = entry;
  try {
    const data = await propertiesOf(context, reply, entry, items);
    if (data === null && items.unreadable.has(itemId))
      reportLeftOut(context, reply.collectionId, itemId, 'not readable');
    else if (data === null) context.log.warn('eas.item-vanished', { itemId });
    return data;
  } catch (error) {
    context.log.error('eas.item-not-rendered', { itemId, error: describeError(error) });
  }
  try {
    const message = items.messages.get(itemId);
    if (message !== undefined) return emailOutline(renderContext(context), message);
  } catch (error) {
    context.log.error('eas.item-without-outline', { itemId, error: describeError(error) });
  }
  reportLeftOut(context, reply.collectionId, itemId, 'not renderable');
  return null;
}

async function propertiesOf(
  context: EasContext,
  reply: SyncReply,
  entry: BatchEntry,
  { messages, correspondents }: Items,
): Promise<WbxmlNode[] | null> {
  const message = messages.get(entry.itemId);
  if (message !== undefined) {
    const render = { ...renderContext(context), files: reply.files[entry.itemId] };
    return entry.op === 'add'
      ? emailProperties(render, message, reply.options)
      : emailChange(render, message, entry.since ?? 0, reply.options, entry.named);
  }
  const correspondent = correspondents.get(entry.itemId);
  return correspondent === undefined ? null : recipientCacheProperties(correspondent, context.services.now());
}

async function renderResponse(
  context: EasContext,
  reply: SyncReply,
  response: CommandResponse,
  { messages }: Items,
): Promise<WbxmlNode> {
  const status = el('AirSync:Status', response.status);
  if (response.command === 'add') return renderAdded(response, messages);
  const serverId = el('AirSync:ServerId', response.id);
  const tag = COMMAND_TAGS[response.command];
  if (response.command !== 'fetch' || response.status !== STATUS.sync.ok) return el(tag, serverId, status);
  const message = messages.get(response.id);
  if (message === undefined || message.folderId !== reply.collectionId) {
    return el(tag, serverId, el('AirSync:Status', STATUS.sync.notFound));
  }
  // Fetch asks for the whole item: no truncation (MS-ASCMD 2.2.3.63.2).
  const bodies = reply.options.bodies.map((b) => ({ ...b, truncationSize: null }));
  // A part of the body has no place in it.
  const options = { ...reply.options, bodies, bodyParts: [], mimeTruncation: null };
  const data = await emailProperties(renderContext(context), message, options);
  return el(tag, serverId, status, el('AirSync:ApplicationData', data));
}

/** The answer to an Add: where the item is now, and what the device does not know of it (MS-ASCMD 2.2.3.7.2). */
function renderAdded(response: CommandResponse, messages: Map<string, Message>): WbxmlNode {
  const message = response.itemId === undefined ? undefined : messages.get(response.itemId);
  return el(
    'AirSync:Add',
    el('AirSync:ClientId', response.id),
    response.itemId === undefined ? null : el('AirSync:ServerId', response.itemId),
    el('AirSync:Status', response.status),
    message === undefined
      ? null
      : el('AirSync:ApplicationData', draftProperties(message, response.files ?? {})),
  );
}
