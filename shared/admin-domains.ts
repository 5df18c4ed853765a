import * as z from 'zod';
import { at, count } from './admin/common.ts';

/** The part of the admin API (admin-api.ts) about the DNS of a domain: its records, signing keys and policies. */

export const dkimAlgorithmView = z.enum(['rsa-sha256', 'ed25519-sha256']);
export type DkimAlgorithmView = z.infer<typeof dkimAlgorithmView>;

export const dkimKeyView = z.object({
  selector: z.string(),
  algorithm: dkimAlgorithmView,
  state: z.enum(['pending', 'active', 'retired']),
  signs: z.boolean().describe('Whether mail is signed with it now.'),
  createdAt: at,
  notBefore: at.nullable().describe('When it began to sign.'),
  notAfter: at.nullable().describe('Another key signs instead; the record must stay until this time.'),
  record: z.object({ name: z.string(), type: z.literal('TXT'), value: z.string() }),
});
export type DkimKeyView = z.infer<typeof dkimKeyView>;

/** `POST /domains/{domain}/dkim`: makes the keys that lack, and lets those sign whose record is there. */
export interface RequestDkim {
  /** Without it: those that the domain has, or both. */
  algorithms?: DkimAlgorithmView[] | undefined;
  /** Make another key of each algorithm; it replaces the present one as soon as its record is there. */
  rotate?: boolean | undefined;
}

export const dkimView = z.object({
  domain: z.string(),
  keys: z.array(dkimKeyView),
  made: z.array(z.string()).describe('Selectors of keys that were made now.'),
});
export type DkimView = z.infer<typeof dkimView>;

/** One record that a domain needs, or has. */
export const dnsCheckView = z.object({
  what: z.enum([
    ...(['mx', 'spf', 'dkim', 'dmarc', 'mta-sts', 'mta-sts-host', 'tls-rpt'] as const),
    ...(['autodiscover', 'autodiscover-srv', 'autoconfig'] as const),
  ]),
  name: z.string(),
  type: z.string(),
  state: z.enum(['ok', 'missing', 'wrong', 'extra', 'unknown']).describe('unknown: the DNS gave no answer.'),
  required: z.boolean(),
  expected: z.string().describe('What to publish, one record a line; empty: nothing.'),
  found: z.array(z.string()),
  why: z.string(),
});
export type DnsCheckView = z.infer<typeof dnsCheckView>;

export const domainDnsView = z.object({
  domain: z.string(),
  complete: z.boolean().describe('Everything that is required is as it should be.'),
  checks: z.array(dnsCheckView),
  mtaStsPolicy: z
    .string()
    .nullable()
    .describe('The policy that is served under `https://mta-sts.<domain>/.well-known/mta-sts.txt`, or null.'),
});
export type DomainDnsView = z.infer<typeof domainDnsView>;

export const domainSettingsView = z.object({
  mtaSts: z
    .object({
      mode: z.enum(['none', 'testing', 'enforce']),
      maxAgeSeconds: count,
      mx: z.array(z.string()).nullable().describe('null: the hosts of the installation.'),
    })
    .nullable()
    .describe('null: no policy is served.'),
  spf: z
    .array(z.string())
    .nullable()
    .describe('Mechanisms that the SPF record must hold; null: those of the installation.'),
  tlsReports: z.string().nullable().describe('Address for reports on failed TLS.'),
});
export type DomainSettingsView = z.infer<typeof domainSettingsView>;

export interface SetDomainSettings {
  mtaSts?:
    | {
        mode: 'none' | 'testing' | 'enforce';
        maxAgeSeconds?: number | undefined;
        mx?: string[] | null | undefined;
      }
    | null
    | undefined;
  spf?: string[] | null | undefined;
  tlsReports?: string | null | undefined;
}
