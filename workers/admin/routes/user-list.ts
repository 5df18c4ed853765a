import * as z from 'zod';
import type { User } from '../../../core/identity/types.ts';
import { sortKeyOf } from '../../../core/people/words.ts';
import type { UserFilter } from '../../../core/ports/admin-lists.ts';
import type { DirectoryStore } from '../../../core/ports/directory.ts';
import {
  areaPagedQuery,
  type Piece,
  pageOver,
  piece,
  readPair,
  type Scope,
  sift,
  writePair,
} from '../paging.ts';

const beginning = z.string().trim().min(1).max(320).optional();
export const userListQuery = areaPagedQuery.extend({
  status: z.enum(['active', 'noMail', 'disabled', 'deleted']).optional(),
  /** How the address, and how the display name begins. */
  address: beginning,
  name: beginning,
});

/** Rows that one request looks at where no index knows all that is asked for. */
const SCANNED = 500;

/** A page of users: by address; or by name, where a name is asked for. */
export async function listUsers(
  directory: DirectoryStore,
  scopes: readonly Scope[] | null,
  { status, address, name, ...page }: z.infer<typeof userListQuery>,
): Promise<{ items: User[]; cursor: string | null }> {
  const filter = { status, prefix: address?.normalize('NFC').toLowerCase() };
  if (name === undefined) {
    return pageOver(
      { directory, list: 'users', scopes, ...page },
      async ({ tenantId, domain }, after, limit) => {
        const rows = await directory.usersAfter(
          tenantId,
          { ...filter, ...(domain === null ? {} : { domain }) },
          after,
          limit + 1,
        );
        return piece(rows, limit, (user) => user.address);
      },
    );
  }
  const wanted = sortKeyOf({ displayName: name, address: '' });
  return pageOver({ directory, list: 'users by name', scopes, ...page }, (scope, after, limit) =>
    named(directory, scope, { ...filter, name: wanted }, after, limit),
  );
}

async function named(
  directory: DirectoryStore,
  { tenantId, domain }: Scope,
  { name, status, prefix = '' }: UserFilter & { name: string },
  after: string,
  limit: number,
): Promise<Piece<User>> {
  const place = readPair(after);
  const scanned = status === undefined && prefix === '' && domain === null ? limit : SCANNED;
  const rows = await directory.usersNamed(
    tenantId,
    name,
    place === null ? null : { sortKey: place[0], personId: place[1] },
    scanned + 1,
  );
  const found = sift(
    rows,
    scanned,
    limit,
    ({ user }) =>
      user.address.startsWith(prefix) &&
      (status === undefined || user.status === status) &&
      (domain === null || user.address.endsWith(`@${domain}`)),
    ({ user, sortKey }) => writePair(sortKey, user.userId),
  );
  return { rows: found.rows.map(({ user }) => user), next: found.next };
}
