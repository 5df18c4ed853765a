import { isClosed, type Tenant, type User } from '../../core/identity/types.ts';
import type { Folder, ItemState, MailboxRef } from '../../core/mail/types.ts';
import type { MailboxStore } from '../../core/ports/mail.ts';
import { DataError } from '../../shared/data/errors.ts';
import type { DataContext } from './context.ts';

/** What is not there, and what is somebody else's: one answer (I22). */
export function notThere(): DataError {
  return new DataError('NOT_FOUND', 'there is no such thing');
}

/** The tenant that is asked for, unless the caller may only ask for another one. */
export async function openTenant({ services, caller }: DataContext, tenantId: string): Promise<Tenant> {
  const tenant = await services.directory.getTenant(tenantId);
  if (tenant === null || !mayAsk(caller, tenantId)) throw notThere();
  if (tenant.status !== 'active') throw new DataError('PERMISSION_DENIED', 'the tenant is disabled');
  return tenant;
}

export function mayAsk(caller: DataContext['caller'], tenantId: string): boolean {
  return caller.tenantId === null || caller.tenantId === tenantId;
}

export interface Told {
  folderId: string;
  modseq: number;
  /** Item whose words are to be found anew. */
  indexed?: string;
}

/** A mailbox that is asked for. */
export interface Box {
  tenant: Tenant;
  user: User;
  ref: MailboxRef;
  store: MailboxStore;
  /** The folder of this id, or of this role. @throws DataError NOT_FOUND */
  folder(place: string): Promise<Folder>;
  /** @throws DataError NOT_FOUND; ABORTED when it is not at the version that is expected */
  item(itemId: string, kind: ItemState['kind'], expect?: number): Promise<ItemState>;
  /** Tells devices, open pages and the index what was written. */
  tell(changes: readonly Told[]): Promise<void>;
}

export async function openBox(context: DataContext, asked: { tenant: string; user: string }): Promise<Box> {
  const { services, caller, correlationId } = context;
  // Asked for in any case: time must not tell whose it is.
  const found = await services.directory.getUser(asked.tenant, asked.user);
  if (found === null || !mayAsk(caller, asked.tenant)) throw notThere();
  const { tenant, user } = found;
  if (tenant.status !== 'active' || isClosed(user)) {
    throw new DataError('PERMISSION_DENIED', 'the user is disabled');
  }
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const store = services.mail.mailbox(ref);
  let folders: Promise<Folder[]> | null = null;
  return {
    ...{ tenant, user, ref, store },
    async folder(place) {
      folders ??= store.folders();
      const all = await folders;
      const named = all.find(({ folderId }) => folderId === place);
      const known = named ?? all.find(({ role }) => role === place && role !== 'user');
      if (known === undefined) throw notThere();
      return known;
    },
    async item(itemId, kind, expect) {
      const [state] = await store.itemStates([itemId]);
      if (state?.kind !== kind) throw notThere();
      if (expect !== undefined && state.modseq !== expect) throw changedMeanwhile();
      return state;
    },
    async tell(changes) {
      const newest = new Map<string, number>();
      for (const { folderId, modseq } of changes) {
        newest.set(folderId, Math.max(modseq, newest.get(folderId) ?? 0));
      }
      const job = { v: 1 as const, ...ref, correlationId };
      const items = [...new Set(changes.flatMap(({ indexed }) => indexed ?? []))];
      const { notify, index } = services.queues;
      const notices = [...newest].map(([folderId, modseq]) => ({
        ...job,
        folderId,
        modseq,
        originDevice: null,
      }));
      await Promise.all([
        notices.length === 0 ? null : notify(notices),
        items.length === 0 ? null : index(items.map((itemId) => ({ ...job, itemId }))),
      ]);
    },
  };
}

export function changedMeanwhile(): DataError {
  return new DataError('ABORTED', 'it was changed meanwhile: read it again', { status: 412 });
}

export function mailboxFull(): DataError {
  return new DataError('UNAVAILABLE', 'the mailbox is full', { status: 507, retryAfterSeconds: 3600 });
}

/** `a/b` of a cursor: a number and an id. */
export function readCursor(cursor: string | undefined): { at: number; id: string } | null {
  if (cursor === undefined) return null;
  const match = /^(-?\d{1,16})\/([\x21-\x7e]{0,64})$/.exec(cursor);
  if (match === null) throw new DataError('INVALID_ARGUMENT', 'the cursor is not one of this list');
  return { at: Number(match[1]), id: match[2] ?? '' };
}
