import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import { EVERYBODY, type Grant } from '../../../core/ports/acl.ts';
import { insertSelect } from '../../dialect/statements.ts';
import { readRights, writeRights } from '../../rights.ts';
import { askedId } from '../../text.ts';
import { all, type MailboxContext, mailboxLock, scoped } from './context.ts';

export function grants(box: MailboxContext): Promise<Grant[]> {
  return read(box);
}

export function grantsFor(box: MailboxContext, granteeId: string): Promise<Grant[]> {
  return read(box, inArray(box.tables.acl.granteeId, [askedId(granteeId), EVERYBODY]));
}

async function read(box: MailboxContext, which?: SQL): Promise<Grant[]> {
  const { acl } = box.tables;
  const rows = await box.executor.all(
    box.executor.build
      .select({ folderId: acl.folderId, granteeId: acl.granteeId, rights: acl.rights })
      .from(acl)
      .where(all(scoped(box, acl), which))
      .orderBy(acl.folderId, acl.granteeId),
  );
  return rows.map(({ rights, ...row }) => ({ ...row, rights: readRights(rights) }));
}

export async function putGrant(box: MailboxContext, { folderId, granteeId, rights }: Grant): Promise<void> {
  const { acl, folders, mailboxes } = box.tables;
  const { build } = box.executor;
  const theOne = all(
    scoped(box, acl),
    eq(acl.folderId, askedId(folderId)),
    eq(acl.granteeId, askedId(granteeId)),
  );
  if (rights.length === 0) {
    await box.executor.atomic([build.delete(acl).where(theOne)], { lock: mailboxLock(box) });
    return;
  }
  // A folder that is about to go must not get a grant that stays behind.
  const isThere =
    folderId === ''
      ? sql`exists (select 1 from ${mailboxes} where ${scoped(box, mailboxes)})`
      : sql`exists (select 1 from ${folders} where ${scoped(box, folders)}
          and ${folders.folderId} = ${askedId(folderId)})`;
  const [written] = await box.executor.atomic(
    [
      insertSelect(
        build,
        acl,
        {
          ...{ tenantId: box.ref.tenantId, mailboxId: box.ref.mailboxId },
          ...{ folderId: askedId(folderId), granteeId: askedId(granteeId), rights: writeRights(rights) },
        },
        sql`where ${isThere}`,
      )
        .onConflictDoUpdate({
          target: [acl.mailboxId, acl.folderId, acl.granteeId],
          set: { rights: sql`excluded.rights` },
        })
        .returning({ granteeId: acl.granteeId }),
    ],
    { lock: mailboxLock(box) },
  );
  if (written?.rows.length !== 1) throw new NotFoundError('no such folder');
}

export async function dropGrantee(box: MailboxContext, granteeId: string): Promise<void> {
  const { acl } = box.tables;
  await box.executor.atomic([
    box.executor.build.delete(acl).where(all(scoped(box, acl), eq(acl.granteeId, askedId(granteeId)))),
  ]);
}
