import * as z from 'zod';
import { type AccessSettings, readAccess } from './auth/access/settings.ts';
import { type OidcIssuer, readIssuers } from './auth/oidc/settings.ts';
import { type CmsSigner, readSigner } from './certificates/cms-signer.ts';
import { type InternalToken, readInternalTokens } from './internal-tokens.ts';
import { readOtlpHeaders, type TraceSettings } from './tracing/settings.ts';

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const hosts = z.string().regex(/^[a-z0-9.-]+(, *[a-z0-9.-]+)*$/, 'host names with commas between them');

const schema = z.object({
  STORE: z.enum(['d1', 'postgres']).default('d1'),
  AUTHSERV_ID: z.string().min(1).default('mx.waypost.local'),
  PLATFORM_AUTHSERV_ID: z.string().optional(),
  PLATFORM_RECEIVED_BY: z.string().optional(),
  PING_HOLD_MAX_S: integer(1, 3540).default(280),
  MAX_MESSAGE_BYTES: integer(1024, 26_214_400).default(26_214_400),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  CALLER_REQUESTS_PER_MINUTE: integer(0, 1_000_000).default(3000),
  TENANT_REQUESTS_PER_MINUTE: integer(0, 100_000_000).default(120_000),
  ADMIN_TOKEN: z.string().min(16).optional(),
  INTERNAL_TOKENS: z
    .string()
    .refine(
      (text) => readInternalTokens(text) !== null,
      'name:token with commas, tokens of 32 characters or more',
    )
    .optional(),
  SECRETS_KEY: z.string().min(32).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  // Spans and the key of their receiver: plain HTTP on this machine only.
  OTLP_URL: z
    .string()
    .regex(/^(https:\/\/[^?#]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/[^?#]*)?)?$/, 'https://…')
    .default(''),
  OTLP_HEADERS: z
    .string()
    .refine((text) => readOtlpHeaders(text) !== null, 'name=value with commas between them')
    .default(''),
  TRACE_SAMPLE: z.coerce.number().min(0).max(1).default(0.01),
  TRACE_PARENT: z.enum(['link', 'continue']).default('link'),
  METRICS_FLUSH_MS: z.union([z.literal('off'), integer(0, 60_000)]).default(1500),
  SECRETS_KEY_PREVIOUS: z.string().min(32).optional(),
  // Whoever can change its answers can switch our checks off: plain HTTP on this machine only.
  DNS_OVER_HTTPS_URL: z
    .string()
    .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])/, 'https://…')
    .default('https://cloudflare-dns.com/dns-query'),
  // Longer than a message is tried for (48 hours) and the days it may wait for its reader's server.
  DKIM_EXPIRY_DAYS: integer(3, 90).default(14),
  MX_HOSTS: hosts.default('route1.mx.cloudflare.net,route2.mx.cloudflare.net,route3.mx.cloudflare.net'),
  SPF_MECHANISMS: z.string().default('include:_spf.mx.cloudflare.net'),
  OUTBOUND_DEFAULT: z.string().min(1).default('none'),
  RELAY_PORTS: z
    .string()
    .regex(/^\d{1,5}(, *\d{1,5})*$/, 'ports with commas between them')
    .default('465,587,2525'),
  RELAY_ALLOW_PRIVATE: z.enum(['0', '1']).default('0'),
  WEBHOOK_PORTS: z
    .string()
    .regex(/^\d{1,5}(, *\d{1,5})*$/, 'ports with commas between them')
    .default('443'),
  FILES_URL: z
    .string()
    .regex(/^https?:\/\/[^/?#]+$/, 'https://host')
    .default('http://127.0.0.1:8787'),
  ATTACHMENT_LINK_DAYS: integer(1, 365).default(14),
  AUDIT_DAYS: integer(30, 36_500).default(400),
  USER_GRACE_DAYS: integer(1, 3650).default(30),
  TRACE_DAYS: integer(1, 3650).default(30),
  AUDIT_ADDRESSES: z.enum(['full', 'prefix']).default('full'),
  PUBLIC_URL: z
    .string()
    .regex(/^(https?:\/\/[^/?#]+)?$/, 'https://host')
    .default(''),
  PROFILE_CERTIFICATE: z.string().optional(),
  PROFILE_KEY: z.string().optional(),
  SESSION_IDLE_MINUTES: integer(5, 43_200).default(720),
  SESSION_MAX_HOURS: integer(1, 8760).default(168),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{0,50}$/, 'small letters, digits and dashes')
    .default(''),
  OIDC_ISSUERS: z.string().max(65_536).default(''),
  ACCESS_TEAM_DOMAIN: z.string().default(''),
  ACCESS_AUD: z.string().default(''),
  ACCESS_EDGES: z.string().default('admin'),
  ACCESS_CERTS_URL: z.string().default(''),
});

export interface Config {
  store: 'd1' | 'postgres';
  /** Host name of this installation: its authserv-id (RFC 8601 2.5), and what it calls itself to other hosts. */
  authservId: string;
  /** authserv-id under which the platform's own authentication results are trusted. */
  platformAuthservId: string;
  /** Name that the platform gives itself in the Received field it puts on top; null when it writes none. */
  platformReceivedBy: string | null;
  pingHoldMaxSeconds: number;
  maxMessageBytes: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Requests a minute that are taken of one user or program, and of all of a tenant; 0: no limit. */
  requestsPerMinute: { caller: number; tenant: number };
  /** Bearer token of the admin API; without it the API is closed. */
  adminToken: string | null;
  /** Bearer token that opens `/metrics` and nothing else. */
  metricsToken: string | null;
  /** Milliseconds that what was counted stays in the isolate; null: nothing is counted. */
  metricsFlushMs: number | null;
  /** Where spans go and how many; null: nowhere. */
  tracing: TraceSettings | null;
  /** Tokens of the data service; without any there is none. */
  internalTokens: InternalToken[];
  /** What secrets at rest are sealed with (platform/sealed.ts); without it nothing secret can be kept. */
  secretsKey: string | null;
  /** The secret before it, which still opens what it sealed. */
  secretsKeyPrevious: string | null;
  /** Resolver that speaks DNS over HTTPS (RFC 8484). */
  dnsOverHttpsUrl: string;
  /** How long a DKIM signature holds. */
  dkimExpirySeconds: number;
  /** Hosts that receive the installation's mail. */
  mxHosts: string[];
  /** What the SPF record of a domain must hold, unless the domain says otherwise. */
  spfMechanisms: string[];
  /** The way to other hosts of tenants that chose none (outbound/carriers/setting.ts); may hold a password. */
  outboundDefault: string;
  /** Which hosts tenants may name (platform/host-check.ts). */
  relayHosts: { ports: number[]; allowPrivate: boolean };
  /** Which hosts webhooks may name. */
  webhookHosts: { ports: number[]; allowPrivate: boolean };
  /** Where attachments that became links are found: `<filesUrl>/files/<token>`. */
  filesUrl: string;
  /** How long such a link holds. */
  attachmentLinkDays: number;
  /** How long audit events are kept, unless a tenant says otherwise. */
  auditDays: number;
  /** How long the trace of messages is kept, unless a tenant says otherwise. */
  traceDays: number;
  /** How long a deleted user can be restored, unless who deletes says otherwise. */
  userGraceDays: number;
  /** Whether they tell the client's address or only its network (IPv4 /24, IPv6 /48). */
  auditAddresses: 'full' | 'prefix';
  /** Where mail programs find the installation: `https://host`; null: under whatever name they ask. */
  publicUrl: string | null;
  /** What Apple's configuration profiles are signed with; null: they are not. */
  profileSigner: CmsSigner | null;
  /** A session of a browser is over when it was not used for so long … */
  sessionIdleMs: number;
  /** … and so long after it began. */
  sessionMaxMs: number;
  /** What stands before the names of the queues, where several installations share an account. */
  queuePrefix: string;
  /** OpenID providers whose tokens are believed (docs/authentication.md). */
  oidcIssuers: OidcIssuer[];
  /** Cloudflare Access before some edges; null: it is not asked for. */
  access: AccessSettings | null;
}

/** Reads and checks the plain variables of the environment. Throws one error that names every bad variable. */
export function parseConfig(env: Record<string, unknown>): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const bad = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
    throw new Error(`configuration: ${bad}`);
  }
  const v = parsed.data;
  return {
    store: v.STORE,
    authservId: v.AUTHSERV_ID,
    platformAuthservId: v.PLATFORM_AUTHSERV_ID || v.AUTHSERV_ID,
    platformReceivedBy: v.PLATFORM_RECEIVED_BY || null,
    pingHoldMaxSeconds: v.PING_HOLD_MAX_S,
    maxMessageBytes: v.MAX_MESSAGE_BYTES,
    logLevel: v.LOG_LEVEL,
    requestsPerMinute: { caller: v.CALLER_REQUESTS_PER_MINUTE, tenant: v.TENANT_REQUESTS_PER_MINUTE },
    adminToken: v.ADMIN_TOKEN ?? null,
    metricsToken: v.METRICS_TOKEN ?? null,
    tracing:
      v.OTLP_URL === ''
        ? null
        : {
            ...{ url: v.OTLP_URL, headers: readOtlpHeaders(v.OTLP_HEADERS) ?? {} },
            ...{ sample: v.TRACE_SAMPLE, parent: v.TRACE_PARENT },
          },
    metricsFlushMs: v.METRICS_FLUSH_MS === 'off' ? null : v.METRICS_FLUSH_MS,
    internalTokens: readInternalTokens(v.INTERNAL_TOKENS ?? '') ?? [],
    secretsKey: v.SECRETS_KEY ?? null,
    secretsKeyPrevious: v.SECRETS_KEY_PREVIOUS ?? null,
    dnsOverHttpsUrl: v.DNS_OVER_HTTPS_URL,
    dkimExpirySeconds: v.DKIM_EXPIRY_DAYS * 86_400,
    mxHosts: v.MX_HOSTS.split(',').map((host) => host.trim()),
    spfMechanisms: v.SPF_MECHANISMS.split(/[ ,]+/).filter((one) => one !== ''),
    outboundDefault: v.OUTBOUND_DEFAULT,
    filesUrl: v.FILES_URL,
    attachmentLinkDays: v.ATTACHMENT_LINK_DAYS,
    auditDays: v.AUDIT_DAYS,
    traceDays: v.TRACE_DAYS,
    userGraceDays: v.USER_GRACE_DAYS,
    auditAddresses: v.AUDIT_ADDRESSES,
    publicUrl: v.PUBLIC_URL === '' ? null : new URL(v.PUBLIC_URL).origin,
    profileSigner: readSigner(v.PROFILE_CERTIFICATE, v.PROFILE_KEY),
    sessionIdleMs: v.SESSION_IDLE_MINUTES * 60_000,
    sessionMaxMs: v.SESSION_MAX_HOURS * 3_600_000,
    queuePrefix: v.QUEUE_PREFIX,
    access: readAccess(
      {
        ...{ teamDomain: v.ACCESS_TEAM_DOMAIN, audiences: v.ACCESS_AUD, edges: v.ACCESS_EDGES },
        certsUrl: v.ACCESS_CERTS_URL,
      },
      v.RELAY_ALLOW_PRIVATE === '1',
    ),
    oidcIssuers: readIssuers(v.OIDC_ISSUERS, env, v.RELAY_ALLOW_PRIVATE === '1'),
    webhookHosts: {
      ports: v.WEBHOOK_PORTS.split(',').map(Number),
      allowPrivate: v.RELAY_ALLOW_PRIVATE === '1',
    },
    relayHosts: {
      ports: v.RELAY_PORTS.split(',').map(Number),
      allowPrivate: v.RELAY_ALLOW_PRIVATE === '1',
    },
  };
}
