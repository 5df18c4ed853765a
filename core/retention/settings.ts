import type { FolderRole } from '../mail/types.ts';

/** What becomes of mail of an age: it is removed (and recoverable for a while), or goes to the Archive folder. */
export type RetentionAction = 'delete' | 'archive';

/**
 * What the age is counted from. entered: when the message came into its folder. received: when it was received, and
 * never less than that.
 */
export type RetentionMeasure = 'entered' | 'received';

export interface RetentionRule {
  /** The folder with this role, */
  role?: (typeof RETENTION_ROLES)[number];
  /** or folders whose name this is; `*` stands for any text, upper and lower case are the same. */
  name?: string;
  days: number;
  action: RetentionAction;
  measure: RetentionMeasure;
}

/** The setting `retention` of a tenant. null: never. */
export interface RetentionSettings {
  /** Days that a message can be brought back after it was removed for good. */
  recoverableDays: number;
  /** Days in Deleted Items and the folders below it. */
  deletedDays: number | null;
  /** Days in Junk Email. */
  junkDays: number | null;
  /** The first that fits a folder counts, before the two above. */
  folders: RetentionRule[];
  /** Users may keep folders longer, or for ever. */
  userExceptions: boolean;
}

/** The setting `retention` of a mailbox: days by folder id, null to keep what is in it. */
export interface RetentionExceptions {
  folders: Record<string, { days: number | null }>;
}

export const RETENTION_SETTING = 'retention';
const DEFAULT_RECOVERABLE_DAYS = 14;
/** Less than a day could overtake messages of queues that still point at a raw. */
export const MIN_RECOVERABLE_DAYS = 1;
export const MAX_DAYS = 36_500;
export const MAX_RULES = 100;
const MAX_EXCEPTIONS = 500;

/** Roles of folders that hold messages. `user` is every folder that a person made. */
export const RETENTION_ROLES = [
  'inbox',
  'drafts',
  'sent',
  'deleted',
  'junk',
  'archive',
  'user',
] as const satisfies readonly FolderRole[];

/** The setting as `getTenantSetting` gives it. What is missing or damaged removes nothing. */
export function readRetention(value: unknown): RetentionSettings {
  const given = record(value);
  const rules = Array.isArray(given['folders']) ? given['folders'] : [];
  return {
    recoverableDays: days(given['recoverableDays'], MIN_RECOVERABLE_DAYS) ?? DEFAULT_RECOVERABLE_DAYS,
    deletedDays: days(given['deletedDays'], 1),
    junkDays: days(given['junkDays'], 1),
    folders: rules.slice(0, MAX_RULES).flatMap((rule) => readRule(rule) ?? []),
    userExceptions: given['userExceptions'] === true,
  };
}

export function readExceptions(value: unknown): RetentionExceptions {
  const folders: RetentionExceptions['folders'] = {};
  for (const [folderId, given] of Object.entries(record(record(value)['folders'])).slice(0, MAX_EXCEPTIONS)) {
    const kept = record(given)['days'];
    const limit = days(kept, 1);
    if (kept === null || limit !== null) folders[folderId] = { days: limit };
  }
  return { folders };
}

/** A damaged rule is no rule: it must not fit more folders than it was meant for. */
function readRule(value: unknown): RetentionRule | null {
  const given = record(value);
  const limit = days(given['days'], 1);
  const role = RETENTION_ROLES.find((one) => one === given['role']);
  const name = given['name'];
  const hasName = typeof name === 'string' && name.trim() !== '';
  // One of the two, not both and not none.
  if (limit === null || (role !== undefined) === hasName) return null;
  const action = given['action'] === 'archive' ? 'archive' : given['action'] === 'delete' ? 'delete' : null;
  if (action === null) return null;
  const measure = given['measure'] === 'entered' ? 'entered' : 'received';
  const which = role === undefined ? { name: String(name) } : { role };
  return { ...which, days: limit, action, measure };
}

function days(value: unknown, least: number): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) return null;
  return Math.min(value, MAX_DAYS);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
