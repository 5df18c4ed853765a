/** The way that a tenant's mail goes to other hosts. Secrets are never shown. */
type CarrierSettingView =
  | {
      kind: 'smtp-relay';
      host: string;
      port: number;
      /** tls: from the first byte. starttls: required. opportunistic: if offered. plain: none. */
      security: 'tls' | 'starttls' | 'opportunistic' | 'plain';
      auth: { mechanism: 'auto' | 'plain' | 'login' | 'xoauth2'; user: string } | null;
      maxBytes: number;
    }
  | { kind: 'cloudflare-email' }
  | { kind: 'external' }
  | { kind: 'none' };

export interface CarrierView {
  setting: CarrierSettingView;
  /** Whether the tenant chose it, or the installation for all who did not. */
  from: 'tenant' | 'installation';
  /** Attachments that are too large for the way become links. */
  attachmentLinks: boolean;
}

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
export interface CarrierTestView {
  ok: boolean;
  error: string | null;
  encrypted: boolean;
  capabilities: {
    pipelining: boolean;
    size: number | null;
    eightBitMime: boolean;
    smtpUtf8: boolean;
    dsn: boolean;
  };
  /** Credentials are shown as `***`. */
  transcript: { who: 'client' | 'server'; line: string }[];
}

export interface SetAttachmentLinks {
  enabled: boolean;
}

/** A message on its way out, without anything of its content. */
export interface OutboxEntryView {
  submissionId: string;
  /** Primary address of the user who sent it. */
  sender: string;
  /** Return path; empty for automatic messages that nobody is told of. */
  mailFrom: string;
  messageId: string;
  size: number;
  automatic: boolean;
  /** held: nothing of it has left, and it can be taken back. */
  state: 'held' | 'open' | 'done';
  createdAt: number;
  updatedAt: number;
  nextAttemptAt: number | null;
  correlationId: string;
  recipients: {
    address: string;
    /** The group through which it became a recipient. */
    group: string | null;
    state: 'queued' | 'sending' | 'sent' | 'uncertain' | 'failed' | 'cancelled';
    /** In a mailbox of this installation. */
    local: boolean;
    attempts: number;
    nextAttemptAt: number | null;
    carrier: string | null;
    /** Id under which the next host keeps it. */
    remoteId: string | null;
    /** The last failure: status code and words. */
    error: string | null;
  }[];
}

export interface OutboxCancelView {
  /** It had not begun to leave, and is a draft of its sender again. */
  draft: boolean;
  /** Recipients for whom attempts were ended. */
  stopped: number;
}

/** null is no limit. */
export interface SendRateView {
  messagesPerHour: number | null;
  messagesPerDay: number | null;
  recipientsPerDay: number | null;
}

/** How much may be sent. */
export interface TenantSendingView {
  user: SendRateView;
  tenant: SendRateView;
  recipientsPerMessage: number;
  automaticPerHour: { user: number; tenant: number };
  /** A user is locked who writes to more than `least` recipients and `times` as many as usual within an hour. */
  fanOut: { least: number; times: number } | null;
  undoSendSeconds: number;
}

/** A change of it: what is left out stays as it is. */
export interface SetTenantSending {
  user?: Partial<SendRateView>;
  tenant?: Partial<SendRateView>;
  recipientsPerMessage?: number;
  automaticPerHour?: { user?: number; tenant?: number };
  fanOut?: { least?: number; times?: number } | null;
  undoSendSeconds?: number;
}

export interface UserSendingView {
  address: string;
  /** When sending was locked; null when it is not. */
  lockedAt: number | null;
  reason: string | null;
  /** The user's own choice; null: that of the tenant. */
  undoSendSeconds: number | null;
  hour: { messages: number; recipients: number };
  day: { messages: number; recipients: number };
  /** Most recipients in one hour of the last two weeks. */
  usualRecipients: number;
}

/** A user who may send as, or on behalf of, another. */
export interface SendGrantView {
  owner: string;
  grantee: string;
  kind: 'as' | 'behalf';
}

/** An attachment that became a link. Its address is in the message alone. */
export interface LinkView {
  linkId: string;
  name: string;
  mediaType: string;
  /** Of the file. */
  size: number;
  createdAt: number;
  /** When it ends, or ended. */
  endsAt: number;
  state: 'open' | 'ended' | 'revoked';
}
