import * as z from 'zod';
import { at, count } from './common.ts';

/** The way that a tenant's mail goes to other hosts. Secrets are never shown. */
const carrierSettingView = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('smtp-relay'),
    host: z.string(),
    port: z.int(),
    security: z
      .enum(['tls', 'starttls', 'opportunistic', 'plain'])
      .describe('tls: from the first byte. starttls: required. opportunistic: if offered. plain: none.'),
    auth: z.object({ mechanism: z.enum(['auto', 'plain', 'login', 'xoauth2']), user: z.string() }).nullable(),
    maxBytes: count,
  }),
  z.object({ kind: z.literal('cloudflare-email') }),
  z.object({ kind: z.literal('external') }),
  z.object({ kind: z.literal('none') }),
]);

export const carrierView = z.object({
  setting: carrierSettingView,
  from: z
    .enum(['tenant', 'installation'])
    .describe('Whether the tenant chose it, or the installation for all who did not.'),
  attachmentLinks: z.boolean().describe('Attachments that are too large for the way become links.'),
});
export type CarrierView = z.infer<typeof carrierView>;

/** Chooses a way. A relay's secret that is left out stays what it was, for the same host and user. */
export type SetCarrier =
  | {
      kind: 'smtp-relay';
      host: string;
      port: number;
      security: 'tls' | 'starttls' | 'opportunistic' | 'plain';
      auth?:
        | {
            mechanism?: 'auto' | 'plain' | 'login' | 'xoauth2' | undefined;
            user: string;
            secret?: string | undefined;
          }
        | null
        | undefined;
      maxBytes?: number | undefined;
    }
  | { kind: 'cloudflare-email' }
  | { kind: 'external' }
  | { kind: 'none' };

/** What connecting to a relay and signing in showed. */
export const carrierTestView = z.object({
  ok: z.boolean(),
  error: z.string().nullable(),
  encrypted: z.boolean(),
  capabilities: z.object({
    pipelining: z.boolean(),
    size: count.nullable(),
    eightBitMime: z.boolean(),
    smtpUtf8: z.boolean(),
    dsn: z.boolean(),
  }),
  transcript: z
    .array(z.object({ who: z.enum(['client', 'server']), line: z.string() }))
    .describe('Credentials are shown as `***`.'),
});
export type CarrierTestView = z.infer<typeof carrierTestView>;

export interface SetAttachmentLinks {
  enabled: boolean;
}

/** A message on its way out, without anything of its content. */
export const outboxEntryView = z.object({
  submissionId: z.string(),
  sender: z.string().describe('Primary address of the user who sent it.'),
  mailFrom: z.string().describe('Return path; empty for automatic messages that nobody is told of.'),
  messageId: z.string(),
  size: count,
  automatic: z.boolean(),
  state: z.enum(['held', 'open', 'done']).describe('held: nothing of it has left, and it can be taken back.'),
  createdAt: at,
  updatedAt: at,
  nextAttemptAt: at.nullable(),
  correlationId: z.string(),
  recipients: z.array(
    z.object({
      address: z.string(),
      group: z.string().nullable().describe('The group through which it became a recipient.'),
      state: z.enum(['queued', 'sending', 'sent', 'uncertain', 'failed', 'cancelled']),
      local: z.boolean().describe('In a mailbox of this installation.'),
      attempts: count,
      nextAttemptAt: at.nullable(),
      carrier: z.string().nullable(),
      remoteId: z.string().nullable().describe('Id under which the next host keeps it.'),
      error: z.string().nullable().describe('The last failure: status code and words.'),
    }),
  ),
});
export type OutboxEntryView = z.infer<typeof outboxEntryView>;

export const outboxCancelView = z.object({
  draft: z.boolean().describe('It had not begun to leave, and is a draft of its sender again.'),
  stopped: count.describe('Recipients for whom attempts were ended.'),
});
export type OutboxCancelView = z.infer<typeof outboxCancelView>;

const most = count.nullable().describe('null is no limit.');

export const sendRateView = z.object({
  messagesPerHour: most,
  messagesPerDay: most,
  recipientsPerDay: most,
});
export type SendRateView = z.infer<typeof sendRateView>;

/** How much may be sent. */
export const tenantSendingView = z.object({
  user: sendRateView,
  tenant: sendRateView,
  recipientsPerMessage: count,
  automaticPerHour: z.object({ user: count, tenant: count }),
  fanOut: z
    .object({ least: z.number(), times: z.number() })
    .nullable()
    .describe(
      'A user is locked who writes to more than `least` recipients and `times` as many as usual within an hour.',
    ),
  undoSendSeconds: count,
});
export type TenantSendingView = z.infer<typeof tenantSendingView>;

/** A change of it: what is left out stays as it is. */
export interface SetTenantSending {
  user?: Partial<SendRateView>;
  tenant?: Partial<SendRateView>;
  recipientsPerMessage?: number;
  automaticPerHour?: { user?: number; tenant?: number };
  fanOut?: { least?: number; times?: number } | null;
  undoSendSeconds?: number;
}

const sent = z.object({ messages: count, recipients: count });

export const userSendingView = z.object({
  address: z.string(),
  lockedAt: at.nullable().describe('When sending was locked; null when it is not.'),
  reason: z.string().nullable(),
  undoSendSeconds: count.nullable().describe("The user's own choice; null: that of the tenant."),
  hour: sent,
  day: sent,
  usualRecipients: count.describe('Most recipients in one hour of the last two weeks.'),
});
export type UserSendingView = z.infer<typeof userSendingView>;

/** A user who may send as, or on behalf of, another. */
export const sendGrantView = z.object({
  owner: z.string(),
  grantee: z.string(),
  kind: z.enum(['as', 'behalf']),
});
export type SendGrantView = z.infer<typeof sendGrantView>;

/** An attachment that became a link. Its address is in the message alone. */
export const linkView = z.object({
  linkId: z.string(),
  name: z.string(),
  mediaType: z.string(),
  size: count.describe('Of the file.'),
  createdAt: at,
  endsAt: at.describe('When it ends, or ended.'),
  state: z.enum(['open', 'ended', 'revoked']),
});
export type LinkView = z.infer<typeof linkView>;
