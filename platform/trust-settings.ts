import type { MailboxRef } from '../core/mail/types.ts';
import type { DirectoryStore } from '../core/ports/directory.ts';
import type { MailStore } from '../core/ports/mail.ts';
import { QUARANTINE_SETTING, type QuarantineSettings, readQuarantine } from '../core/quarantine/settings.ts';
import { readSenderLists, SENDER_LISTS_SETTING, SenderMatcher } from '../core/trust/lists.ts';
import { readSpamSettings, SPAM_SETTING, type SpamSettings } from '../core/trust/spam-settings.ts';

/** How old what a message is judged by may be. */
const FRESH_MS = 5000;
const MAX_ENTRIES = 2000;

interface Lists {
  allow: SenderMatcher;
  block: SenderMatcher;
}

export interface TrustSettings {
  spam: SpamSettings;
  tenant: Lists;
  user: Lists;
  quarantine: QuarantineSettings;
}

interface Kept<T> {
  at: number;
  value: T;
}

type Stores = { directory: Pick<DirectoryStore, 'getTenantSetting'>; mail: MailStore; now(): number };

/** What this isolate has just read, by the store it came from. */
const cache = new WeakMap<object, Map<string, Kept<unknown>>>();

/** Lists, spam and quarantine settings of a mailbox and its tenant, at most five seconds old. */
export async function trustSettings(stores: Stores, ref: MailboxRef): Promise<TrustSettings> {
  const { directory, mail } = stores;
  const { tenantId, mailboxId } = ref;
  const [spam, tenant, user, quarantine] = await Promise.all([
    fresh(stores, `spam\0${tenantId}`, async () =>
      readSpamSettings(await directory.getTenantSetting(tenantId, SPAM_SETTING)),
    ),
    fresh(stores, `tenant\0${tenantId}`, async () =>
      listsOf(await directory.getTenantSetting(tenantId, SENDER_LISTS_SETTING)),
    ),
    fresh(stores, `user\0${tenantId}\0${mailboxId}`, async () =>
      listsOf(await mail.mailbox(ref).getSetting(SENDER_LISTS_SETTING)),
    ),
    fresh(stores, `quarantine\0${tenantId}`, async () =>
      readQuarantine(await directory.getTenantSetting(tenantId, QUARANTINE_SETTING)),
    ),
  ]);
  return { spam, tenant, user, quarantine };
}

/** Whoever has just changed a setting sees it in force in this isolate at once. */
export function forgetTrustSettings({ directory }: Pick<Stores, 'directory'>): void {
  cache.delete(directory);
}

function listsOf(setting: unknown): Lists {
  const { allow, block } = readSenderLists(setting);
  return { allow: new SenderMatcher(allow), block: new SenderMatcher(block) };
}

/** Only what has been read is kept: a read under way belongs to the invocation that began it. */
async function fresh<T>({ directory, now }: Stores, key: string, read: () => Promise<T>): Promise<T> {
  let entries = cache.get(directory);
  if (entries === undefined) {
    entries = new Map();
    cache.set(directory, entries);
  }
  const at = now();
  const kept = entries.get(key) as Kept<T> | undefined;
  // A clock that went back makes the entry old, not eternal (I30).
  if (kept !== undefined && at >= kept.at && at - kept.at <= FRESH_MS) return kept.value;
  const value = await read();
  if (entries.size >= MAX_ENTRIES) entries.clear();
  entries.set(key, { at, value });
  return value;
}
