import type { User } from '../identity/types.ts';
import type { MailboxRef } from '../mail/types.ts';

/** Where an erase has come to. Without content, and at its end without anything that names the person. */
export interface ErasureProgress {
  /** Who asked for it: an actor of the audit log. */
  by: string;
  /** When the erase began; null: not yet. Milliseconds since the epoch. */
  startedAt: number | null;
  /** The step that is next, and where in it; null: none is under way. */
  at: { step: string; cursor: string } | null;
  /** How often it went through all steps. */
  rounds: number;
  /** Looks for what came late that are over. */
  looks: number;
  /** Rows by table, and objects by place, that were removed. */
  removed: Record<string, number>;
  /** Why it does not go on; null: it does. */
  problem: string | null;
}

/**
 * deleted: closed, and everything is there. erasing: there is no way back. erased: done; it is looked twice more for what
 * came late.
 */
export type ErasureState = 'deleted' | 'erasing' | 'erased';

/** What becomes, or became, of a deleted user. */
export interface Erasure {
  tenantId: string;
  userId: string;
  /** Of the address, so that whoever knows it finds the report (addressDigest). */
  addressDigest: string;
  state: ErasureState;
  /** What the user is again when restored. */
  formerStatus: User['status'];
  /** Milliseconds since the epoch, like the following. */
  deletedAt: number;
  eraseAfter: number;
  finishedAt: number | null;
  /** When there is something to do; null: never again. */
  nextAt: number | null;
  progress: ErasureProgress;
  /** Raised by each change, which names the one it has seen. */
  revision: number;
}

/** Deleted users. Part of the directory. */
export interface ErasureDirectory {
  /**
   * Closes the user and notes it, in one atomic write. False, and nothing done, when the user is deleted already or does
   * not exist.
   */
  deleteUser(erasure: Erasure): Promise<boolean>;
  /** The user is what it was; false when it was not merely deleted. */
  restoreUser(tenantId: string, userId: string): Promise<boolean>;
  getErasure(tenantId: string, userId: string): Promise<Erasure | null>;
  /** The newest first. */
  findErasures(tenantId: string, addressDigest: string): Promise<Erasure[]>;
  /** False, and nothing done, when it is not at this revision any more. */
  updateErasure(seen: Pick<Erasure, 'tenantId' | 'userId' | 'revision'>, to: Erasure): Promise<boolean>;
  /** Those with something to do at this time, those that wait longest first. */
  dueErasures(tenantId: string, at: number, limit: number): Promise<Erasure[]>;
}

/** Whose rows are meant. */
export interface ErasureSubject {
  ref: MailboxRef;
  /** The primary address and the aliases. */
  addresses: readonly string[];
}

/** The rows of one user in all tables of all databases. */
export interface ErasureStore {
  /** Tables by database, as in `mail.items`, in the order in which they are emptied. */
  tables(): string[];
  /** Removes up to about `limit` rows of a table. */
  erase(subject: ErasureSubject, table: string, limit: number): Promise<{ rows: number; more: boolean }>;
  /** What is left, by table; those with nothing are left out. Asked of every table, by the names of its columns. */
  leftovers(subject: ErasureSubject): Promise<Record<string, number>>;
}
