import type { FolderHead } from '../../../core/ports/mail.ts';
import type { SyncRequest } from '../../../core/sync/request.ts';
import type { ClientCommand } from '../../../core/sync/state.ts';
import type { EasContext } from '../context.ts';
import { stageDraft, type WrittenRaw } from '../drafts/stage.ts';
import { atLeast } from '../http/versions.ts';
import { codecOf, codecOfFolder } from '../pim/index.ts';
import { type ItemRequest, ItemStage } from '../pim/stage.ts';
import { STATUS } from '../status.ts';
import type { ParsedCollection } from './parse.ts';
import { type EditRequest, markOf, type NewRequest } from './parse-commands.ts';
import { refused } from './refused.ts';
import { refuseTypeless } from './typeless-flags.ts';

/** A collection as the engine takes it, and the raws that were written for its drafts. */
export interface Staged {
  request: SyncRequest;
  written: WrittenRaw[];
}

/** What of a message only a draft can be changed in (MS-ASEMAIL 3.1.5.1). */
const DRAFT_FIELDS = new Set([
  'Email:To',
  'Email:Cc',
  'Email2:Bcc',
  'Email:ReplyTo',
  'Email:Subject',
  'Email:Importance',
  'Email:From',
  'AirSyncBase:Body',
  'AirSyncBase:Attachments',
]);
const SMS = 'SMS';

/**
 * Turns what a device makes and changes into items and messages before its object sees them. What an Add is depends on
 * the folder: the Class is said of text messages alone.
 */
export async function stageCollection(context: EasContext, collection: ParsedCollection): Promise<Staged> {
  const { collectionId } = collection;
  const requests = collection.commands.filter((c) => c.kind === 'new' || c.kind === 'edit');
  const written: WrittenRaw[] = [];
  const head =
    requests.length === 0 ? undefined : (await context.mailbox.folderHeads([collectionId])).get(collectionId);
  const stage = head === undefined ? stageNothing : await stagerOf(context, collection, head, written);
  const commands: ClientCommand[] = [];
  for (const command of collection.commands) {
    if (command.kind === 'new' || command.kind === 'edit') commands.push(...(await stage(command)));
    else commands.push(command);
  }
  return { request: { ...collection, commands: await refuseTypeless(context, commands) }, written };
}

type Stager = (command: NewRequest | EditRequest) => Promise<ClientCommand[]>;

/** The engine says that there is no such folder. */
async function stageNothing(command: NewRequest | EditRequest): Promise<ClientCommand[]> {
  return [refused(namesOf(command), STATUS.sync.notFound)];
}

async function stagerOf(
  context: EasContext,
  collection: ParsedCollection,
  head: FolderHead,
  written: WrittenRaw[],
): Promise<Stager> {
  const { itemClass } = head;
  if (itemClass === 'Email') return mailStager(context, collection, head, written);
  const codec = codecOfFolder(itemClass);
  if (codec === undefined) return async (command) => [refused(namesOf(command))];
  const items = await ItemStage.open(context, collection, codec);
  return async (command) => {
    const other = command.kind === 'new' && command.itemClass !== null && command.itemClass !== itemClass;
    return [other ? refused(namesOf(command)) : await items.stage(itemRequest(command))];
  };
}

async function mailStager(
  context: EasContext,
  collection: ParsedCollection,
  { role }: FolderHead,
  written: WrittenRaw[],
): Promise<Stager> {
  const codec = codecOf('sms');
  const sms = codec === undefined ? null : await ItemStage.open(context, collection, codec);
  return async (command) => {
    const names = namesOf(command);
    const isSms = command.kind === 'new' ? command.itemClass === SMS : sms?.has(command.itemId) === true;
    if (isSms && sms !== null) return [await sms.stage(itemRequest(command))];
    if (!isDraft(command)) return [command.kind === 'new' ? refused(names) : editOf(command)];
    if (!atLeast(context.version, '16.0') || role !== 'drafts') return [refused(names)];
    const { data, send } = command;
    return stageDraft(context, collection, { ...names, data, send }, written);
  };
}

/** A mail cannot be added but as a draft (MS-ASCMD 2.2.3.7.2), and no other be changed but in its marks. */
function isDraft(command: NewRequest | EditRequest): boolean {
  if (command.kind === 'new') return command.itemClass === null || command.itemClass === 'Email';
  const fields = command.data?.children ?? [];
  return command.send || fields.some((field) => DRAFT_FIELDS.has(field.tag));
}

function editOf(command: EditRequest): ClientCommand {
  const { itemId, instanceId, data } = command;
  const isEmpty = instanceId === null && (data?.children.length ?? 0) === 0;
  return isEmpty ? markOf(itemId, data) : refused(namesOf(command));
}

function namesOf(command: NewRequest | EditRequest): Omit<ItemRequest, 'data'> {
  if (command.kind === 'new') {
    return { clientId: command.clientId, itemId: null, instanceId: null, isDelete: false };
  }
  const { itemId, instanceId, isDelete } = command;
  return { clientId: null, itemId, instanceId, isDelete };
}

function itemRequest(command: NewRequest | EditRequest): ItemRequest {
  return { ...namesOf(command), data: command.data };
}
