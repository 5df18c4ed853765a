import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMbox } from '../../codecs/mbox/index.ts';
import type { ImportFoldersView, TransferMessage, TransferObject } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import type { Progress } from '../progress.ts';
import { digestFile, readJsonFile, readLines, removeFile, sha256Of, writeJsonFile } from './files.ts';
import { filePath, MANIFEST, type Manifest, SETTINGS, SUFFIX, type TakeoutFolder } from './layout.ts';
import { type Counts, Sender } from './sender.ts';

const STATE = '.waypost-import.json';
const MAX_RAW = 256 * 1024 * 1024;
const FILE_NAMES = /"waypost:attachment\/([0-9A-Za-z_-]{1,64})"/g;

interface ImportState {
  address: string;
  /** Of each file, how many entries are settled. */
  done: Record<string, number>;
}

export interface ImportOptions {
  address: string;
  progress: Progress;
}

/** The manifest of a takeout; null for a folder that is none. */
export async function readManifest(dir: string): Promise<Manifest | null> {
  const value = (await readJsonFile(join(dir, MANIFEST))) as Partial<Manifest> | null;
  if (value?.format !== 'waypost-takeout') return null;
  if (value.version !== 1) throw new CommandError(`${dir} is a takeout of another version: ${value.version}`);
  return value as Manifest;
}

/**
 * Puts a takeout into a mailbox: the same state in an empty one, and nothing twice however often it is done. Refuses
 * what is not as its manifest says. Goes on where an earlier try stopped.
 */
export async function importTakeout(
  admin: AdminClient,
  dir: string,
  manifest: Manifest,
  { address, progress }: ImportOptions,
): Promise<Counts> {
  await verify(dir, manifest, progress);
  const base = `/users/${encodeURIComponent(address)}/import`;
  const folders = manifest.folders.map(({ path: _, ...folder }) => folder);
  const { folderIds } = await admin.post<ImportFoldersView>(`${base}/folders`, { folders });
  const state = await openState(dir, address);
  let path = '';
  let total = Object.values(state.done).reduce((sum, n) => sum + n, 0);
  const sender = new Sender(admin, address, async (items) => {
    state.done[path] = (state.done[path] ?? 0) + items;
    total += items;
    await writeJsonFile(join(dir, STATE), state);
    progress.update(total, manifest.items, `${total} of ${manifest.items} items`);
  });
  for (const folder of manifest.folders) {
    const folderId = folderIds[folder.folderId];
    if (folder.path === '' || folderId === undefined) continue;
    for (const [suffix, entries] of [
      [SUFFIX.messages, messagesOf(dir, folder)],
      [SUFFIX.items, objectsOf(dir, folder)],
    ] as const) {
      path = `${folder.path}${suffix}`;
      await send(sender, entries, folderId, state.done[path] ?? 0);
    }
  }
  await importSettings(admin, `${base}/settings`, dir, folderIds);
  await removeFile(join(dir, STATE));
  progress.end();
  return sender.counts;
}

/** One item and the files that it names, without its folder. */
interface Entry {
  header: (TransferMessage | TransferObject) & { key: string };
  body: Uint8Array;
  files: { attachmentId: string; body: Uint8Array }[];
}

async function send(sender: Sender, entries: AsyncIterable<Entry>, folderId: string, skip: number) {
  let n = 0;
  for await (const { header, body, files } of entries) {
    if (n++ < skip) continue;
    for (const { attachmentId, body: bytes } of files) {
      await sender.add({ type: 'file', key: header.key, attachmentId }, bytes);
    }
    await sender.add({ ...header, folderId }, body);
  }
  await sender.flush();
}

async function* messagesOf(dir: string, { path, folderId }: TakeoutFolder): AsyncGenerator<Entry> {
  const facts = readLines(join(dir, path + SUFFIX.messages));
  const first = await facts.next();
  if (first.done === true) return;
  const mbox = readMbox(createReadStream(join(dir, path + SUFFIX.mbox)), MAX_RAW);
  for (
    let fact: IteratorResult<Record<string, unknown>> = first;
    fact.done !== true;
    fact = await facts.next()
  ) {
    const entry = await mbox.next();
    const { bytes, sha256, ...known } = fact.value as { bytes: number; sha256: string; itemId: string };
    const raw = entry.done === true ? null : entry.value.raw;
    // A message without a last line feed got one in the file.
    const body = raw?.subarray(0, bytes) ?? new Uint8Array();
    if (sha256Of(body) !== sha256)
      throw new CommandError(`${path}${SUFFIX.mbox} does not fit its list of messages`);
    const header = { ...known, type: 'message', key: `takeout:${known.itemId}`, folderId } as Entry['header'];
    yield { header, body, files: [] };
  }
}

async function* objectsOf(dir: string, { path, folderId }: TakeoutFolder): AsyncGenerator<Entry> {
  for await (const value of readLines(join(dir, path + SUFFIX.items))) {
    const { itemId, kind, document } = value as unknown as TransferObject & { itemId: string };
    // It becomes part of a path.
    if (!/^[\w-]{1,64}$/.test(itemId))
      throw new CommandError(`${path}${SUFFIX.items} names an item that is none`);
    const key = `takeout:${itemId}`;
    const files = [];
    for (const [, attachmentId = ''] of JSON.stringify(document).matchAll(FILE_NAMES)) {
      const body = await readFile(join(dir, filePath(itemId, attachmentId))).catch(() => null);
      if (body !== null) files.push({ attachmentId, body });
    }
    const header: Entry['header'] = { type: 'object', key, itemId, folderId, kind, document };
    yield { header, body: new Uint8Array(), files };
  }
}

async function verify(dir: string, manifest: Manifest, progress: Progress): Promise<void> {
  for (const [n, { path, bytes, sha256 }] of manifest.files.entries()) {
    progress.update(n, manifest.files.length, 'checking files');
    // A takeout of somebody else must not read what lies outside of it.
    if (path.startsWith('/') || path.split(/[/\\]/).includes('..')) {
      throw new CommandError(`the manifest names a file outside of the takeout: ${path}`);
    }
    const found = await digestFile(join(dir, path)).catch(() => null);
    if (found === null) throw new CommandError(`${path} is missing from the takeout`);
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      throw new CommandError(`${path} is not what the manifest says: the takeout was changed or is damaged`);
    }
  }
  for (const { path } of manifest.folders) {
    if (path.startsWith('/') || path.split(/[/\\]/).includes('..')) {
      throw new CommandError(`the manifest names a file outside of the takeout: ${path}`);
    }
  }
}

async function openState(dir: string, address: string): Promise<ImportState> {
  const state = (await readJsonFile(join(dir, STATE))) as ImportState | null;
  return state?.address === address ? state : { address, done: {} };
}

/** Rules name folders by their ids, which are others here. */
async function importSettings(
  admin: AdminClient,
  path: string,
  dir: string,
  folderIds: Record<string, string>,
): Promise<void> {
  const value = (await readJsonFile(join(dir, SETTINGS))) as { rules: unknown[]; settings: object } | null;
  if (value === null) return;
  const moved = JSON.stringify(value.rules, (_key, item: unknown) =>
    typeof item === 'string' && Object.hasOwn(folderIds, item) ? folderIds[item] : item,
  );
  await admin.post(path, { rules: JSON.parse(moved), settings: value.settings });
}
