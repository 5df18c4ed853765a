import type { User } from '../../../core/identity/types.ts';
import type { Folder, MailboxRef } from '../../../core/mail/types.ts';
import type { MailboxStore } from '../../../core/ports/mail.ts';
import { openRoom, type Room } from '../../../core/quota/room.ts';
import type { Services } from '../../../platform/services.ts';
import type { ImportOutcome } from '../../../shared/admin-api.ts';

/** What is brought in is old: that it can be found may wait until the rest of it is there. */
const INDEX_DELAY_S = 30;

/** What one request of an import knows of the mailbox, and what it has done to it. */
export interface Intake {
  services: Services;
  ref: MailboxRef;
  user: User;
  mailbox: MailboxStore;
  correlationId: string;
  folders: ReadonlyMap<string, Folder>;
  outcomes: ImportOutcome[];
  room: Room;
  changed(folderId: string, modseq: number, itemId: string): void;
}

/** An intake, and what tells the others of what came in. */
export async function openIntake(
  services: Services,
  { ref, user, correlationId }: Pick<Intake, 'ref' | 'user' | 'correlationId'>,
): Promise<{ intake: Intake; announce(): Promise<void> }> {
  const mailbox = services.mail.mailbox(ref);
  await mailbox.create(services.now());
  const [folders, room] = await Promise.all([mailbox.folders(), openRoom(services, ref, user)]);
  const touched = new Map<string, number>();
  const items = new Set<string>();
  const intake: Intake = {
    ...{ services, ref, user, mailbox, correlationId, room, outcomes: [] },
    folders: new Map(folders.map((folder) => [folder.folderId, folder])),
    changed(folderId, modseq, itemId) {
      touched.set(folderId, Math.max(modseq, touched.get(folderId) ?? 0));
      items.add(itemId);
    },
  };
  const job = {
    v: 1,
    tenantId: ref.tenantId,
    mailboxId: ref.mailboxId,
    shard: ref.shard,
    correlationId,
  } as const;
  async function announce(): Promise<void> {
    if (items.size === 0) return;
    const changes = [...touched].map(([folderId, modseq]) => ({
      ...job,
      folderId,
      modseq,
      originDevice: null,
    }));
    await services.queues.index(
      [...items].map((itemId) => ({ ...job, itemId })),
      INDEX_DELAY_S,
    );
    await services.queues.notify(changes);
  }
  return { intake, announce };
}
