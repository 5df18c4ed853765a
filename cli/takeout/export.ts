import { join } from 'node:path';
import { readFrames } from '../../codecs/frames/index.ts';
import { mboxEntry } from '../../codecs/mbox/index.ts';
import type { TransferFrameView, TransferHeader, UserStats } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import type { Progress } from '../progress.ts';
import { digestFile, GrowingFiles, readJsonFile, removeFile, sha256Of, writeJsonFile } from './files.ts';
import {
  type Area,
  filePath,
  MANIFEST,
  type Manifest,
  SETTINGS,
  SUFFIX,
  type TakeoutFolder,
  takeoutFolders,
} from './layout.ts';
import { persist } from './persist.ts';
import { writeStandards } from './standards.ts';

/** How far an export has come, beside what it wrote. */
const STATE = '.waypost-export.json';
/** A raw that came in is longer than this nowhere. */
const MAX_ITEM = 256 * 1024 * 1024;

interface ExportState {
  address: string;
  areas: Area[];
  cursor: string | null;
  folders: TakeoutFolder[];
  sizes: Record<string, number>;
  items: number;
  lost: number;
}

export interface ExportOptions {
  address: string;
  dir: string;
  areas: Area[];
  progress: Progress;
}

/**
 * Takes a mailbox out into a folder. Goes on where an earlier try of the same was interrupted; a folder that has another
 * takeout in it is left alone.
 */
export async function exportMailbox(admin: AdminClient, options: ExportOptions): Promise<Manifest> {
  const { address, dir, areas, progress } = options;
  const base = `/users/${encodeURIComponent(address)}/export`;
  const frame = await admin.get<TransferFrameView>(`${base}/frame`);
  const { messages } = await admin.get<UserStats>(`/users/${encodeURIComponent(address)}/stats`);
  const state = (await unfinished(dir, frame.address, areas)) ?? {
    ...{ address: frame.address, areas, cursor: null, sizes: {}, items: 0, lost: 0 },
    folders: takeoutFolders(frame.folders, areas),
  };
  const files = new GrowingFiles(dir, state.sizes);
  await files.recover();
  const part = areas.includes('mail') ? undefined : 'objects';
  for (;;) {
    const query = { cursor: state.cursor ?? undefined, part };
    const { cursor, items, lost } = await persist(async () => {
      files.discard();
      return takePage(await admin.stream(base, query), state.folders, files);
    });
    await files.flush();
    Object.assign(state, { cursor, sizes: files.sizes, items: state.items + items, lost: state.lost + lost });
    progress.update(state.items, Math.max(messages, state.items + 1), `${state.items} items`);
    if (cursor === null) break;
    await writeJsonFile(join(dir, STATE), state);
  }
  const { rules, settings } = frame;
  const more = await writeStandards(dir, state.folders, files.sizes);
  await writeJsonFile(join(dir, SETTINGS), { rules, settings });
  const manifest = await manifestOf(dir, state, [...Object.keys(files.sizes), ...more, SETTINGS]);
  await writeJsonFile(join(dir, MANIFEST), manifest);
  await removeFile(join(dir, STATE));
  progress.end();
  return manifest;
}

async function unfinished(dir: string, address: string, areas: Area[]): Promise<ExportState | null> {
  const state = (await readJsonFile(join(dir, STATE))) as ExportState | null;
  if (state !== null && state.address === address && state.areas.join() === areas.join()) return state;
  if (state !== null) throw new CommandError(`${dir} has another export in it that did not come to its end`);
  if ((await readJsonFile(join(dir, MANIFEST))) !== null)
    throw new CommandError(`${dir} has a takeout in it already`);
  return null;
}

async function takePage(
  stream: AsyncIterable<Uint8Array>,
  folders: readonly TakeoutFolder[],
  files: GrowingFiles,
): Promise<{ cursor: string | null; items: number; lost: number }> {
  const paths = new Map(folders.filter((f) => f.path !== '').map((f) => [f.folderId, f.path]));
  let [items, lost] = [0, 0];
  // A file comes before the item that names it, of a folder that is perhaps not wanted.
  let held: [string, Uint8Array][] = [];
  let cursor: string | null | undefined;
  for await (const { header, body } of readFrames(stream, MAX_ITEM)) {
    // The server's contract says what is in it.
    const item = header as unknown as TransferHeader;
    if (item.type === 'next') cursor = item.cursor;
    else if (item.type === 'file') held.push([filePath(item.itemId ?? '', item.attachmentId), body]);
    else {
      const path = paths.get(item.folderId);
      if (path !== undefined) {
        if (item.type === 'lost') lost++;
        else items++;
        for (const [name, bytes] of held) files.append(name, bytes);
        appendItem(files, path, item, body);
      }
      held = [];
    }
  }
  if (cursor === undefined)
    throw new CommandError('the installation ended the export too early: run it again');
  return { cursor, items, lost };
}

function appendItem(
  files: GrowingFiles,
  path: string,
  item: Exclude<TransferHeader, { type: 'next' | 'file' }>,
  body: Uint8Array,
): void {
  if (item.type === 'lost') return;
  if (item.type === 'object') {
    const { itemId, kind, document } = item;
    files.append(`${path}${SUFFIX.items}`, line({ itemId, kind, document }));
    return;
  }
  const { type: _, folderId: __, key: ___, ...facts } = item;
  files.append(`${path}${SUFFIX.mbox}`, ...mboxEntry(body, item.state?.mailFrom ?? '', item.receivedAt));
  files.append(`${path}${SUFFIX.messages}`, line({ ...facts, bytes: body.length, sha256: sha256Of(body) }));
}

function line(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}

async function manifestOf(dir: string, state: ExportState, paths: readonly string[]): Promise<Manifest> {
  const files = [];
  for (const path of [...paths].sort()) files.push({ path, ...(await digestFile(join(dir, path))) });
  const { address, folders, items, lost } = state;
  return {
    ...{ format: 'waypost-takeout', version: 1, address, exportedAt: new Date().toISOString() },
    ...{ folders, items, lost, files },
  };
}
