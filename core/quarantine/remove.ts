import { ConflictError } from '../errors.ts';
import type { MailboxRef } from '../mail/types.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { ObjectStore } from '../ports/objects.ts';
import type { HeldMessage, QuarantineStore } from '../ports/quarantine.ts';
import { markerKey } from './marker.ts';

interface RemovePorts {
  quarantine: QuarantineStore;
  blobs: Pick<BlobStore, 'delete'>;
  objects: Pick<ObjectStore, 'delete'>;
  directory: Pick<DirectoryStore, 'holdsOn'>;
  now(): number;
}

/**
 * Deletes a held message with its raw. Doing it again changes nothing. False when it was decided otherwise before.
 * @throws ConflictError the mailbox is on hold: nothing of it is purged
 */
export async function removeHeld(
  ports: RemovePorts,
  ref: MailboxRef,
  held: HeldMessage,
  by: string,
): Promise<boolean> {
  const { quarantine, blobs, objects, directory, now } = ports;
  if ((await directory.holdsOn(ref.tenantId, ref.mailboxId)).length > 0)
    throw new ConflictError('the mailbox is on hold: nothing of it is deleted');
  await quarantine.decide(ref, held.itemId, 'deleted', by, now());
  if ((await quarantine.get(ref, held.itemId))?.state !== 'deleted') return false;
  await blobs.delete(held.rawKey);
  await objects.delete([markerKey(held)]);
  return true;
}
