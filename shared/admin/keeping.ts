interface RetentionRuleView {
  /** The folder with this role (`user`: folders that people made), */
  role?: 'inbox' | 'drafts' | 'sent' | 'deleted' | 'junk' | 'archive' | 'user' | undefined;
  /** or folders of this name; `*` stands for any text. */
  name?: string | undefined;
  days: number;
  action: 'delete' | 'archive';
  /** Counted from when it came into the folder, or from when it was received. */
  measure: 'entered' | 'received';
}

/** How long a tenant keeps mail; null: for ever. */
export interface RetentionView {
  recoverableDays: number;
  deletedDays: number | null;
  junkDays: number | null;
  /** The first that fits a folder counts, before the two above. */
  folders: RetentionRuleView[];
  userExceptions: boolean;
}

/** A change of it: what is left out stays as it is. */
export type SetRetention = { [K in keyof RetentionView]?: RetentionView[K] | undefined };

/** Folders that a user keeps longer than the tenant does, by folder id; null: for ever. */
export interface RetentionExceptionsView {
  address: string;
  /** Whether the tenant allows any. */
  allowed: boolean;
  folders: Record<string, { days: number | null }>;
}

/** Sizes in bytes; null is no limit. */
export interface QuotaMarksView {
  warn: number | null;
  stopSending: number | null;
  stopReceiving: number | null;
  maxMessageBytes: number | null;
}

export interface TenantQuotaView {
  /** For users with no values of their own. */
  user: QuotaMarksView;
  totalBytes: number | null;
  /** What the last count of all mailboxes gave; null before the first. */
  usage: { sizeBytes: number; messages: number; mailboxes: number; countedAt: number } | null;
}

/** A change of it: what is left out stays as it is. */
export interface SetTenantQuota {
  user?: { [K in keyof QuotaMarksView]?: QuotaMarksView[K] | undefined } | undefined;
  totalBytes?: number | null | undefined;
}

export interface UserQuotaView {
  address: string;
  /** Only what differs from the tenant's. */
  own: Partial<QuotaMarksView>;
  inForce: QuotaMarksView;
  sizeBytes: number;
  messages: number;
  /** The highest mark that the mailbox has crossed. */
  level: 'none' | 'warn' | 'stopSending' | 'stopReceiving';
}

/** A change of it: what is left out stays; null takes a limit off; `default` is the tenant's. */
export type SetUserQuota = { [K in keyof QuotaMarksView]?: number | null | 'default' | undefined };

/** Copies of a tenant's mail for keeping. */
export interface JournalingView {
  to: string | null;
  /** `lockDays` is for the record: the lock itself is a rule of the bucket. */
  r2: { prefix: string; lockDays: number | null } | null;
  scope: 'all' | 'external' | 'internal';
  /** Addresses of the users whose mail is journaled; null: everybody's. */
  users: string[] | null;
}

export interface SetJournaling {
  to?: string | null | undefined;
  r2?: { prefix?: string | undefined; lockDays?: number | null | undefined } | null | undefined;
  scope?: JournalingView['scope'] | undefined;
  users?: string[] | null | undefined;
}

/** While it is in force nothing of what it covers is purged, moved out by retention, or erased. */
export interface HoldView {
  holdId: string;
  tenantId: string;
  /** null: every mailbox of the tenant. */
  address: string | null;
  reason: string;
  placedBy: string;
  since: number;
  releasedAt: number | null;
  releasedBy: string | null;
}

export interface PlaceHold {
  /** Left out: the whole tenant. */
  address?: string | undefined;
  reason: string;
  by?: string | undefined;
}

/** A message that was removed for good and can be brought back. */
export interface DeletedView {
  itemId: string;
  folderId: string;
  removedAt: number;
  receivedAt: number;
  size: number;
  subject: string;
  from: string;
}

export interface RestoredView {
  itemId: string;
  outcome: 'restored' | 'present';
  folderId: string;
  folder: string;
}

export interface RecountView {
  address: string;
  before: { sizeBytes: number; messages: number };
  counted: { sizeBytes: number; messages: number };
  mended: boolean;
}
