import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Correspondent, Message } from '../../../core/mail/types.ts';
import type { SyncReply } from '../../../core/sync/request.ts';
import type { BatchEntry, CommandResponse } from '../../../core/sync/state.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { attachmentProperties } from '../mail/attachments.ts';
import { emailChange, emailProperties, type RenderContext } from '../mail/email-data.ts';
import { recipientCacheProperties } from '../people/recipient-cache.ts';
import { STATUS } from '../status.ts';

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
}

/** One Collection of a Sync answer. */
export async function renderCollection(context: EasContext, reply: SyncReply): Promise<WbxmlNode> {
  const head = [
    el('AirSync:SyncKey', reply.syncKey),
    el('AirSync:CollectionId', reply.collectionId),
    el('AirSync:Status', reply.status),
  ];
  if (reply.status !== STATUS.common.ok) return el('AirSync:Collection', head);
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
    // Everything of the step may have vanished meanwhile: an answer without items never promises more.
    reply.more && said.length > 0 ? el('AirSync:MoreAvailable') : null,
    said.length > 0 ? el('AirSync:Commands', said) : null,
    responses.length > 0 ? el('AirSync:Responses', responses) : null,
  );
}

async function itemsOf({ mailbox }: EasContext, reply: SyncReply): Promise<Items> {
  const named = reply.batch.filter((e) => e.op === 'add' || e.op === 'change').map((e) => e.itemId);
  const answered = reply.responses.flatMap((r) => (r.command === 'fetch' ? [r.id] : (r.itemId ?? [])));
  const ids = [...new Set([...named, ...answered])];
  const items: Items = { messages: new Map(), correspondents: new Map() };
  if (ids.length === 0) return items;
  for (const m of await mailbox.messages(ids)) items.messages.set(m.itemId, m);
  const others = ids.filter((id) => !items.messages.has(id));
  if (others.length > 0) {
    for (const c of await mailbox.correspondents(others)) items.correspondents.set(c.itemId, c);
  }
  return items;
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
  try {
    const data = await propertiesOf(context, reply, entry, items);
    if (data !== null) return el(tag, serverId, el('AirSync:ApplicationData', data));
    context.log.warn('eas.item-vanished', { itemId: entry.itemId });
  } catch (error) {
    context.log.error('eas.item-not-rendered', { itemId: entry.itemId, error: describeError(error) });
  }
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
    return entry.op === 'add'
      ? emailProperties(renderContext(context), message, reply.options)
      : emailChange(renderContext(context), message, entry.since ?? 0, reply.options, entry.named);
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
  const options = { ...reply.options, bodies, mimeTruncation: null };
  const data = await emailProperties(renderContext(context), message, options);
  return el(tag, serverId, status, el('AirSync:ApplicationData', data));
}

/** The answer to an Add: where the item is now, and from 16.0 the names of its attachments (MS-ASCMD 2.2.3.7.2). */
function renderAdded(response: CommandResponse, messages: Map<string, Message>): WbxmlNode {
  const message = response.itemId === undefined ? undefined : messages.get(response.itemId);
  const attachments = message === undefined ? [] : attachmentProperties(message, { voice: null, tnef: null });
  return el(
    'AirSync:Add',
    el('AirSync:ClientId', response.id),
    response.itemId === undefined ? null : el('AirSync:ServerId', response.itemId),
    el('AirSync:Status', response.status),
    attachments.length === 0 ? null : el('AirSync:ApplicationData', attachments),
  );
}

function renderContext(context: EasContext): RenderContext {
  return { blobs: context.services.blobs, version: context.version };
}
