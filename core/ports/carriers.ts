import type { Carrier } from './carrier.ts';

/** The way to other hosts that a tenant chose, without its secrets. */
export type CarrierSetting =
  | {
      kind: 'smtp-relay';
      host: string;
      port: number;
      /** tls: from the first byte. starttls: required. opportunistic: if offered. plain: none. */
      security: 'tls' | 'starttls' | 'opportunistic' | 'plain';
      auth: { mechanism: 'auto' | 'plain' | 'login' | 'xoauth2'; user: string } | null;
      /** Largest message in bytes that is handed to it. */
      maxBytes: number;
    }
  | { kind: 'cloudflare-email' }
  /** A sender outside of this installation comes for the messages (data service). */
  | { kind: 'external' }
  | { kind: 'none' };

/** A choice as an admin makes it. A relay's secret that is left out stays what it was, for the same host and user. */
export type NewCarrierSetting =
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
  /** A sender outside of this installation comes for the messages (data service). */
  | { kind: 'external' }
  | { kind: 'none' };

interface CarrierInForce {
  setting: CarrierSetting;
  /** The tenant's own choice, or that of the installation. */
  from: 'tenant' | 'installation';
  /** Whether attachments that are too large for it become links. */
  attachmentLinks: boolean;
}

/** What a test of a relay showed. */
export interface CarrierProbe {
  ok: boolean;
  /** Why not. */
  error: string | null;
  encrypted: boolean;
  capabilities: {
    pipelining: boolean;
    size: number | null;
    eightBitMime: boolean;
    smtpUtf8: boolean;
    dsn: boolean;
  };
  /** The dialogue; credentials are shown as `***`. */
  transcript: { who: 'client' | 'server'; line: string }[];
}

/** The ways out of the house, one for each tenant. */
export interface Carriers {
  /** Null when the tenant has none. Rejects when that cannot be said now. */
  carrierFor(tenantId: string): Promise<Carrier | null>;
  inForce(tenantId: string): Promise<CarrierInForce>;
  /** Rejects with InvalidInputError, which says what is not acceptable. */
  choose(tenantId: string, setting: NewCarrierSetting): Promise<void>;
  setAttachmentLinks(tenantId: string, on: boolean): Promise<void>;
  /** Back to the choice of the installation. */
  forget(tenantId: string): Promise<void>;
  /** Connects as sending would. Rejects with InvalidInputError when the tenant has no relay. */
  probe(tenantId: string): Promise<CarrierProbe>;
  /** Ends connections that are idle. They end by themselves too, a moment later. */
  close(): Promise<void>;
}
