import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { readMbox } from '../../codecs/mbox/index.ts';
import { readVCard, splitVCards } from '../../codecs/vcard/index.ts';
import { type ReadICal, readICal } from '../../core/calendar/ical/read.ts';
import { cardFromVCard } from '../../core/contacts/vcard/index.ts';
import { taskFromICal } from '../../core/tasks/ical.ts';
import type {
  ImportFoldersView,
  TransferFolder,
  TransferFrameView,
  TransferHeader,
  TransferMessage,
  TransferObject,
} from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import type { Progress } from '../progress.ts';
import { readJsonFile, removeFile, sha256Of, writeJsonFile } from './files.ts';
import { notesOf } from './journals.ts';
import { marksOf } from './marks.ts';
import { type Counts, Sender } from './sender.ts';

const MAX_RAW = 256 * 1024 * 1024;

export interface FileOptions {
  address: string;
  /** Name of the folder, made when it is not there; null: the mailbox's own of its class. */
  folder: string | null;
  progress: Progress;
}

/** What it is (`name`), without where it goes. */
type Item = { name: string } & (
  | Omit<TransferMessage, 'folderId' | 'key'>
  | Omit<TransferObject, 'folderId' | 'key'>
);

/** Items of a file, with how much of it was read. */
type Source = AsyncIterable<{
  item: Item;
  body: Uint8Array;
  itemClass: TransferFolder['itemClass'];
  read: number;
}>;

/** Items that a file names beside those that came in. */
export interface FileResult {
  counts: Counts;
  /** Entries that could not be read. */
  unreadable: number;
}

/** Puts a file of mail, contacts or a calendar into a mailbox. The same again adds nothing. */
export async function importFile(
  admin: AdminClient,
  file: string,
  { address, folder, progress }: FileOptions,
): Promise<FileResult> {
  const { size } = await stat(file).catch(() => {
    throw new CommandError(`cannot read ${file}`);
  });
  const result = { unreadable: 0 };
  const source = sourceOf(file, result);
  const places = new Places(admin, address, folder);
  const statePath = `${file}.waypost-import`;
  const before = (await readJsonFile(statePath)) as {
    address: string;
    folder: string | null;
    size: number;
    done: number;
  } | null;
  const isSame = before?.address === address && before.folder === folder && before.size === size;
  const skip = isSame ? before.done : 0;
  let done = skip;
  let read = 0;
  const sender = new Sender(admin, address, async (items) => {
    done += items;
    await writeJsonFile(statePath, { address, folder, size, done });
    progress.update(read, size, `${basename(file)}: ${done} items`);
  });
  const times = new Map<string, number>();
  let n = 0;
  for await (const { item, body, itemClass, read: soFar } of source) {
    read = soFar;
    const { folderId, untouched } = await places.of(itemClass);
    // Copies of one message in one file stay as many as they are; an object of one UID there is once.
    const copy = item.type === 'object' ? 0 : (times.get(item.name) ?? 0);
    times.set(item.name, copy + 1);
    if (n++ < skip) continue;
    const { name, ...header } = item;
    const key = `file:${folderId}:${name}:${copy}`;
    const unlessKnown = item.type === 'object' && !untouched ? { unlessKnown: true } : {};
    await sender.add({ ...header, ...unlessKnown, folderId, key } as TransferHeader & { key: string }, body);
  }
  await sender.flush();
  await removeFile(statePath);
  progress.end();
  return { counts: sender.counts, ...result };
}

function sourceOf(file: string, result: { unreadable: number }): Source {
  switch (extname(file).toLowerCase()) {
    case '.mbox':
    case '.mbx':
      return mboxItems(file, result);
    case '.eml':
      return emlItem(file);
    case '.ics':
    case '.ical':
      return calendarItems(file, result);
    case '.vcf':
    case '.vcard':
      return cardItems(file, result);
    default:
      throw new CommandError(`${file}: only .mbox, .eml, .ics and .vcf files and takeouts can be imported`);
  }
}

function messageItem(raw: Uint8Array, fallback: number): { item: Item; body: Uint8Array } {
  const { isRead, isFlagged, receivedAt } = marksOf(raw);
  const flag = isFlagged ? { status: 2, type: 'Flag for follow up' } : null;
  const at = receivedAt ?? fallback;
  return { item: { type: 'message', name: sha256Of(raw), receivedAt: at, isRead, flag }, body: raw };
}

async function* mboxItems(file: string, result: { unreadable: number }): Source {
  const stream = createReadStream(file);
  const { mtimeMs } = await stat(file);
  for await (const { raw, receivedAt } of readMbox(stream, MAX_RAW)) {
    if (raw === null) {
      result.unreadable++;
      continue;
    }
    const { item, body } = messageItem(raw, Math.floor(mtimeMs));
    if (item.type === 'message' && receivedAt !== null) item.receivedAt = receivedAt;
    yield { item, body, itemClass: 'Email', read: stream.bytesRead };
  }
}

async function* emlItem(file: string): Source {
  const raw = new Uint8Array(await readFile(file));
  const { mtimeMs } = await stat(file);
  yield { ...messageItem(raw, Math.floor(mtimeMs)), itemClass: 'Email', read: raw.length };
}

async function* cardItems(file: string, result: { unreadable: number }): Source {
  const stream = createReadStream(file);
  for await (const { bytes } of splitVCards(stream)) {
    const item = bytes === undefined ? null : cardItem(bytes);
    if (item === null) result.unreadable++;
    else yield { item, body: new Uint8Array(), itemClass: 'Contacts', read: stream.bytesRead };
  }
}

async function* calendarItems(file: string, result: { unreadable: number }): Source {
  const { size, mtimeMs } = await stat(file);
  let read: ReadICal;
  try {
    read = readICal(await readFile(file), { now: Math.floor(mtimeMs), ownCopy: true });
  } catch (error) {
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  result.unreadable += read.warnings.length;
  const body = new Uint8Array();
  for (const [n, one] of read.documents.entries()) {
    const document = one['@type'] === 'Task' ? taskFromICal(one) : one;
    const kind = document['@type'] === 'Task' ? 'task' : 'event';
    // An occurrence that comes without its series is something of its own.
    const name = `${kind}:${document.uid}:${document.recurrenceId ?? ''}`;
    const soFar = Math.floor((size * n) / read.documents.length);
    const itemClass = kind === 'task' ? 'Tasks' : 'Calendar';
    yield { item: { type: 'object', name, kind, document }, body, itemClass, read: soFar };
  }
  for (const note of notesOf(read.rest.components, new Date(mtimeMs))) {
    const item: Item = { type: 'object', name: `note:${note.uid}`, kind: 'note', document: note };
    yield { item, body, itemClass: 'Notes', read: size };
  }
}

function cardItem(bytes: Uint8Array): Item | null {
  try {
    const name = sha256Of(bytes);
    // A card that does not say who it is has an id of what it says.
    const { card } = cardFromVCard(readVCard(bytes), { uid: name, now: new Date(0).toISOString() });
    return {
      type: 'object',
      name: `contact:${card.uid}`,
      kind: 'contact',
      document: card,
      unlessKnown: true,
    };
  } catch {
    return null;
  }
}

interface Place {
  folderId: string;
  /** Nothing in it has to be looked for. */
  untouched: boolean;
}

/** Folders by class: the mailbox's own, or those of a name. */
class Places {
  readonly #admin: AdminClient;
  readonly #base: string;
  readonly #name: string | null;
  readonly #known = new Map<string, Place>();

  constructor(admin: AdminClient, address: string, name: string | null) {
    this.#admin = admin;
    this.#base = `/users/${encodeURIComponent(address)}`;
    this.#name = name;
  }

  async of(itemClass: TransferFolder['itemClass']): Promise<Place> {
    const known = this.#known.get(itemClass);
    if (known !== undefined) return known;
    const folder = this.#name === null ? ownFolder(itemClass) : await this.#named(this.#name, itemClass);
    const { folderIds, untouched } = await this.#admin.post<ImportFoldersView>(
      `${this.#base}/import/folders`,
      { folders: [folder] },
    );
    const folderId = folderIds[folder.folderId] ?? '';
    const place = { folderId, untouched: untouched.includes(folderId) };
    this.#known.set(itemClass, place);
    return place;
  }

  /** One of the mailbox's own, when it is called so. */
  async #named(displayName: string, itemClass: TransferFolder['itemClass']): Promise<TransferFolder> {
    const { folders } = await this.#admin.get<TransferFrameView>(`${this.#base}/export/frame`);
    const own = folders.find(
      (f) =>
        f.role !== 'user' &&
        f.itemClass === itemClass &&
        f.displayName.toLowerCase() === displayName.toLowerCase(),
    );
    if (own !== undefined) return { ...own, parentId: null };
    return { folderId: 'new', parentId: null, displayName, role: 'user', itemClass };
  }
}

const ROLE = {
  Email: 'inbox',
  Calendar: 'calendar',
  Contacts: 'contacts',
  Tasks: 'tasks',
  Notes: 'notes',
} as const;

function ownFolder(itemClass: TransferFolder['itemClass']): TransferFolder {
  return { folderId: 'own', parentId: null, displayName: itemClass, role: ROLE[itemClass], itemClass };
}
