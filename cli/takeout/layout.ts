import type { TransferFolder } from '../../shared/admin-api.ts';

/** What is taken out, by the class of its folders. */
const AREAS = {
  mail: 'Email',
  calendar: 'Calendar',
  contacts: 'Contacts',
  tasks: 'Tasks',
  notes: 'Notes',
} as const satisfies Record<string, TransferFolder['itemClass']>;

export type Area = keyof typeof AREAS;

/** A folder and its files, all of which begin with `path`. */
export interface TakeoutFolder extends TransferFolder {
  path: string;
}

interface TakeoutFile {
  path: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** `manifest.json` of a takeout. */
export interface Manifest {
  format: 'waypost-takeout';
  version: 1;
  address: string;
  exportedAt: string;
  folders: TakeoutFolder[];
  /** Messages and other items. */
  items: number;
  /** Messages whose raw was gone. */
  lost: number;
  files: TakeoutFile[];
}

export const MANIFEST = 'manifest.json';
export const SETTINGS = 'settings.json';
/** Of a folder of mail, and of what else is in a folder; a line of JSON for each. */
export const SUFFIX = { mbox: '.mbox', messages: '.messages.jsonl', items: '.items.jsonl' } as const;

/** A file of an event. */
export function filePath(itemId: string, attachmentId: string): string {
  return `files/${itemId}/${attachmentId}`;
}

const MAX_NAME = 80;

/** The folders of these areas with names for their files, which are those of the folders as far as a disk can have them. */
export function takeoutFolders(folders: readonly TransferFolder[], areas: readonly Area[]): TakeoutFolder[] {
  const wanted = new Set<string>(areas.map((area) => AREAS[area]));
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  const taken = new Set<string>();
  const out: TakeoutFolder[] = [];
  for (const folder of [...folders].sort((a, b) => (a.folderId < b.folderId ? -1 : 1))) {
    // Filled by the server itself, as people are written to.
    if (folder.role === 'recipientCache') continue;
    const base = [areaOf(folder), ...namesOf(byId, folder)].join('/');
    let path = base;
    for (let n = 2; taken.has(path.toLowerCase()); n++) path = `${base}~${n}`;
    taken.add(path.toLowerCase());
    if (wanted.has(folder.itemClass)) out.push({ ...folder, path });
  }
  // Whole, so that their tree can be made again.
  const needed = new Set(out.flatMap((folder) => lineOf(byId, folder).map((f) => f.folderId)));
  for (const folder of folders) {
    if (needed.has(folder.folderId) && !out.some((f) => f.folderId === folder.folderId)) {
      out.push({ ...folder, path: '' });
    }
  }
  return out;
}

function areaOf({ itemClass }: TransferFolder): Area {
  return AREA_NAMES.find((area) => AREAS[area] === itemClass) ?? 'mail';
}

const AREA_NAMES: readonly Area[] = ['mail', 'calendar', 'contacts', 'tasks', 'notes'];

export function parseArea(text: string): Area | null {
  return AREA_NAMES.find((area) => area === text) ?? null;
}

export function allAreas(): Area[] {
  return [...AREA_NAMES];
}

/** The folder and those above it, from the root down. */
function lineOf(byId: ReadonlyMap<string, TransferFolder>, folder: TransferFolder): TransferFolder[] {
  const line: TransferFolder[] = [];
  for (let at: TransferFolder | undefined = folder; at !== undefined && !line.includes(at); ) {
    line.unshift(at);
    at = at.parentId === null ? undefined : byId.get(at.parentId);
  }
  return line;
}

function namesOf(byId: ReadonlyMap<string, TransferFolder>, folder: TransferFolder): string[] {
  return lineOf(byId, folder).map(({ displayName }) => safeName(displayName));
}

/** A name that any file system takes; never one that leads elsewhere. */
function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '_')
    .slice(0, MAX_NAME)
    .toWellFormed()
    .replace(/^[. ]+|[. ]+$/g, '_')
    // Folders below it lie in a directory of this name, which must not be that of another's file.
    .replace(/\.(?:mbox|jsonl|ics|vcf)$/i, '$&_');
  return safe === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? `_${safe}` : safe;
}
