import type { StoredProperty } from '../../../core/mail/types.ts';
import { type ExtendedName, extendedKey } from '../items/path.ts';
import { folderClass } from './classes.ts';
import type { FolderView } from './view.ts';

type MapiValue = string | number | boolean;

/** Times that stand for a version: later ones are greater, and no clock is asked (MS-OXPROPS: PidTagLocalCommitTimeMax). */
const VERSION_TIMES = Date.UTC(2020, 0, 1);

function versionTime(modseq: number): string {
  return new Date(VERSION_TIMES + modseq * 1000).toISOString().replace('.000Z', 'Z');
}

/** Key of PidTagContainerClass. */
export const CONTAINER_CLASS = '0x3613';

/** Tags of folders that are made of what the store knows (MS-OXPROPS, MS-OXOSFLD). */
const TAGS: Readonly<Record<string, { type: string; read(view: FolderView): MapiValue }>> = {
  // DisplayName
  '0x3001': { type: 'String', read: ({ node }) => node.displayName },
  // ContainerClass
  [CONTAINER_CLASS]: { type: 'String', read: ({ node }) => folderClass(node.folder) },
  // ContentCount, ContentUnreadCount, Subfolders
  '0x3602': { type: 'Integer', read: ({ counts }) => counts.total },
  '0x3603': { type: 'Integer', read: ({ counts }) => counts.unread },
  '0x360a': { type: 'Boolean', read: ({ children }) => children > 0 },
  // MessageSize
  '0x0e08': { type: 'Integer', read: ({ counts }) => Math.min(counts.size, 0x7fff_ffff) },
  // FolderType: root or generic
  '0x3601': { type: 'Integer', read: ({ node }) => (node.parentId === null ? 0 : 1) },
  // ObjectType: a folder
  '0x0ffe': { type: 'Integer', read: () => 3 },
  // Comment
  '0x3004': { type: 'String', read: () => '' },
  // AttributeHidden
  '0x10f4': { type: 'Boolean', read: ({ node }) => node.parentId === 'root' && node.folder !== null },
  // UrlCompName
  '0x10f3': { type: 'String', read: ({ node }) => node.displayName },
  // CreationTime, LastModificationTime
  '0x3007': { type: 'SystemTime', read: ({ node }) => versionTime(node.folder?.createdModseq ?? 0) },
  '0x3008': { type: 'SystemTime', read: (view) => versionTime(newest(view)) },
  // LocalCommitTimeMax: changes with every change inside the folder
  '0x670a': { type: 'SystemTime', read: (view) => versionTime(newest(view)) },
  // ArticleNumberNext and the last number that was given: numbers of items rise with the modseq
  '0x6751': { type: 'Integer', read: (view) => newest(view) + 1 },
  '0x6752': { type: 'Integer', read: (view) => newest(view) },
};

function newest({ node }: FolderView): number {
  return Math.max(node.modseq, node.folder?.contentModseq ?? 0);
}

/** A MAPI property of a folder: what a client stored, else what the store knows; null when there is none. */
export function folderProperty(view: FolderView, name: ExtendedName): StoredProperty | null {
  const key = extendedKey(name);
  const stored = view.extended[key];
  // An empty class says that there is none.
  if (stored !== undefined) return key === CONTAINER_CLASS && stored.value === '' ? null : stored;
  const tag = TAGS[key];
  return tag === undefined ? null : { type: tag.type, value: String(tag.read(view)) };
}

/** Whether clients may store a property of this name: not what the store itself knows. */
export function isOwnTag(name: ExtendedName): boolean {
  const key = extendedKey(name);
  return key in TAGS && ![CONTAINER_CLASS, '0x3004', '0x10f4'].includes(key);
}
