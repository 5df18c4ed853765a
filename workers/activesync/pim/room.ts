import { openRoom, type Room } from '../../../core/quota/room.ts';
import type { EasContext } from '../context.ts';

/** What is left of the mailbox, by the limits as they are now: a login is remembered for longer than they last. */
export async function roomOf({ services, ref, principal }: EasContext): Promise<Room> {
  const owner = await services.directory.getUser(ref.tenantId, ref.mailboxId);
  return openRoom(services, ref, owner?.user ?? principal.user);
}
