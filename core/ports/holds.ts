/** A legal hold: while it is in force nothing of what it covers is purged, moved out or erased. */
export interface Hold {
  holdId: string;
  tenantId: string;
  /** null covers every mailbox of the tenant. */
  userId: string | null;
  reason: string;
  /** Who placed it. */
  placedBy: string;
  /** Milliseconds since the epoch. */
  since: number;
  releasedAt: number | null;
  releasedBy: string | null;
}

/** What the control plane knows of keeping and of limits. Part of the directory. */
export interface KeepingDirectory {
  /** Placing the same holdId again changes nothing. */
  placeHold(hold: Omit<Hold, 'releasedAt' | 'releasedBy'>): Promise<void>;
  /** The newest first; those that were released too when asked for. */
  listHolds(tenantId: string, options?: { released?: boolean }): Promise<Hold[]>;
  /** Those in force that cover this user's mailbox. */
  holdsOn(tenantId: string, userId: string): Promise<Hold[]>;
  /** False when there is no such hold in force. */
  releaseHold(tenantId: string, holdId: string, by: string, at: number): Promise<boolean>;

  /** A named JSON value of a user, or null. */
  getUserSetting(tenantId: string, userId: string, name: string): Promise<unknown>;
  /** null forgets the setting. */
  putUserSetting(tenantId: string, userId: string, name: string, value: unknown): Promise<void>;
  /** The settings `quota` and `usage` of the tenant and `quota` of the user, in one round trip; null for each that is not there. */
  quotaValues(tenantId: string, userId: string): Promise<{ tenant: unknown; usage: unknown; user: unknown }>;
}
