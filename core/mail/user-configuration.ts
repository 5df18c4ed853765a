/** Settings that programs keep with a folder, by a name of their own (MS-OXOCFG, MS-OXWSUSRCFG). */
import { DomainError, InvalidInputError, NotFoundError } from '../errors.ts';
import type { MailboxStore } from '../ports/mail.ts';

/** A key or value of a dictionary; several values are those of an array. */
export interface DictionaryObject {
  type: string;
  values: string[];
}

export interface UserConfiguration {
  dictionary?: { key: DictionaryObject; value: DictionaryObject | null }[];
  /** base64. */
  xml?: string;
  binary?: string;
}

export const USER_CONFIGURATION_LIMITS = {
  /** Characters. */
  name: 237,
  /** Of one as JSON, in characters. */
  size: 256 * 1024,
  /** Of one mailbox. */
  count: 200,
} as const;

const INDEX = 'userConfigurations';

/** Names of settings are shorter than those of configurations may be. */
async function settingOf(folderId: string, name: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name.toLowerCase()));
  const hex = Array.from(new Uint8Array(hash, 0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `userConfiguration:${folderId}:${hex}`;
}

export async function readUserConfiguration(
  mailbox: MailboxStore,
  folderId: string,
  name: string,
): Promise<UserConfiguration | null> {
  const value = await mailbox.getSetting(await settingOf(folderId, name));
  return typeof value === 'object' && value !== null ? (value as UserConfiguration) : null;
}

/**
 * Keeps a configuration. `make`: it must not be there yet; otherwise it must, and what is not given stays.
 * @throws NotFoundError; DomainError `exists`, `too-many`; InvalidInputError beyond the limits
 */
export async function writeUserConfiguration(
  mailbox: MailboxStore,
  place: { folderId: string; name: string; folders: ReadonlySet<string> },
  given: UserConfiguration,
  make: boolean,
): Promise<void> {
  const { folderId, name } = place;
  if (name === '' || name.length > USER_CONFIGURATION_LIMITS.name) {
    throw new InvalidInputError('the name of a configuration has 1 to 237 characters');
  }
  const before = await readUserConfiguration(mailbox, folderId, name);
  if (make && before !== null) throw new DomainError('exists', 'there is a configuration of that name');
  if (!make && before === null) throw new NotFoundError('no such configuration');
  const value = { ...before, ...given };
  if (JSON.stringify(value).length > USER_CONFIGURATION_LIMITS.size) {
    throw new InvalidInputError('the configuration is too long');
  }
  if (make) await note(mailbox, place);
  await mailbox.putSetting(await settingOf(folderId, name), value);
}

/** False when there is none. */
export async function dropUserConfiguration(
  mailbox: MailboxStore,
  folderId: string,
  name: string,
): Promise<boolean> {
  if ((await readUserConfiguration(mailbox, folderId, name)) === null) return false;
  const key = await settingOf(folderId, name);
  await mailbox.putSetting(key, null);
  const index = await readIndex(mailbox);
  await mailbox.putSetting(
    INDEX,
    index.filter((one) => one.key !== key),
  );
  return true;
}

interface Noted {
  folderId: string;
  key: string;
}

async function readIndex(mailbox: MailboxStore): Promise<Noted[]> {
  const value = await mailbox.getSetting(INDEX);
  return Array.isArray(value) ? (value as Noted[]) : [];
}

/** Counts a new one. Those whose folder has gone go first. */
async function note(
  mailbox: MailboxStore,
  { folderId, name, folders }: { folderId: string; name: string; folders: ReadonlySet<string> },
): Promise<void> {
  const index = await readIndex(mailbox);
  const [here, gone] = [
    index.filter((one) => folders.has(one.folderId)),
    index.filter((one) => !folders.has(one.folderId)),
  ];
  if (here.length >= USER_CONFIGURATION_LIMITS.count) {
    throw new DomainError('too-many', 'the mailbox has too many configurations');
  }
  for (const one of gone) await mailbox.putSetting(one.key, null);
  const key = await settingOf(folderId, name);
  const others = here.filter((one) => one.key !== key);
  await mailbox.putSetting(INDEX, [...others, { folderId, key }]);
}
