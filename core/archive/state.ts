import type { MailboxArchive } from '../ports/archive.ts';
import { digestOf } from './lines.ts';

/** What the owner of a mailbox sees of it, as digests: two mailboxes of one state have equal ones. */
export interface StatePage {
  /** Of the folder tree, and of everything that belongs to the mailbox as a whole; null on later pages. */
  frame: Record<string, string> | null;
  items: { itemId: string; digest: string }[];
  /** Item after which the next page begins; null at the end. */
  cursor: string | null;
}

const MAX_ASIDE_ROWS = 100_000;

export async function statePage(
  archive: MailboxArchive,
  cursor: string | null,
  limit: number,
): Promise<StatePage> {
  const page = await archive.items(cursor ?? '', limit);
  const items = await Promise.all(
    page.lines.map(async ({ modseq: _, ...line }) => ({
      itemId: line.itemId,
      digest: await digestOf(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1))),
    })),
  );
  return { frame: cursor === null ? await frameOf(archive) : null, items, cursor: page.last };
}

async function frameOf(archive: MailboxArchive): Promise<Record<string, string>> {
  const folders = (await archive.tree()).sort((a, b) => (a.folderId < b.folderId ? -1 : 1));
  const frame: Record<string, string> = { folders: await digestOf(folders) };
  const asides = await archive.asides(archive.asideTables(), MAX_ASIDE_ROWS);
  for (const [table, rows] of Object.entries(asides)) frame[table] = await digestOf(rows);
  return frame;
}
