import * as z from 'zod';
import { at, count } from './common.ts';

export const tenantView = z.object({
  tenantId: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled']),
  mailShard: z.string(),
});
export type TenantView = z.infer<typeof tenantView>;

export const domainView = z.object({
  domain: z.string(),
  tenantId: z.string(),
  catchAll: z
    .string()
    .nullable()
    .describe('Address of the user who gets mail for addresses that nobody has.'),
  enabled: z.boolean(),
});
export type DomainView = z.infer<typeof domainView>;

export const userView = z.object({
  address: z.string(),
  userId: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  status: z
    .enum(['active', 'noMail', 'disabled', 'deleted'])
    .describe('deleted: until the user is restored or erased.'),
  quotaBytes: count.nullable(),
  createdAt: at,
});
export type UserView = z.infer<typeof userView>;

export const aliasView = z.object({
  alias: z.string(),
  address: z.string().describe('Primary address of the user who gets its mail.'),
  enabled: z.boolean(),
});
export type AliasView = z.infer<typeof aliasView>;

export const appPasswordProtocol = z
  .enum(['activesync', 'ews', 'autodiscover'])
  .describe('Where an app password may be used.');
export type AppPasswordProtocol = z.infer<typeof appPasswordProtocol>;

export const appPasswordInfo = z.object({
  credentialId: z.string(),
  label: z.string(),
  protocols: z.array(appPasswordProtocol).nullable().describe('null: for all.'),
  bindsDevice: z.boolean().describe('It belongs to the first device of ActiveSync that uses it.'),
  deviceId: z.string().nullable().describe('That device.'),
  createdAt: at,
  lastUsedAt: at.nullable().describe('To within an hour; null: never.'),
  expiresAt: at.nullable().describe('null: it holds until it is revoked.'),
});
export type AppPasswordInfo = z.infer<typeof appPasswordInfo>;

export const appPasswordView = appPasswordInfo.extend({
  appPassword: z.string().describe('Shown once: only its hash is kept.'),
});
export type AppPasswordView = z.infer<typeof appPasswordView>;

export interface CreateAppPassword {
  label?: string | undefined;
  protocols?: AppPasswordProtocol[] | undefined;
  /** Needs protocols that are of ActiveSync: `activesync`, and `autodiscover` if wanted. */
  bindsDevice?: boolean | undefined;
  /** How many days it holds. */
  days?: number | undefined;
}

export interface SetPassword {
  password: string;
  /** Also takes every app password of the user back. */
  revokeAppPasswords?: boolean | undefined;
}

const basicPolicyView = z
  .enum(['any', 'app-passwords'])
  .describe("What Basic takes: the user's own password too, or app passwords alone.");

export const signInPolicyView = z.object({
  basic: basicPolicyView.nullable().describe('What was said here; null: nothing.'),
  inForce: basicPolicyView,
});
export type SignInPolicyView = z.infer<typeof signInPolicyView>;

/**
 * One step of `POST /reindex` with an address: the search index of the mailbox is emptied and its messages are
 * indexed again. Called again with the `cursor` of the answer until that is null.
 */
export const reindexView = z.object({
  removed: count,
  enqueued: count,
  cursor: z.string().nullable(),
});
export type ReindexView = z.infer<typeof reindexView>;

export const userStats = z.object({
  address: z.string(),
  messages: count,
  sizeBytes: count,
  quotaBytes: count.nullable(),
  modseq: count.describe('Number of the last change of the mailbox.'),
});
export type UserStats = z.infer<typeof userStats>;

/** Where mail for an address goes, or why it goes nowhere. */
export const routeView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('mailbox'),
    address: z.string(),
    via: z.enum(['address', 'alias', 'tag', 'catch-all']),
  }),
  z.object({ kind: z.literal('group'), address: z.string() }),
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('disabled'), what: z.enum(['tenant', 'domain', 'address']) }),
]);
export type RouteView = z.infer<typeof routeView>;

export interface CreateTenant {
  name: string;
}

export interface CreateDomain {
  domain: string;
  /** Without it, and without a catch-all, the domain gets a tenant of its own. */
  tenantId?: string | undefined;
  /** Address of an existing user. The domain joins that user's tenant. */
  catchAll?: string | undefined;
}

export interface CreateUser {
  address: string;
  password?: string | undefined;
  displayName?: string | undefined;
  quotaBytes?: number | null | undefined;
}

export interface CreateAlias {
  alias: string;
  address: string;
}

/** Where a user is signed in with a browser. Times in milliseconds since the epoch. */
export const userSessionView = z.object({
  sessionId: z.string(),
  method: z.enum(['password', 'passkey', 'oidc']),
  createdAt: at,
  seenAt: at,
  expiresAt: at,
  userAgent: z.string(),
  address: z.string().nullable(),
});
export type UserSessionView = z.infer<typeof userSessionView>;
