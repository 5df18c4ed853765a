/** all: every message. external: those with somebody outside of the tenant. internal: those with nobody outside. */
type JournalScope = 'all' | 'external' | 'internal';

/** The setting `journaling` of a tenant: copies of its mail for keeping, outside of the mailboxes. */
export interface JournalSettings {
  /** Address that gets a journal report of each message; null: none. */
  to: string | null;
  /**
   * Kept as objects under this prefix; null: not. `lockDays`: how long the bucket's lock rule on the prefix keeps them
   * from being changed or deleted, for the record: the rule itself is set with the bucket.
   */
  r2: { prefix: string; lockDays: number | null } | null;
  scope: JournalScope;
  /** Ids of the users whose mail is journaled; null: everybody's. */
  users: string[] | null;
}

export const JOURNAL_SETTING = 'journaling';
export const DEFAULT_PREFIX = 'journal/';
export const MAX_JOURNAL_USERS = 1000;

/** null: nothing is journaled. A damaged scope or list of users means more rather than less. */
export function readJournaling(value: unknown): JournalSettings | null {
  if (!isRecord(value)) return null;
  const { to, r2, scope, users } = value;
  const settings: JournalSettings = {
    to: typeof to === 'string' && to.includes('@') ? to : null,
    r2: isRecord(r2) ? { prefix: prefixOf(r2['prefix']), lockDays: days(r2['lockDays']) } : null,
    scope: scope === 'external' || scope === 'internal' ? scope : 'all',
    users: Array.isArray(users)
      ? users.filter((id): id is string => typeof id === 'string').slice(0, MAX_JOURNAL_USERS)
      : null,
  };
  return settings.to === null && settings.r2 === null ? null : settings;
}

/** Who takes part in a message, as far as journaling asks. */
export interface Parties {
  /** Users of the tenant that sent or got it. */
  userIds: readonly string[];
  /** Somebody outside of the tenant sent or gets it. */
  external: boolean;
}

export function isJournaled(settings: JournalSettings, { userIds, external }: Parties): boolean {
  if (settings.scope !== 'all' && (settings.scope === 'external') !== external) return false;
  return settings.users === null || userIds.some((id) => settings.users?.includes(id));
}

const PREFIX = /^journal\/(?:[A-Za-z0-9_-]{1,64}\/){0,4}$/;

/** Whether objects may be kept there: under `journal/`, where nothing else is. */
export function isJournalPrefix(text: string): boolean {
  return PREFIX.test(text);
}

function prefixOf(value: unknown): string {
  return typeof value === 'string' && isJournalPrefix(value) ? value : DEFAULT_PREFIX;
}

function days(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
