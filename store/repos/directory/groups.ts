import { and, eq, sql } from 'drizzle-orm';
import { ConflictError, NotFoundError } from '../../../core/errors.ts';
import type { Group, GroupSenders, GroupSettings } from '../../../core/people/types.ts';
import { entryWords, sortKeyOf } from '../../../core/people/words.ts';
import { jsonChunks } from '../../dialect/json-chunks.ts';
import { given, insertSelect, int } from '../../dialect/statements.ts';
import { askedId, fitText } from '../../text.ts';
import { addWords, dropWords, newEntry } from './people-words.ts';
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
        {
          ...{ tenantId, groupId, address, displayName, senders: group.senders },
          externalMembers: int(group.externalMembers ? 1 : 0),
          hidden: int(group.hidden ? 1 : 0),
        },
        sql`where ${addressFree(directory, address)}`,
      ).onConflictDoNothing(),
      ...newEntry(directory, 'group', { tenantId, personId: groupId, address, displayName }),
      hide(directory, group),
      executor.build
        .select({ groupId: mailGroups.groupId })
        .from(mailGroups)
        .where(eq(mailGroups.address, address)),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
  if (results.at(-1)?.rows[0]?.['group_id'] !== groupId) throw new ConflictError('address is taken');
}

/** The entry of a group that is there is hidden, or shown. */
function hide({ executor, tables: { people } }: DirectoryContext, group: Group) {
  const { tenantId, groupId, hidden } = group;
  return executor.build
    .update(people)
    .set({ hidden: hidden ? 1 : 0, sortKey: fitText(sortKeyOf(group), 800) })
    .where(and(eq(people.tenantId, tenantId), eq(people.personId, groupId), eq(people.kind, 'group')));
}

export async function updateGroup(
  directory: DirectoryContext,
  tenantId: string,
  groupId: string,
  settings: GroupSettings,
): Promise<void> {
  const { executor, tables } = directory;
  const { mailGroups } = tables;
  const theGroup = and(eq(mailGroups.tenantId, tenantId), eq(mailGroups.groupId, groupId));
  const [row] = await executor.all(
    executor.build.select(groupFields(tables)).from(mailGroups).where(theGroup),
  );
  if (row === undefined) throw new NotFoundError('no such group');
  const { senders, externalMembers, hidden } = settings;
  const displayName = fitText(settings.displayName, 1024);
  const changed: Group = { ...groupOf(row), ...settings, displayName };
  const words = { tenantId, personId: groupId };
  await executor.atomic(
    [
      executor.build
        .update(mailGroups)
        .set({ displayName, senders, externalMembers: externalMembers ? 1 : 0, hidden: hidden ? 1 : 0 })
        .where(theGroup),
      hide(directory, changed),
      dropWords(directory, words, 'entry'),
      ...addWords(
        directory,
        words,
        'entry',
        entryWords(changed),
        sql`exists (select 1 from ${mailGroups} where ${theGroup})`,
      ),
    ],
    { lock: tenantLock(directory, tenantId) },
  );
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
  return row === undefined ? null : groupOf(row);
}

/** Groups of one of these addresses, of any tenant: part of finding out where mail goes. */
export function groupsAt({ executor, tables }: DirectoryContext, addresses: readonly string[]) {
  const { mailGroups } = tables;
  return executor.build
    .select(groupFields(tables))
    .from(mailGroups)
    .where(executor.dialect.isIn(mailGroups.address, addresses));
}

export async function listGroups({ executor, tables }: DirectoryContext, tenantId: string): Promise<Group[]> {
  const { mailGroups } = tables;
  const rows = await executor.all(
    executor.build
      .select(groupFields(tables))
      .from(mailGroups)
      .where(eq(mailGroups.tenantId, tenantId))
      .orderBy(mailGroups.address),
  );
  return rows.map(groupOf);
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

export function groupFields({ mailGroups }: DirectoryContext['tables']) {
  return {
    tenantId: mailGroups.tenantId,
    groupId: mailGroups.groupId,
    address: mailGroups.address,
    displayName: mailGroups.displayName,
    senders: mailGroups.senders,
    externalMembers: mailGroups.externalMembers,
    hidden: mailGroups.hidden,
  };
}

type Row = DirectoryContext['tables']['mailGroups']['$inferSelect'];

export function groupOf({ senders, externalMembers, hidden, ...row }: Row): Group {
  return {
    ...row,
    senders: sendersOf(senders),
    externalMembers: externalMembers === 1,
    hidden: hidden === 1,
  };
}

/** What is not understood lets in the fewest. */
function sendersOf(text: string): GroupSenders {
  return text === 'anyone' || text === 'inside' ? text : 'members';
}
