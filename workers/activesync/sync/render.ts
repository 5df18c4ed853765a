import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Correspondent, Message } from '../../../core/mail/types.ts';
import { CLASS_OF_KIND, type PimItem } from '../../../core/pim/types.ts';
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
import { addedProperties, itemProperties } from '../pim/render.ts';
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
  others: Map<string, PimItem>;
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
  const items: Items = {
    ...{ messages: new Map(), others: new Map(), correspondents: new Map(), unreadable: new Set() },
  };
  const left = () =>
    ids.filter((id) => !items.messages.has(id) && !items.others.has(id) && !items.unreadable.has(id));
  const isMail = reply.itemClass === 'Email' || reply.itemClass === null;
  if (isMail && ids.length > 0) {
    const read = await readable(context, ids, (some) => mailbox.messages(some), items.unreadable);
    for (const m of read) items.messages.set(m.itemId, m);
  }
  if (left().length > 0) {
    const read = await readable(context, left(), (some) => mailbox.pimItems(some), items.unreadable);
    for (const item of read) items.others.set(item.itemId, item);
  }
  if (!isMail && left().length > 0) {
    for (const c of await mailbox.correspondents(left())) items.correspondents.set(c.itemId, c);
  }
  return items;
}

/** One record that cannot be read must not hold up the others (I20): then each is read by itself. */
async function readable<T>(
  { log }: EasContext,
  ids: string[],
  read: (ids: string[]) => Promise<T[]>,
  unreadable: Set<string>,
): Promise<T[]> {
  try {
    return await read(ids);
  } catch (error) {
    log.warn('eas.items-not-read', { items: ids.length, error: describeError(error) });
  }
  const found: T[] = [];
  let failed = 0;
  for (const id of ids) {
    try {
      found.push(...(await read([id])));
    } catch (error) {
      failed++;
      unreadable.add(id);
      log.error('eas.item-not-read', { itemId: id, error: describeError(error) });
    }
  }
  // Not one of them: then it is the store, and the device comes again.
  if (failed === ids.length && ids.length > 1) throw new Error('no item could be read');
  return found;
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
  if (data === null) return null;
  // An Add says what it is by its MessageClass alone.
  const itemClass = entry.op === 'add' ? null : classOf(items.others.get(entry.itemId));
  return el(tag, itemClass, serverId, el('AirSync:ApplicationData', data));
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
  { messages, others, correspondents }: Items,
): Promise<WbxmlNode[] | null> {
  const message = messages.get(entry.itemId);
  if (message !== undefined) {
    const render = { ...renderContext(context), files: reply.files[entry.itemId] };
    return entry.op === 'add'
      ? emailProperties(render, message, reply.options)
      : emailChange(render, message, entry.since ?? 0, reply.options, entry.named);
  }
  const other = others.get(entry.itemId);
  if (other !== undefined) return itemProperties(context, other, reply.options);
  const correspondent = correspondents.get(entry.itemId);
  return correspondent === undefined ? null : recipientCacheProperties(correspondent, context.services.now());
}

async function renderResponse(
  context: EasContext,
  reply: SyncReply,
  response: CommandResponse,
  items: Items,
): Promise<WbxmlNode> {
  const status = el('AirSync:Status', response.status);
  if (response.command === 'add') return renderAdded(context, response, items);
  const serverId = el('AirSync:ServerId', response.id);
  const tag = COMMAND_TAGS[response.command];
  if (response.command !== 'fetch' || response.status !== STATUS.sync.ok) {
    const { instanceId } = response;
    const instance = instanceId === undefined ? null : el('AirSyncBase:InstanceId', instanceId);
    return el(tag, serverId, instance, status);
  }
  const other = items.others.get(response.id);
  if (other !== undefined && isOf(other, reply)) {
    const data = await itemProperties(context, other, reply.options, true).catch((error: unknown) => {
      context.log.error('eas.item-not-rendered', { itemId: response.id, error: describeError(error) });
      return null;
    });
    return data === null
      ? el(tag, serverId, el('AirSync:Status', STATUS.sync.conversion))
      : el(tag, serverId, status, el('AirSync:ApplicationData', data));
  }
  const message = items.messages.get(response.id);
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
function renderAdded(context: EasContext, response: CommandResponse, { messages, others }: Items): WbxmlNode {
  const { itemId = '' } = response;
  const message = messages.get(itemId);
  const other = others.get(itemId);
  const data =
    message === undefined ? addedProperties(context, other) : draftProperties(message, response.files ?? {});
  return el(
    'AirSync:Add',
    classOf(other),
    el('AirSync:ClientId', response.id),
    itemId === '' ? null : el('AirSync:ServerId', itemId),
    el('AirSync:Status', response.status),
    data.length === 0 && message === undefined ? null : el('AirSync:ApplicationData', data),
  );
}

/** Of text messages alone the folder does not say what they are (MS-ASCMD 2.2.3.27.6). */
function classOf(item: PimItem | undefined): WbxmlNode | null {
  return item?.kind === 'sms' ? el('AirSync:Class', 'SMS') : null;
}

/** Whether the folder of the answer shows this item: Deleted Items holds others too. */
function isOf({ folderId, kind }: PimItem, { collectionId, itemClass }: SyncReply): boolean {
  return folderId === collectionId && CLASS_OF_KIND[kind] === itemClass;
}
