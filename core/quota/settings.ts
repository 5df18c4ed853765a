/** Sizes in bytes of raw mail; null is no limit. A mark is crossed when the mailbox holds more than it. */
export interface QuotaMarks {
  /** The user is told. */
  warn: number | null;
  /** The user can send nothing more. */
  stopSending: number | null;
  /** Nothing more comes in. */
  stopReceiving: number | null;
}

export interface UserQuota extends QuotaMarks {
  /** Longest message that the user may send or get. */
  maxMessageBytes: number | null;
}

/** The setting `quota` of a tenant: what holds for users with no values of their own, and the total of all mailboxes. */
export interface TenantQuota {
  user: UserQuota;
  /** Nothing comes in for anybody while all mailboxes together hold more. */
  totalBytes: number | null;
}

/** The setting `quota` of a user: only what differs from the tenant's. `stopReceiving` is the user's quotaBytes. */
export type UserQuotaValues = Partial<Omit<UserQuota, 'stopReceiving'>>;

/** The setting `usage` of a tenant: what the last recount of all its mailboxes gave. */
export interface TenantUsage {
  sizeBytes: number;
  itemCount: number;
  mailboxes: number;
  /** Milliseconds since the epoch: when that recount came to its end. */
  countedAt: number;
  /** A recount that is under way. */
  next: { afterAddress: string; sizeBytes: number; itemCount: number; mailboxes: number } | null;
}

export const QUOTA_SETTING = 'quota';
export const USAGE_SETTING = 'usage';

const NO_LIMITS: UserQuota = {
  warn: null,
  stopSending: null,
  stopReceiving: null,
  maxMessageBytes: null,
};

/** The setting as `getTenantSetting` gives it; what is missing or damaged is no limit. */
export function readTenantQuota(value: unknown): TenantQuota {
  const given = record(value);
  const user = record(given['user']);
  return {
    user: {
      warn: size(user['warn']),
      stopSending: size(user['stopSending']),
      stopReceiving: size(user['stopReceiving']),
      maxMessageBytes: size(user['maxMessageBytes']),
    },
    totalBytes: size(given['totalBytes']),
  };
}

/** A field that is null takes the tenant's limit off this user; a field that is missing leaves it. */
export function readUserQuota(value: unknown): UserQuotaValues {
  const given = record(value);
  const values: UserQuotaValues = {};
  for (const name of ['warn', 'stopSending', 'maxMessageBytes'] as const) {
    const bytes = size(given[name]);
    if (given[name] === null || bytes !== null) values[name] = bytes;
  }
  return values;
}

/** null when no recount has come to its end or begun. */
export function readUsage(value: unknown): TenantUsage | null {
  const given = record(value);
  const countedAt = size(given['countedAt']);
  if (countedAt === null) return null;
  const next = record(given['next']);
  const { afterAddress } = next;
  return {
    ...totals(given),
    countedAt,
    next: typeof afterAddress === 'string' ? { afterAddress, ...totals(next) } : null,
  };
}

/** The limits of one user. `quotaBytes` is the user's own mark to stop receiving. */
export function limitsOf(tenant: TenantQuota, user: UserQuotaValues, quotaBytes: number | null): UserQuota {
  return {
    ...NO_LIMITS,
    ...tenant.user,
    ...user,
    stopReceiving: quotaBytes ?? tenant.user.stopReceiving,
  };
}

export type QuotaLevel = 'none' | 'warn' | 'stopSending' | 'stopReceiving';

const LEVELS = ['stopReceiving', 'stopSending', 'warn'] as const;

/** The highest mark that a mailbox of this size has crossed. */
export function levelOf(limits: QuotaMarks, sizeBytes: number): QuotaLevel {
  for (const level of LEVELS) {
    const mark = limits[level];
    if (mark !== null && sizeBytes > mark) return level;
  }
  return 'none';
}

function totals(given: Record<string, unknown>) {
  return {
    sizeBytes: size(given['sizeBytes']) ?? 0,
    itemCount: size(given['itemCount']) ?? 0,
    mailboxes: size(given['mailboxes']) ?? 0,
  };
}

function size(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
