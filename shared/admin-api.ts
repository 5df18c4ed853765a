/**
 * The admin API as JSON, version 1: what workers/admin answers and what its callers may rely on.
 * Times are milliseconds since the epoch, sizes are bytes. A field is never dropped or renamed within a version.
 */

/** Path under which every address below is found. */
export const ADMIN_BASE_PATH = '/admin/v1';

/** Content type of errors (RFC 9457 3). */
export const PROBLEM_TYPE = 'application/problem+json';

/** An error (RFC 9457). `code` is stable and for programs, `detail` is for people. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code: string;
  detail: string;
  correlationId: string;
}

export interface TenantView {
  tenantId: string;
  name: string;
  status: 'active' | 'disabled';
  mailShard: string;
}

export interface DomainView {
  domain: string;
  tenantId: string;
  catchAll: string | null;
  enabled: boolean;
}

export interface UserView {
  address: string;
  userId: string;
  tenantId: string;
  displayName: string;
  status: 'active' | 'noMail' | 'disabled';
  quotaBytes: number | null;
  createdAt: number;
}

export interface AliasView {
  alias: string;
  /** Primary address of the user who gets its mail. */
  address: string;
  enabled: boolean;
}

export interface AppPasswordView {
  credentialId: string;
  label: string;
  /** Shown once: only its hash is kept. */
  appPassword: string;
}

/**
 * One step of `POST /reindex` with an address: the search index of the mailbox is emptied and its messages are
 * indexed again. Called again with the `cursor` of the answer until that is null.
 */
export interface ReindexView {
  removed: number;
  enqueued: number;
  cursor: string | null;
}

export interface UserStats {
  address: string;
  messages: number;
  sizeBytes: number;
  quotaBytes: number | null;
  modseq: number;
}

export type DeviceAccessView = 'allowed' | 'quarantined' | 'blocked';

export interface DeviceView {
  deviceId: string;
  deviceType: string;
  userAgent: string;
  protocolVersion: string;
  firstSeenAt: number;
  lastSeenAt: number;
  /** What was decided of this device; `default`: nothing, so that the tenant's device settings count. */
  access: DeviceAccessView | 'default';
  /** What that means for it now. */
  effectiveAccess: DeviceAccessView;
  /** A wipe that was asked for and that the device has not acknowledged yet. */
  wipe: {
    kind: 'device' | 'account';
    requestedAt: number;
    sentAt: number | null;
    failedAt: number | null;
  } | null;
  /** The last wipe that it has acknowledged. */
  wiped: { kind: 'device' | 'account'; at: number } | null;
  policy: {
    /** `outdated`: it has acknowledged another revision than the one in force. */
    state: 'none' | 'offered' | 'applied' | 'outdated';
    compliance: 'full' | 'partial' | 'none' | 'external' | null;
    acknowledgedAt: number | null;
  };
  /** What it says of itself. */
  information: {
    model?: string;
    imei?: string;
    friendlyName?: string;
    os?: string;
    osLanguage?: string;
    phoneNumber?: string;
    userAgent?: string;
    mobileOperator?: string;
    enableOutboundSms?: boolean;
  };
}

/** What a tenant lets devices do that nobody has decided about. */
export interface DeviceSettingsView {
  defaultAccess: DeviceAccessView;
  /** The first that fits comes before `defaultAccess`. */
  rules: { deviceType: string; access: DeviceAccessView }[];
  maxDevicesPerUser: number;
}

export type SetDeviceSettings = { [K in keyof DeviceSettingsView]?: DeviceSettingsView[K] | undefined };

/** A policy for devices. `settings` are those of EASProvisionDoc by their names with a small first letter. */
export interface PolicyView {
  required: boolean;
  allowNonProvisionable: boolean;
  allowExternallyManaged: boolean;
  requireDeviceInformation: boolean;
  settings: Record<string, boolean | number | string[]>;
  /** Changes with the settings. */
  revision: string;
}

/** Replaces the policy; what is left out has its default. */
export interface SetPolicy {
  required?: boolean | undefined;
  allowNonProvisionable?: boolean | undefined;
  allowExternallyManaged?: boolean | undefined;
  requireDeviceInformation?: boolean | undefined;
  settings?: Record<string, unknown> | undefined;
}

export interface PolicyAnswer {
  /** The policy of this user or tenant itself. */
  own: PolicyView | null;
  /** For a user: its own, else the tenant's. */
  inForce: PolicyView | null;
}

/** Where mail for an address goes, or why it goes nowhere. */
export type RouteView =
  | { kind: 'mailbox'; address: string; via: 'address' | 'alias' | 'tag' | 'catch-all' }
  | { kind: 'group'; address: string }
  | { kind: 'unknown' }
  | { kind: 'disabled'; what: 'tenant' | 'domain' | 'address' };

export interface DeadLetterView {
  deadLetterId: string;
  queue: string;
  error: string;
  attempts: number;
  correlationId: string;
  failedAt: number;
  replayedAt: number | null;
  discardedAt: number | null;
}

export interface DeadLetterCountView {
  queue: string;
  waiting: number;
  replayed: number;
  discarded: number;
  oldestWaitingAt: number | null;
}

/** One step of replaying all that wait; `cursor` goes on. */
export interface ReplayView {
  replayed: number;
  refused: { deadLetterId: string; error: string }[];
  cursor: string | null;
}

export interface DeadLetterDetail extends DeadLetterView {
  /** The queue message: a pointer, never the content of a mail. */
  body: unknown;
}

export interface AuditView {
  eventId: string;
  at: number;
  tenantId: string | null;
  actor: string;
  action: string;
  resource: string;
  outcome: 'ok' | 'denied' | 'error';
  details: Record<string, string | number | boolean | null>;
  correlationId: string;
}

/** A page of a list; `cursor` goes into the query of the next request and is null on the last page. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

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

/** What the address list tells of a user beside address and name; '' where nothing is given. */
export interface PersonView {
  address: string;
  firstName: string;
  lastName: string;
  title: string;
  office: string;
  company: string;
  phone: string;
  homePhone: string;
  mobilePhone: string;
  /** Not found in the address list. */
  hidden: boolean;
  photo: { mediaType: string; size: number } | null;
}

/** Fields that are left out stay as they are. */
export type SetPerson = Partial<Omit<PersonView, 'address' | 'photo'>>;

/** Somebody outside of the tenant whom its address list has. */
export interface SharedContactView extends PersonView {
  displayName: string;
}

/** Fields that are left out stay as they are, and are empty in a new contact. */
export type SetSharedContact = Partial<Omit<SharedContactView, 'address' | 'photo'>>;

/** An S/MIME certificate of a user, or a certification authority that a tenant trusts. */
export interface CertificateView {
  /** SHA-256 of the certificate, in hex. */
  fingerprint: string;
  subject: string;
  notBefore: number;
  notAfter: number;
}

export interface AddCertificate {
  /** PEM, or base64 of DER. */
  certificate: string;
}

/** Of a calendar that others may see or edit. */
export interface CalendarShareView {
  owner: string;
  folderId: string;
  /** Name of the calendar. */
  folder: string;
  /** Address of a user, or `everybody` of the tenant. */
  grantee: string;
  /** null: rights that no word stands for. */
  level: ShareLevelName | null;
  rights: string[];
}
/** none: not even when one is busy. freebusy: when. detail: what and where. read: all of it. edit: and change it. */
type ShareLevelName = 'none' | 'freebusy' | 'detail' | 'read' | 'edit';

export interface ShareCalendar {
  level: ShareLevelName;
  /** Id or name of the calendar; the default one without it. */
  folder?: string | undefined;
}

/** When a user is at work. */
export interface WorkingHoursView {
  days: ('mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa' | 'su')[];
  /** Minutes after midnight. */
  start: number;
  end: number;
  /** IANA name. */
  timeZone: string;
}

export interface GroupView {
  address: string;
  groupId: string;
  tenantId: string;
  displayName: string;
  /** Whose mail it takes: anybody's, that of signed-in users of the tenant, or that of its members. */
  senders: 'anyone' | 'inside' | 'members';
  /** Members at other hosts get its mail. */
  externalMembers: boolean;
  /** Kept out of the address list. */
  hidden: boolean;
  members: string[];
}

/** What is left out stays. */
export interface SetGroup {
  displayName?: string | undefined;
  senders?: GroupView['senders'] | undefined;
  externalMembers?: boolean | undefined;
  hidden?: boolean | undefined;
}

export interface CreateGroup extends SetGroup {
  address: string;
  members?: string[] | undefined;
}

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

/** One step of making the installation again from its bucket; `cursor` of the answer before goes on. */
export interface RebuildRequest {
  cursor?: string | null | undefined;
  /** Only this tenant, or only this user. */
  tenantId?: string | null | undefined;
  address?: string | null | undefined;
  /** Says what would be done. */
  dryRun?: boolean | undefined;
  /** Also mailboxes whose database knows all that was written down. */
  force?: boolean | undefined;
  /** Messages of one step, about. */
  limit?: number | undefined;
  /** Without a look into the raws: for one that kills its reader. */
  unparsed?: boolean | undefined;
}

export interface RebuildView {
  /** null: nothing is left to do. */
  cursor: string | null;
  stage: 'directory' | 'mailboxes' | 'raws' | 'drafts' | 'outgoing' | 'index';
  tenantId: string;
  address: string | null;
  /** Rows that the directory lacked. */
  rows: number;
  /** Mailboxes that this step finished, and how many of them needed nothing. */
  mailboxes: number;
  intact: number;
  /** Messages and objects made again; those that were as they should be; people; removals. */
  restored: number;
  unchanged: number;
  people: number;
  removed: number;
  /** Messages that only their raw told of. */
  placed: number;
  drafts: number;
  /** Messages for sending that no row knows. */
  outgoing: number;
  /** Messages whose raw is gone, by item id. */
  lost: string[];
  /** Lines of the journal that could not be read. */
  damaged: number;
  /** Raws that could not be placed at once and wait in their queue. */
  failed: string[];
  /** When the newest of what was read was written; milliseconds since the epoch. */
  writtenAt: number | null;
}

/** A round of the reconciler. */
export interface ReconcileView {
  status: 'done';
  /** Of the last two days: counts by name. */
  recent: object;
  /** Of the whole bucket, a piece in each round; `complete`: its end was reached in this one. */
  sweep: { complete: boolean } & object;
}

/** One step of checking what must always be true; `cursor` of the answer before goes on. */
export interface CheckRequest {
  cursor: string | null;
  /** Only this tenant, or only the mailbox of this user. */
  tenantId: string | null;
  address: string | null;
  /** Put right what can be put right. */
  mend: boolean;
  /** Also what came in the last quarter of an hour, of which some may still be on its way. */
  young: boolean;
}

/** One thing that should not be, and whether it was put right. */
export interface FindingView {
  /** Stable name of the check, e.g. `counters`, `raw-missing`. */
  check: string;
  tenantId: string;
  /** null: of the tenant as a whole. */
  mailboxId: string | null;
  /** Cases, at least. */
  count: number;
  /** Ids or keys of some of them. */
  examples: string[];
  mended: boolean;
}

export interface CheckView {
  /** null: everything was looked at. */
  cursor: string | null;
  findings: FindingView[];
  mailboxes: number;
  /** Items, objects and entries that were looked at. */
  items: number;
}

/** What the owner of a mailbox sees of it, as digests: two mailboxes of one state have equal ones. */
export interface MailboxStateView {
  /** Of the folder tree, and of each table that belongs to the mailbox as a whole; null on later pages. */
  frame: Record<string, string> | null;
  items: { itemId: string; digest: string }[];
  cursor: string | null;
}

/** One page of writing mailboxes down. */
export interface SnapshotView {
  cursor: string | null;
  mailboxes: number;
  lines: number;
  tenants: number;
}

/** An inbox rule. Conditions and actions are named as the elements of MS-OXWSRULES, with a small first letter. */
export interface RuleView {
  ruleId: string;
  name: string;
  enabled: boolean;
  /** From 1 on, in the order in which they are run. */
  priority: number;
  conditions: object;
  exceptions: object;
  actions: object;
  /** Why it is not run any more, until it is saved again. */
  error: { code: string; text: string; at: number } | null;
}

export interface RuleSetView {
  /** To be given back when the rules are changed. */
  revision: number;
  rules: RuleView[];
}

/** Replaces all rules; their order is their priority. Those without `ruleId` get one. */
export interface PutRules {
  revision: number;
  rules: unknown[];
}

/** One step of running rules over mail that is there; called again with the `cursor` of the answer until it is null. */
export interface RunRules {
  /** Id, or names with `/` between. */
  folder?: string;
  /** Without them those that are saved. */
  rules?: unknown[];
  dryRun?: boolean;
  /** Forward, redirect and reply too. */
  sending?: boolean;
  cursor?: { receivedAt: number; itemId: string } | null;
}

export interface RuleRunView {
  examined: number;
  changed: number;
  rules: {
    ruleId: string;
    name: string;
    matched: number;
    sample: {
      itemId: string;
      subject: string;
      from: { name: string; address: string } | null;
      receivedAt: number;
    }[];
  }[];
  cursor: { receivedAt: number; itemId: string } | null;
}

/** What was told of one recipient of a sent message. */
export interface DeliveryReportView {
  recipient: string;
  kind: string;
  status: string;
  text: string;
  reportedAt: number;
  /** Item that told it, or ''. */
  reportId: string;
}

/** Where rules may forward and redirect mail of the tenant to. */
export interface ForwardingView {
  mode: 'allowed' | 'internal' | 'off';
}

/**
 * Senders whose mail is kept out of Junk once they are proven to be the sender, and those whose mail goes there: an
 * address, `@` and a domain (with all below it), an IP address, or a range of them (`192.0.2.0/24`).
 */
export interface SenderListsView {
  allow: string[];
  block: string[];
}

/** `PATCH …/senders`: first what is removed from both lists goes, then entries come to one and leave the other. */
export interface ChangeSenderLists {
  allow?: string[] | undefined;
  block?: string[] | undefined;
  remove?: string[] | undefined;
}

export interface SpamView {
  enabled: boolean;
  /** Score, over 0 and at most 1, from which on mail goes to Junk. */
  threshold: number;
  /** Top-level domains that tell against a sender. */
  suspectTlds: string[];
  /** Domains whose ARC seal vouches for what they forward (RFC 8617). */
  sealers: string[];
}

/** `PATCH …/spam`: what is left out stays as it is. */
export interface ChangeSpam {
  enabled?: boolean | undefined;
  threshold?: number | undefined;
  suspectTlds?: string[] | undefined;
  sealers?: string[] | undefined;
}

/** Where a message came from, how sure that is, and why it is where it is; nothing of what it says. */
export interface MessageVerdictView {
  itemId: string;
  /** Name of the folder it is in now. */
  folder: string;
  receivedAt: number;
  /** null for what did not arrive from outside. Results are those of RFC 8601 2.7. */
  verdict: {
    source: 'platform' | 'checked' | 'submitted';
    spf: string;
    dkim: string;
    dmarc: string;
    arc: string;
    fromDomain: string;
    policy: 'none' | 'quarantine' | 'reject' | null;
    spam: number | null;
    disposition: 'inbox' | 'junk';
    reasons: string[];
  } | null;
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

/** A folder of a mailbox that is taken out or put in. */
export interface TransferFolder {
  folderId: string;
  parentId: string | null;
  displayName: string;
  role: string;
  itemClass: 'Email' | 'Calendar' | 'Contacts' | 'Tasks' | 'Notes';
}

/** What a mailbox has beside its items. */
export interface TransferFrameView {
  address: string;
  folders: TransferFolder[];
  rules: unknown[];
  /** Values by their names, e.g. `oof`. */
  settings: Record<string, unknown>;
}

/**
 * The header of one item in the stream of `GET …/export` and `POST …/import` (codecs/frames): a message with its raw as
 * body, another item with its document, or a file of an event. The last header of an export tells where to go on.
 */
export type TransferHeader = TransferMessage | TransferObject | TransferFile | TransferLost | TransferNext;

/** What is known of a message beside its raw. Left out of an import: as if it were new. */
export interface TransferMessage {
  type: 'message';
  /** Of an import: names the item, so that the same again is the same. */
  key?: string | undefined;
  itemId?: string | undefined;
  folderId: string;
  receivedAt: number;
  isRead: boolean;
  flag?: object | null | undefined;
  categories?: string[] | undefined;
  state?: TransferState | undefined;
}

/** What only an installation of Waypost says of a message. */
interface TransferState {
  dedupeKey: string;
  threadId: string;
  conversationIndex: string;
  isDraft: boolean;
  receivedAsBcc: boolean;
  lastVerb: 0 | 1 | 2 | 3;
  lastVerbAt: number | null;
  importance: 'low' | 'normal' | 'high';
  verdict: object | null;
  /** Folder role of its envelope: the owner's own messages know their blind-copy recipients. */
  role: string;
  mailFrom: string;
}

export interface TransferObject {
  type: 'object';
  key?: string | undefined;
  itemId?: string | undefined;
  folderId: string;
  kind: 'event' | 'contact' | 'task' | 'note' | 'sms';
  document: unknown;
  /** Of an import: not when the folder has one of the same UID. */
  unlessKnown?: boolean | undefined;
}

/** A file that the document of an item names. */
export interface TransferFile {
  type: 'file';
  key?: string | undefined;
  itemId?: string | undefined;
  attachmentId: string;
}

/** The raw of a message is gone. */
interface TransferLost {
  type: 'lost';
  itemId: string;
  folderId: string;
}

interface TransferNext {
  type: 'next';
  /** null: that was all. */
  cursor: string | null;
}

export type ImportOutcome =
  | 'imported'
  /** It is there already. */
  | 'present'
  | 'over-quota'
  | 'too-large'
  | 'invalid'
  | 'no-folder'
  | 'failed';

export interface ImportView {
  /** One for each item of the request, in order. */
  outcomes: ImportOutcome[];
}

/** Makes folders be there: those with a role are the mailbox's own, others are found by their place and name. */
export interface ImportFolders {
  folders: TransferFolder[];
}

export interface ImportFoldersView {
  /** Folders of the mailbox, by the ids of the request. */
  folderIds: Record<string, string>;
  /** Those of them in which nothing ever was: ids of the mailbox. */
  untouched: string[];
}

/** Rules and settings; folders of rules by the ids of the mailbox. A mailbox that has rules keeps them. */
export interface ImportSettings {
  rules: unknown[];
  settings: Record<string, unknown>;
}

/** GET and PUT /users/:address/resource */
export interface ResourceView {
  address: string;
  /** null for an ordinary user. */
  resource: {
    kind: 'room' | 'equipment';
    /** Answers invitations by itself. */
    autoAccept: boolean;
    /** Takes several meetings at one time. */
    allowConflicts: boolean;
    /** Longest meeting, or null for no limit. */
    maxMinutes: number | null;
    /** Days from now within which a meeting must lie, or null for no limit. */
    windowDays: number | null;
  } | null;
}

/** A change of it: what is left out stays; of the kind `none` it is an ordinary user. */
export interface SetResource {
  kind?: 'room' | 'equipment' | 'none' | undefined;
  autoAccept?: boolean | undefined;
  allowConflicts?: boolean | undefined;
  maxMinutes?: number | null | undefined;
  windowDays?: number | null | undefined;
}
