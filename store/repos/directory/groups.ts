import { and, eq, sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Group } from '../../../core/people/types.ts';
import { jsonChunks } from '../../dialect/json-chunks.ts';
import { given, insertSelect } from '../../dialect/statements.ts';
import { askedId, fitText } from '../../text.ts';
import { dropWords, newEntry } from './people-words.ts';
import { type DirectoryContext, tenantLock } from './tenants.ts';
import { addressFree } from './users.ts';

/** Repeating it with the same id and address changes nothing. */
export async function createGroup(directory: DirectoryContext, group: Group): Promise<void> {
  const { executor, tables } = directory;
  const { mailGroups } = tables;
  const { tenantId, groupId, address } = group;
  const displayName = fitText(group.displayName, 1024);
  const results = await executor.atomic(
    [
      insertSelect(
        executor.build,
        mailGroups,
        { tenantId, groupId, address, displayName },
        sql`where ${addressFree(directory, address)}`,
      ).onConflictDoNothing(),
      ...newEntry(directory, 'group', { tenantId, personId: groupId, address, displayName }),
      executor.build
        .select({ groupId: mailGroups.groupId })
        .from(mailGroups)
        .where(eq(mailGroups.address, address)),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
  if (results.at(-1)?.rows[0]?.['group_id'] !== groupId) throw new ConflictError('address is taken');
}

export async function deleteGroup(
  directory: DirectoryContext,
  tenantId: string,
  groupId: string,
): Promise<void> {
  const { executor, tables } = directory;
  const { mailGroups, mailGroupMembers, people } = tables;
  const [deleted] = await executor.atomic([
    executor.build
      .delete(mailGroups)
      .where(and(eq(mailGroups.tenantId, tenantId), eq(mailGroups.groupId, groupId))),
    executor.build
      .delete(mailGroupMembers)
      .where(and(eq(mailGroupMembers.tenantId, tenantId), eq(mailGroupMembers.groupId, groupId))),
    executor.build
      .delete(people)
      .where(and(eq(people.tenantId, tenantId), eq(people.personId, groupId), eq(people.kind, 'group'))),
    dropWords(directory, { tenantId, personId: groupId }),
  ]);
  if (deleted?.changes === 0) throw new NotFoundError('no such group');
}

export async function findGroup(
  { executor, tables }: DirectoryContext,
  tenantId: string,
  address: string,
): Promise<Group | null> {
  const { mailGroups } = tables;
  const [row] = await executor.all(
    executor.build
      .select(groupFields(tables))
      .from(mailGroups)
      .where(and(eq(mailGroups.tenantId, tenantId), eq(mailGroups.address, askedId(address)))),
  );
  return row ?? null;
}

export async function listGroups({ executor, tables }: DirectoryContext, tenantId: string): Promise<Group[]> {
  const { mailGroups } = tables;
  return executor.all(
    executor.build
      .select(groupFields(tables))
      .from(mailGroups)
      .where(eq(mailGroups.tenantId, tenantId))
      .orderBy(mailGroups.address),
  );
}

export async function setGroupMembers(
  directory: DirectoryContext,
  tenantId: string,
  groupId: string,
  addresses: readonly string[],
): Promise<void> {
  const { executor, tables } = directory;
  const { mailGroups, mailGroupMembers } = tables;
  const theGroup = and(eq(mailGroups.tenantId, tenantId), eq(mailGroups.groupId, groupId));
  const isThere = sql`exists (select 1 from ${mailGroups} where ${theGroup})`;
  const results = await executor.atomic(
    [
      executor.build
        .delete(mailGroupMembers)
        .where(and(eq(mailGroupMembers.tenantId, tenantId), eq(mailGroupMembers.groupId, groupId))),
      ...jsonChunks([...new Set(addresses)].map((address) => [address])).map((json) =>
        insertSelect(
          executor.build,
          mailGroupMembers,
          { tenantId, groupId, address: given(mailGroupMembers.address) },
          sql`from ${executor.dialect.rows(json, [mailGroupMembers.address])} where ${isThere}`,
        ).onConflictDoNothing(),
      ),
      executor.build.select({ groupId: mailGroups.groupId }).from(mailGroups).where(theGroup),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
  if (results.at(-1)?.rows.length !== 1) throw new NotFoundError('no such group');
}

export async function groupMembers(
  { executor, tables: { mailGroupMembers } }: DirectoryContext,
  tenantId: string,
  groupId: string,
  limit: number,
): Promise<string[]> {
  const rows = await executor.all(
    executor.build
      .select({ address: mailGroupMembers.address })
      .from(mailGroupMembers)
      .where(and(eq(mailGroupMembers.tenantId, tenantId), eq(mailGroupMembers.groupId, groupId)))
      .orderBy(mailGroupMembers.address)
      .limit(limit),
  );
  return rows.map((row) => row.address);
}

function groupFields({ mailGroups }: DirectoryContext['tables']) {
  return {
    tenantId: mailGroups.tenantId,
    groupId: mailGroups.groupId,
    address: mailGroups.address,
    displayName: mailGroups.displayName,
  };
}
