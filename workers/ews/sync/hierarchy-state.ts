import * as z from 'zod';
import { FOLDER_LIMITS } from '../../../core/mail/folders.ts';
import { invalidState, packState, unpackState } from './state-text.ts';

const schema = z
  .object({
    v: z.literal(1),
    of: z.literal('hierarchy'),
    mailbox: z.string(),
    folder: z.string(),
    /** Id, modseq and parent of each folder that the client knows. */
    known: z
      .array(z.tuple([z.string().max(128), z.number().int().min(0), z.string().max(128)]))
      .max(2 * FOLDER_LIMITS.folders),
  })
  .strict();

export type KnownFolder = readonly [folderId: string, modseq: number, parentId: string];

/**
 * The SyncState of SyncFolderHierarchy: the folders that the client knows below this one. null for none.
 * @throws EwsError ErrorInvalidSyncStateData
 */
export async function readHierarchyState(
  text: string | null,
  root: { mailboxId: string; folderId: string },
): Promise<readonly KnownFolder[] | null> {
  const plain = await unpackState(text);
  if (plain === null) return null;
  const read = schema.safeParse(plain);
  if (!read.success || read.data.mailbox !== root.mailboxId || read.data.folder !== root.folderId) {
    throw invalidState();
  }
  return read.data.known;
}

export function writeHierarchyState(
  { mailboxId, folderId }: { mailboxId: string; folderId: string },
  known: readonly KnownFolder[],
): Promise<string> {
  return packState({ v: 1, of: 'hierarchy', mailbox: mailboxId, folder: folderId, known });
}
