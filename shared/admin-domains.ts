/** The part of the admin API (admin-api.ts) about the DNS of a domain: its records, signing keys and policies. */

export type DkimAlgorithmView = 'rsa-sha256' | 'ed25519-sha256';

export interface DkimKeyView {
  selector: string;
  algorithm: DkimAlgorithmView;
  state: 'pending' | 'active' | 'retired';
  /** Whether mail is signed with it now. */
  signs: boolean;
  createdAt: number;
  /** When it began to sign. */
  notBefore: number | null;
  /** Another key signs instead; the record must stay until this time. */
  notAfter: number | null;
  record: { name: string; type: 'TXT'; value: string };
}

/** `POST /domains/{domain}/dkim`: makes the keys that lack, and lets those sign whose record is there. */
export interface RequestDkim {
  /** Without it: those that the domain has, or both. */
  algorithms?: DkimAlgorithmView[] | undefined;
  /** Make another key of each algorithm; it replaces the present one as soon as its record is there. */
  rotate?: boolean | undefined;
}

export interface DkimView {
  domain: string;
  keys: DkimKeyView[];
  /** Selectors of keys that were made now. */
  made: string[];
}

/** One record that a domain needs, or has. */
export interface DnsCheckView {
  what:
    | 'mx'
    | 'spf'
    | 'dkim'
    | 'dmarc'
    | 'mta-sts'
    | 'mta-sts-host'
    | 'tls-rpt'
    | 'autodiscover'
    | 'autodiscover-srv'
    | 'autoconfig';
  name: string;
  type: string;
  /** `unknown`: the DNS gave no answer. */
  state: 'ok' | 'missing' | 'wrong' | 'extra' | 'unknown';
  required: boolean;
  /** What to publish, one record a line; empty: nothing. */
  expected: string;
  found: string[];
  why: string;
}

/** `GET /domains/{domain}/dns`. */
export interface DomainDnsView {
  domain: string;
  /** Everything that is required is as it should be. */
  complete: boolean;
  checks: DnsCheckView[];
  /** The policy that is served under `https://mta-sts.<domain>/.well-known/mta-sts.txt`, or null. */
  mtaStsPolicy: string | null;
}

/** `GET` and `PUT /domains/{domain}/settings`; a PUT changes what it names. */
export interface DomainSettingsView {
  /** null: no policy is served. `mx` null: the hosts of the installation. */
  mtaSts: { mode: 'none' | 'testing' | 'enforce'; maxAgeSeconds: number; mx: string[] | null } | null;
  /** Mechanisms that the SPF record must hold; null: those of the installation. */
  spf: string[] | null;
  /** Address for reports on failed TLS. */
  tlsReports: string | null;
}

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
