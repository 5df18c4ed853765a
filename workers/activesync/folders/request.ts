import { children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';

/** The elements of a FolderCreate, FolderDelete or FolderUpdate request, by their names. */
export interface FolderRequest {
  syncKey: string;
  /** '' for an element that is not there or empty. */
  serverId: string;
  parentId: string;
  displayName: string;
  type: string;
}

const PAGE = 'FolderHierarchy';
const MAX_ID = 64;

/**
 * Reads the request of one of these commands. null when it breaks the schema: another root, no SyncKey, an element
 * twice, or one that does not belong there (MS-ASCMD 6.6, 6.8, 6.13).
 */
export function readFolderRequest(
  body: WbxmlElement | null,
  command: string,
  names: readonly (keyof typeof TAGS)[],
): FolderRequest | null {
  if (body?.tag !== `${PAGE}:${command}`) return null;
  const allowed = new Set([`${PAGE}:SyncKey`, ...names.map((name) => TAGS[name])]);
  for (const { tag } of body.children) {
    if (!allowed.has(tag) || children(body, tag).length > 1) return null;
  }
  const syncKey = textOf(body, `${PAGE}:SyncKey`);
  if (syncKey === undefined) return null;
  const text = (name: keyof typeof TAGS) => textOf(body, TAGS[name]) ?? '';
  const request = {
    syncKey,
    serverId: text('serverId'),
    parentId: text('parentId'),
    displayName: text('displayName'),
    type: text('type'),
  };
  const fits = request.serverId.length <= MAX_ID && request.parentId.length <= MAX_ID;
  return fits && names.every((name) => textOf(body, TAGS[name]) !== undefined) ? request : null;
}

const TAGS = {
  serverId: `${PAGE}:ServerId`,
  parentId: `${PAGE}:ParentId`,
  displayName: `${PAGE}:DisplayName`,
  type: `${PAGE}:Type`,
} as const;
