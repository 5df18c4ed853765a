import { and, eq, sql } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import { DEFAULT_FOLDERS } from '../../../core/mail/default-folders.ts';
import type { Folder, FolderRole } from '../../../core/mail/types.ts';
import type { FolderHead } from '../../../core/ports/mail.ts';
import { slices } from '../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { extendedMember, parseExtended } from '../../extended.ts';
import { inFolderOrder } from '../../folder-order.ts';
import { nameKey } from '../../normalise.ts';
import { IDS_PER_STATEMENT, type MailboxContext, scoped } from './context.ts';

/** Rows of the mailbox and its default folders. Both inserts leave what is there as it is. */
export async function createMailbox(box: MailboxContext, now: number): Promise<void> {
  const { executor, ref } = box;
  const { mailboxes, folders } = box.tables;
  const { build, dialect } = executor;
  const rows = DEFAULT_FOLDERS.map((f) => [
    f.folderId,
    f.displayName,
    nameKey(f.displayName),
    f.role,
    f.itemClass,
  ]);
  const input = dialect.rows(JSON.stringify(rows), [
    folders.folderId,
    folders.displayName,
    folders.nameKey,
    folders.role,
    folders.itemClass,
  ]);
  const results = await executor.atomic([
    build
      .insert(mailboxes)
      .values({ ...scopeOf(box), modseq: 1, sizeBytes: 0, itemCount: 0, createdAt: now })
      .onConflictDoNothing(),
    insertSelect(
      build,
      folders,
      {
        tenantId: ref.tenantId,
        mailboxId: ref.mailboxId,
        folderId: given(folders.folderId),
        parentId: null,
        displayName: given(folders.displayName),
        nameKey: given(folders.nameKey),
        role: given(folders.role),
        itemClass: given(folders.itemClass),
        modseq: sql`1`,
        createdModseq: sql`1`,
        contentModseq: sql`0`,
        extended: null,
      },
      sql`from ${input} where exists (select 1 from ${mailboxes} where ${scoped(box, mailboxes)})`,
    ).onConflictDoNothing(),
    build.select({ modseq: mailboxes.modseq }).from(mailboxes).where(scoped(box, mailboxes)),
  ]);
  // The id is taken by a mailbox of another tenant.
  if (results[2]?.rows.length !== 1) throw new ConflictError('mailbox id is taken');
}

function folderOfFields({
  extended,
  ...row
}: { extended: string | null } & { [K in keyof Omit<Folder, 'extended'>]: unknown }): Folder {
  return { ...(row as Omit<Folder, 'extended'>), ...extendedMember(parseExtended(extended)) };
}

export async function listFolders(box: MailboxContext): Promise<Folder[]> {
  const { folders } = box.tables;
  const rows = await box.executor.all(
    box.executor.build.select(folderFields(box)).from(folders).where(scoped(box, folders)),
  );
  return inFolderOrder(rows.map(folderOfFields));
}

export async function folderByRole(box: MailboxContext, role: FolderRole): Promise<Folder | null> {
  const { folders } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select(folderFields(box))
      .from(folders)
      .where(and(scoped(box, folders), eq(folders.role, role)))
      .orderBy(folders.createdModseq, folders.folderId)
      .limit(1),
  );
  return row === undefined ? null : folderOfFields(row);
}

export async function usage(box: MailboxContext) {
  const { mailboxes } = box.tables;
  const [row] = await box.executor.all(
    box.executor.build
      .select({
        sizeBytes: mailboxes.sizeBytes,
        itemCount: mailboxes.itemCount,
        modseq: mailboxes.modseq,
      })
      .from(mailboxes)
      .where(scoped(box, mailboxes)),
  );
  return row === undefined
    ? { exists: false, sizeBytes: 0, itemCount: 0, modseq: 0 }
    : { exists: true, ...row };
}

/** One row for each folder by primary key: what every Sync, Ping and notify asks first. */
export async function contentModseqs(
  box: MailboxContext,
  folderIds: readonly string[],
): Promise<Map<string, number>> {
  const { folders } = box.tables;
  const found = new Map<string, number>();
  for (const slice of slices(folderIds, IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({ folderId: folders.folderId, contentModseq: folders.contentModseq })
        .from(folders)
        .where(and(scoped(box, folders), box.executor.dialect.isIn(folders.folderId, slice))),
    );
    for (const row of rows) found.set(row.folderId, row.contentModseq);
  }
  return found;
}

export async function folderHeads(
  box: MailboxContext,
  folderIds: readonly string[],
): Promise<Map<string, FolderHead>> {
  const { folders } = box.tables;
  const found = new Map<string, FolderHead>();
  for (const slice of slices(folderIds, IDS_PER_STATEMENT)) {
    const rows = await box.executor.all(
      box.executor.build
        .select({
          folderId: folders.folderId,
          role: folders.role,
          itemClass: folders.itemClass,
          contentModseq: folders.contentModseq,
        })
        .from(folders)
        .where(and(scoped(box, folders), box.executor.dialect.isIn(folders.folderId, slice))),
    );
    for (const { folderId, ...head } of rows) found.set(folderId, head as FolderHead);
  }
  return found;
}

export function folderFields({ tables: { folders } }: MailboxContext) {
  return {
    folderId: folders.folderId,
    parentId: folders.parentId,
    displayName: folders.displayName,
    role: folders.role,
    itemClass: folders.itemClass,
    modseq: folders.modseq,
    createdModseq: folders.createdModseq,
    contentModseq: folders.contentModseq,
    extended: folders.extended,
  };
}

function scopeOf({ ref }: MailboxContext): { tenantId: string; mailboxId: string } {
  return { tenantId: ref.tenantId, mailboxId: ref.mailboxId };
}
