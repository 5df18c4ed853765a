/** Users are deleted, restored, and given up for erasing. */
import { ConflictError } from '../errors.ts';
import type { User } from '../identity/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { Erasure } from '../ports/erasure.ts';
import { addressDigest } from './digest.ts';

const DAY = 24 * 60 * 60_000;

type Directory = Pick<DirectoryStore, 'deleteUser' | 'getErasure' | 'updateErasure' | 'holdsOn'>;

interface Asked {
  /** An actor of the audit log. */
  by: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Closes a user, who can be restored for some days and is erased then.
 * @throws ConflictError when the user is deleted already
 */
export async function deleteUser(
  directory: Directory,
  user: User,
  { by, now, graceDays }: Asked & { graceDays: number },
): Promise<Erasure> {
  const { tenantId, userId, address, status } = user;
  const eraseAfter = now + graceDays * DAY;
  const erasure: Erasure = {
    ...{ tenantId, userId, addressDigest: await addressDigest(tenantId, address), state: 'deleted' },
    ...{
      formerStatus: status,
      deletedAt: now,
      eraseAfter,
      finishedAt: null,
      nextAt: eraseAfter,
      revision: 0,
    },
    progress: { by, startedAt: null, at: null, rounds: 0, looks: 0, removed: {}, problem: null },
  };
  if (!(await directory.deleteUser(erasure))) throw new ConflictError('the user is deleted already');
  return erasure;
}

/**
 * From here on there is no way back. Doing it again while it goes on changes nothing.
 * @throws ConflictError while a legal hold covers the mailbox, which is stronger than the wish to erase
 */
export async function beginErase(directory: Directory, user: User, { by, now }: Asked): Promise<Erasure> {
  const { tenantId, userId } = user;
  const [hold] = await directory.holdsOn(tenantId, userId);
  if (hold !== undefined) throw new ConflictError(`a legal hold covers this mailbox: ${hold.holdId}`);
  const known = await directory.getErasure(tenantId, userId);
  const seen = known ?? (await deleteUser(directory, user, { by, now, graceDays: 0 }));
  if (seen.state !== 'deleted') return seen;
  const begun: Erasure = {
    ...seen,
    ...{ state: 'erasing', eraseAfter: Math.min(seen.eraseAfter, now), nextAt: now },
    progress: { ...seen.progress, by },
  };
  if (!(await directory.updateErasure(seen, begun)))
    throw new ConflictError('the user has just changed: try again');
  return { ...begun, revision: begun.revision + 1 };
}
