import * as z from 'zod';
import { at, count } from './common.ts';

const retentionRuleView = z.object({
  role: z
    .enum(['inbox', 'drafts', 'sent', 'deleted', 'junk', 'archive', 'user'])
    .optional()
    .describe('The folder with this role (user: folders that people made),'),
  name: z.string().optional().describe('or folders of this name; `*` stands for any text.'),
  days: z.number(),
  action: z.enum(['delete', 'archive']),
  measure: z
    .enum(['entered', 'received'])
    .describe('Counted from when it came into the folder, or from when it was received.'),
});

const keptDays = z.number().nullable().describe('null: for ever.');

/** How long a tenant keeps mail. */
export const retentionView = z.object({
  recoverableDays: z.number(),
  deletedDays: keptDays,
  junkDays: keptDays,
  folders: z.array(retentionRuleView).describe('The first that fits a folder counts, before the two above.'),
  userExceptions: z.boolean(),
});
export type RetentionView = z.infer<typeof retentionView>;

/** A change of it: what is left out stays as it is. */
export type SetRetention = { [K in keyof RetentionView]?: RetentionView[K] | undefined };

/** Folders that a user keeps longer than the tenant does. */
export const retentionExceptionsView = z.object({
  address: z.string(),
  allowed: z.boolean().describe('Whether the tenant allows any.'),
  folders: z.record(z.string(), z.object({ days: keptDays })).describe('By folder id.'),
});
export type RetentionExceptionsView = z.infer<typeof retentionExceptionsView>;

const mark = count.nullable().describe('Bytes; null is no limit.');

export const quotaMarksView = z.object({
  warn: mark,
  stopSending: mark,
  stopReceiving: mark,
  maxMessageBytes: mark,
});
export type QuotaMarksView = z.infer<typeof quotaMarksView>;

export const tenantQuotaView = z.object({
  user: quotaMarksView.describe('For users with no values of their own.'),
  totalBytes: count.nullable(),
  usage: z
    .object({ sizeBytes: count, messages: count, mailboxes: count, countedAt: at })
    .nullable()
    .describe('What the last count of all mailboxes gave; null before the first.'),
});
export type TenantQuotaView = z.infer<typeof tenantQuotaView>;

/** A change of it: what is left out stays as it is. */
export interface SetTenantQuota {
  user?: { [K in keyof QuotaMarksView]?: QuotaMarksView[K] | undefined } | undefined;
  totalBytes?: number | null | undefined;
}

export const userQuotaView = z.object({
  address: z.string(),
  own: quotaMarksView.partial().describe("Only what differs from the tenant's."),
  inForce: quotaMarksView,
  sizeBytes: count,
  messages: count,
  level: z
    .enum(['none', 'warn', 'stopSending', 'stopReceiving'])
    .describe('The highest mark that the mailbox has crossed.'),
});
export type UserQuotaView = z.infer<typeof userQuotaView>;

/** A change of it: what is left out stays; null takes a limit off; `default` is the tenant's. */
export type SetUserQuota = { [K in keyof QuotaMarksView]?: number | null | 'default' | undefined };

/** Copies of a tenant's mail for keeping. */
export const journalingView = z.object({
  to: z.string().nullable(),
  r2: z
    .object({ prefix: z.string(), lockDays: z.int().nullable() })
    .nullable()
    .describe('`lockDays` is for the record: the lock itself is a rule of the bucket.'),
  scope: z.enum(['all', 'external', 'internal']),
  users: z
    .array(z.string())
    .nullable()
    .describe("Addresses of the users whose mail is journaled; null: everybody's."),
});
export type JournalingView = z.infer<typeof journalingView>;

export interface SetJournaling {
  to?: string | null | undefined;
  r2?: { prefix?: string | undefined; lockDays?: number | null | undefined } | null | undefined;
  scope?: JournalingView['scope'] | undefined;
  users?: string[] | null | undefined;
}

/** While it is in force nothing of what it covers is purged, moved out by retention, or erased. */
export const holdView = z.object({
  holdId: z.string(),
  tenantId: z.string(),
  address: z.string().nullable().describe('null: every mailbox of the tenant.'),
  reason: z.string(),
  placedBy: z.string(),
  since: at,
  releasedAt: at.nullable(),
  releasedBy: z.string().nullable(),
});
export type HoldView = z.infer<typeof holdView>;

export interface PlaceHold {
  /** Left out: the whole tenant. */
  address?: string | undefined;
  reason: string;
  by?: string | undefined;
}

/** A message that was removed for good and can be brought back. */
export const deletedView = z.object({
  itemId: z.string(),
  folderId: z.string(),
  removedAt: at,
  receivedAt: at,
  size: count,
  subject: z.string(),
  from: z.string(),
});
export type DeletedView = z.infer<typeof deletedView>;

export const restoredView = z.object({
  itemId: z.string(),
  outcome: z.enum(['restored', 'present']),
  folderId: z.string(),
  folder: z.string(),
});
export type RestoredView = z.infer<typeof restoredView>;

const counted = z.object({ sizeBytes: z.int(), messages: z.int() });

export const recountView = z.object({
  address: z.string(),
  before: counted,
  counted,
  mended: z.boolean(),
});
export type RecountView = z.infer<typeof recountView>;
