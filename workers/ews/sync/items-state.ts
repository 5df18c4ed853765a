import * as z from 'zod';
import type { FeedState } from '../../../core/feed/folder-feed.ts';
import { invalidState, packState, unpackState } from './state-text.ts';

const place = z.object({ modseq: z.number().int().min(0), itemId: z.string().max(128) }).strict();
const schema = z
  .object({
    v: z.literal(1),
    of: z.literal('items'),
    mailbox: z.string(),
    folder: z.string(),
    feed: z
      .object({
        base: z.number().int().min(0),
        telling: z
          .object({
            before: z
              .object({ receivedAt: z.number().int(), itemId: z.string().max(128) })
              .strict()
              .nullable(),
          })
          .strict()
          .nullable(),
        cursor: place,
        steps: z.array(z.object({ to: place, head: z.number().int().min(0) }).strict()).max(200),
      })
      .strict(),
  })
  .strict();

/**
 * The SyncState of SyncFolderItems: how far the client has followed this folder of this mailbox. null for none.
 * @param head contentModseq of the folder: a state beyond it is of another life of the mailbox
 * @throws EwsError ErrorInvalidSyncStateData
 */
export async function readItemsState(
  text: string | null,
  folder: { mailboxId: string; folderId: string; head: number },
): Promise<FeedState | null> {
  const plain = await unpackState(text);
  if (plain === null) return null;
  const read = schema.safeParse(plain);
  if (!read.success) throw invalidState();
  const { mailbox, folder: folderId, feed } = read.data;
  if (mailbox !== folder.mailboxId || folderId !== folder.folderId) throw invalidState();
  if (feed.base > folder.head || feed.cursor.modseq > folder.head + 1) throw invalidState();
  return feed;
}

export function writeItemsState(
  { mailboxId, folderId }: { mailboxId: string; folderId: string },
  feed: FeedState,
): Promise<string> {
  return packState({ v: 1, of: 'items', mailbox: mailboxId, folder: folderId, feed });
}
