import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Message } from '../../../core/mail/types.ts';
import type { BatchEntry, CommandResponse } from '../../../core/sync/state.ts';
import type { SyncReply } from '../../../core/sync/sync-collection.ts';
import { FAN_OUT, mapBounded } from '../../../platform/bounded.ts';
import { describeError } from '../../../platform/log.ts';
import type { EasContext } from '../context.ts';
import { emailChange, emailProperties, type RenderContext } from '../mail/email-data.ts';
import { STATUS } from '../status.ts';

const COMMAND_TAGS = {
  add: 'AirSync:Add',
  change: 'AirSync:Change',
  delete: 'AirSync:Delete',
  fetch: 'AirSync:Fetch',
} as const;

/** One Collection of a Sync answer. */
export async function renderCollection(context: EasContext, reply: SyncReply): Promise<WbxmlNode> {
  const head = [
    el('AirSync:SyncKey', reply.syncKey),
    el('AirSync:CollectionId', reply.collectionId),
    el('AirSync:Status', reply.status),
  ];
  if (reply.status !== STATUS.common.ok) return el('AirSync:Collection', head);
  const fetched = reply.responses.filter((r) => r.command === 'fetch').map((r) => r.id);
  const named = reply.batch.filter((e) => e.op === 'add' || e.op === 'change').map((e) => e.itemId);
  const ids = [...new Set([...named, ...fetched])];
  const messages = new Map<string, Message>();
  if (ids.length > 0) for (const m of await context.mailbox.messages(ids)) messages.set(m.itemId, m);
  const commands = await mapBounded(reply.batch, FAN_OUT, (entry) =>
    renderEntry(context, reply, entry, messages),
  );
  const responses = await mapBounded(reply.responses, FAN_OUT, (r) =>
    renderResponse(context, reply, r, messages),
  );
  const said = commands.filter((c) => c !== null);
  return el(
    'AirSync:Collection',
    head,
    reply.more ? el('AirSync:MoreAvailable') : null,
    said.length > 0 ? el('AirSync:Commands', said) : null,
    responses.length > 0 ? el('AirSync:Responses', responses) : null,
  );
}

function renderContext(context: EasContext): RenderContext {
  return { blobs: context.services.blobs, version: context.version };
}

/** null leaves the item out: one that cannot be shown must never hold up its folder (I20). */
async function renderEntry(
  context: EasContext,
  reply: SyncReply,
  entry: BatchEntry,
  messages: Map<string, Message>,
): Promise<WbxmlNode | null> {
  const serverId = el('AirSync:ServerId', entry.itemId);
  if (entry.op === 'delete') return el('AirSync:Delete', serverId);
  if (entry.op === 'softDelete') return el('AirSync:SoftDelete', serverId);
  const message = messages.get(entry.itemId);
  if (message === undefined) {
    context.log.warn('eas.item-vanished', { itemId: entry.itemId });
    return null;
  }
  if (entry.op === 'change') {
    const since = 0;
    const data = await emailChange(renderContext(context), message, since, reply.options);
    return el('AirSync:Change', serverId, el('AirSync:ApplicationData', data));
  }
  try {
    const data = await emailProperties(renderContext(context), message, reply.options);
    return el('AirSync:Add', serverId, el('AirSync:ApplicationData', data));
  } catch (error) {
    context.log.error('eas.item-not-rendered', { itemId: entry.itemId, error: describeError(error) });
    return null;
  }
}

async function renderResponse(
  context: EasContext,
  reply: SyncReply,
  response: CommandResponse,
  messages: Map<string, Message>,
): Promise<WbxmlNode> {
  const name = el(response.command === 'add' ? 'AirSync:ClientId' : 'AirSync:ServerId', response.id);
  const tag = COMMAND_TAGS[response.command];
  if (response.command !== 'fetch' || response.status !== STATUS.sync.ok) {
    return el(tag, name, el('AirSync:Status', response.status));
  }
  const message = messages.get(response.id);
  if (message === undefined || message.folderId !== reply.collectionId) {
    return el(tag, name, el('AirSync:Status', STATUS.sync.notFound));
  }
  // Fetch asks for the whole item: no truncation (MS-ASCMD 2.2.3.63.2).
  const bodies = reply.options.bodies.map((b) => ({ ...b, truncationSize: null }));
  const options = { bodies, mimeSupport: reply.options.mimeSupport };
  const data = await emailProperties(renderContext(context), message, options);
  return el(tag, name, el('AirSync:Status', STATUS.sync.ok), el('AirSync:ApplicationData', data));
}
