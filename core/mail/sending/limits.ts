import type { SendGuard, SendLock, SendUsage } from '../../ports/outbox.ts';

/** null is no limit. */
interface SendRate {
  messagesPerHour: number | null;
  messagesPerDay: number | null;
  recipientsPerDay: number | null;
}

/** The setting `sending` of a tenant. */
export interface SendingSettings {
  user: SendRate;
  tenant: SendRate;
  recipientsPerMessage: number;
  /** Messages that the installation may write in the name of one user, and of all users of the tenant, in an hour. */
  automaticPerHour: { user: number; tenant: number };
  /**
   * A user who writes to more than `least` recipients in an hour, and to more than `times` as many as in any hour of
   * the two weeks before, is locked (A26). null: never.
   */
  fanOut: { least: number; times: number } | null;
  /** How long each message is held back, so that its sender may think better of it. */
  undoSendSeconds: number;
}

export const SENDING_SETTING = 'sending';
/** More than a person writes to at once; lists and campaigns do not leave through a phone. */
export const MAX_RECIPIENTS = 500;
export const MAX_UNDO_SECONDS = 3600;
/** How long a user who was unlocked may send as much at once as the limits allow. */
export const EXEMPT_MS = 24 * 60 * 60 * 1000;

const DEFAULT_SENDING: SendingSettings = {
  user: { messagesPerHour: 1000, messagesPerDay: 10_000, recipientsPerDay: 10_000 },
  tenant: { messagesPerHour: 50_000, messagesPerDay: 500_000, recipientsPerDay: 1_000_000 },
  recipientsPerMessage: MAX_RECIPIENTS,
  automaticPerHour: { user: 1000, tenant: 100_000 },
  fanOut: { least: 300, times: 10 },
  undoSendSeconds: 0,
};

/** The setting as `getTenantSetting` gives it; what is missing or damaged has its default. */
export function readSending(value: unknown): SendingSettings {
  const given = record(value);
  const defaults = DEFAULT_SENDING;
  const automatic = record(given['automaticPerHour']);
  const fanOut = record(given['fanOut']);
  return {
    user: readRate(given['user'], defaults.user),
    tenant: readRate(given['tenant'], defaults.tenant),
    recipientsPerMessage: Math.min(
      whole(given['recipientsPerMessage']) ?? defaults.recipientsPerMessage,
      MAX_RECIPIENTS,
    ),
    automaticPerHour: {
      user: whole(automatic['user']) ?? defaults.automaticPerHour.user,
      tenant: whole(automatic['tenant']) ?? defaults.automaticPerHour.tenant,
    },
    fanOut:
      given['fanOut'] === null
        ? null
        : {
            least: whole(fanOut['least']) ?? defaults.fanOut?.least ?? 0,
            times: whole(fanOut['times']) ?? defaults.fanOut?.times ?? 1,
          },
    undoSendSeconds: readUndoSeconds(value) ?? defaults.undoSendSeconds,
  };
}

/** `undoSendSeconds` of the tenant's setting or of the user's of the same name; null when it says nothing of it. */
export function readUndoSeconds(value: unknown): number | null {
  const seconds = whole(record(value)['undoSendSeconds']);
  return seconds === null ? null : Math.min(seconds, MAX_UNDO_SECONDS);
}

export interface Asked {
  automatic: boolean;
  recipients: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What must still hold when the message is counted. */
export function guardsOf(settings: SendingSettings, { automatic, now }: Asked): SendGuard[] {
  const hour = hourOf(now);
  if (automatic) {
    const { user, tenant } = settings.automaticPerHour;
    return [
      { whose: 'user', what: 'messages', sinceHour: hour, max: user },
      { whose: 'tenant', what: 'messages', sinceHour: hour, max: tenant },
    ];
  }
  return (['user', 'tenant'] as const).flatMap((whose) => {
    const { messagesPerHour, messagesPerDay, recipientsPerDay } = settings[whose];
    const limits = [
      { what: 'messages', sinceHour: hour, max: messagesPerHour },
      { what: 'messages', sinceHour: hour - 23, max: messagesPerDay },
      { what: 'recipients', sinceHour: hour - 23, max: recipientsPerDay },
    ] as const;
    return limits.flatMap(({ max, ...limit }) => (max === null ? [] : [{ whose, ...limit, max }]));
  });
}

export type SendVerdict = 'ok' | 'too-many-recipients' | 'rate-limited' | 'locked' | 'fan-out';

/** Whether a message may be sent now. `fan-out`: no, and its sender is to be locked. */
export function judgeSending(
  settings: SendingSettings,
  usage: SendUsage,
  lock: SendLock | null,
  asked: Asked,
): SendVerdict {
  const { recipients, now, automatic } = asked;
  if (!automatic) {
    if (lock !== null && lock.lockedAt !== null) return 'locked';
    if (recipients > settings.recipientsPerMessage) return 'too-many-recipients';
  }
  for (const { whose, what, sinceHour, max } of guardsOf(settings, asked)) {
    const inHour = sinceHour === hourOf(now);
    const sent =
      whose === 'user' ? (inHour ? usage.hour : usage.day) : inHour ? usage.tenantHour : usage.tenantDay;
    if (sent[what] + (what === 'messages' ? 1 : recipients) > max) return 'rate-limited';
  }
  const { fanOut } = settings;
  if (automatic || fanOut === null || (lock !== null && lock.exemptUntil > now)) return 'ok';
  const atOnce = usage.hour.recipients + recipients;
  return atOnce > fanOut.least && atOnce > fanOut.times * usage.usualRecipients ? 'fan-out' : 'ok';
}

/** Hours since the epoch. */
export function hourOf(time: number): number {
  return Math.floor(time / 3_600_000);
}

function readRate(value: unknown, defaults: SendRate): SendRate {
  const given = record(value);
  const rate = (name: keyof SendRate) =>
    given[name] === null ? null : (whole(given[name]) ?? defaults[name]);
  return {
    messagesPerHour: rate('messagesPerHour'),
    messagesPerDay: rate('messagesPerDay'),
    recipientsPerDay: rate('recipientsPerDay'),
  };
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
