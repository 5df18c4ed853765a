import { seesPrivateItems } from '../../core/access/delegates.ts';
import { accessTo, type FolderAccess } from '../../core/access/folder-access.ts';
import type { Principal, User } from '../../core/identity/types.ts';
import { canonicalAddress, routeAddress } from '../../core/mail/recipients.ts';
import type { Folder, MailboxRef } from '../../core/mail/types.ts';
import type { FolderRight } from '../../core/ports/acl.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import type { Services } from '../../platform/services.ts';
import { EwsError } from './errors.ts';

/** A mailbox as the signed-in user may see it. */
export interface Box {
  readonly ref: MailboxRef;
  readonly user: User;
  readonly own: boolean;
  /** What is private to the owner is shown, too. */
  readonly seesPrivate: boolean;
  readonly store: MailboxStore;
  /** All folders, read once; what the principal may not see is among them. */
  folders(): Promise<Folder[]>;
  access(folderId: string): Promise<FolderAccess>;
  /** @throws EwsError ErrorAccessDenied; ErrorItemNotFound when the folder may not even be seen (I22) */
  demand(folderId: string, right: FolderRight): Promise<void>;
  /** Forgets what was read of the folders, after the operation changed them. */
  changed(): void;
  /** Tells devices, subscriptions and the index what the operation wrote. `indexed`: items whose words changed. */
  tell(changes: readonly Told[]): Promise<void>;
}

export interface Told {
  folderId: string;
  modseq: number;
  /** The folder itself was made, renamed or moved, or went. */
  hierarchy?: true;
  /** Item whose text is to be indexed anew. */
  indexed?: string;
}

export interface Mailboxes {
  own: Box;
  open(mailbox: { id: string } | { address: string }): Promise<Box>;
}

export function createMailboxes(services: Services, principal: Principal, correlationId: string): Mailboxes {
  const known = new Map<string, Promise<Box>>();
  const own = createBox(services, principal, principal.user, { correlationId, seesPrivate: true });
  const box = async (user: User) => {
    const { tenantId, mailShard: shard } = principal.tenant;
    const ref = { tenantId, mailboxId: user.userId, shard };
    const seesPrivate = await seesPrivateItems(services, ref, principal.user.userId);
    return createBox(services, principal, user, { correlationId, seesPrivate });
  };
  const noMailbox = () =>
    new EwsError('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  return {
    own,
    open(mailbox) {
      const key = 'id' in mailbox ? `id:${mailbox.id}` : `address:${mailbox.address}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = (async () => {
        if ('id' in mailbox) {
          if (mailbox.id === principal.user.userId) return own;
          const found = await services.directory.getUser(principal.tenant.tenantId, mailbox.id);
          if (found === null) throw noMailbox();
          return box(found.user);
        }
        const address = canonicalAddress(mailbox.address);
        const route = address === null ? null : await routeAddress(services.directory, address);
        if (route?.kind !== 'mailbox' || route.via === 'catch-all') throw noMailbox();
        if (route.tenant.tenantId !== principal.tenant.tenantId) throw noMailbox();
        return route.user.userId === principal.user.userId ? own : box(route.user);
      })();
      known.set(key, found);
      return found;
    },
  };
}

function createBox(
  services: Services,
  principal: Principal,
  user: User,
  { correlationId, seesPrivate }: { correlationId: string; seesPrivate: boolean },
): Box {
  const ref = {
    tenantId: principal.tenant.tenantId,
    mailboxId: user.userId,
    shard: principal.tenant.mailShard,
  };
  const store = services.mail.mailbox(ref);
  let folders: Promise<Folder[]> | null = null;
  let access: Promise<(folderId: string) => FolderAccess> | null = null;
  const own = user.userId === principal.user.userId;
  const accessOf = async (folderId: string) => {
    access ??= accessTo(services, principal, ref);
    return (await access)(folderId);
  };
  return {
    ...{ ref, user, own, seesPrivate, store },
    folders() {
      folders ??= store.folders();
      return folders;
    },
    access: accessOf,
    async demand(folderId, right) {
      const { rights } = await accessOf(folderId);
      if (rights.has(right)) return;
      if (!rights.has('read')) {
        throw new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
      }
      throw new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
    },
    changed() {
      folders = null;
    },
    async tell(changes) {
      const { notify, index } = services.queues;
      const newest = new Map<string, Told>();
      for (const one of changes) {
        const before = newest.get(one.folderId);
        const hierarchy = before?.hierarchy ?? one.hierarchy;
        const modseq = Math.max(before?.modseq ?? 0, one.modseq);
        newest.set(one.folderId, { folderId: one.folderId, modseq, ...(hierarchy ? { hierarchy } : {}) });
      }
      const common = { v: 1 as const, ...ref, correlationId };
      const items = [...new Set(changes.flatMap((one) => one.indexed ?? []))];
      await Promise.all([
        newest.size === 0
          ? null
          : notify([...newest.values()].map((one) => ({ ...common, ...one, originDevice: null }))),
        items.length === 0 ? null : index(items.map((itemId) => ({ ...common, itemId }))),
      ]);
    },
  };
}
