import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AliasView, AppPasswordView, DomainView, UserStats, UserView } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import type { DemoUser } from '../local/home.ts';
import { handIn } from '../local/mail-in.ts';
import { DEMO_DOMAIN } from './message.ts';
import { demoMessages } from './messages/index.ts';
import { importPlans } from './plans.ts';

const PEOPLE = [
  { local: 'alice', displayName: 'Alice Example' },
  { local: 'bob', displayName: 'Bob Example' },
  { local: 'carol', displayName: 'Carol Example' },
] as const;

export const DEMO_ALIASES = [
  { alias: `a.liddell@${DEMO_DOMAIN}`, address: `alice@${DEMO_DOMAIN}` },
  { alias: `sales@${DEMO_DOMAIN}`, address: `bob@${DEMO_DOMAIN}` },
] as const;

export const DEMO_CATCH_ALL = `carol@${DEMO_DOMAIN}`;

/** Longest wait until every message is in its mailbox. */
const VISIBLE_MS = 20_000;

export interface Demo {
  users: DemoUser[];
  /** Messages that were accepted, and those that were in a mailbox when the wait ended. */
  accepted: number;
  visible: number;
}

/**
 * Makes the demo tenant: domain, users with a password and an app password, aliases, a catch-all, and its
 * messages by way of the real email() handler, in order of their dates; a calendar and people for the first user.
 */
export async function createDemo(admin: AdminClient, url: URL, now = Date.now()): Promise<Demo> {
  await admin.post<DomainView>('/domains', { domain: DEMO_DOMAIN });
  const users: DemoUser[] = [];
  for (const person of PEOPLE) users.push(await createPerson(admin, person));
  for (const alias of DEMO_ALIASES) await admin.post<AliasView>('/aliases', alias);
  await admin.put<DomainView>(`/domains/${DEMO_DOMAIN}/catch-all`, { address: DEMO_CATCH_ALL });

  const messages = demoMessages();
  for (const message of messages) {
    const result = await handIn(url, message, await message.raw(now));
    if (result.kind !== 'accepted') {
      throw new CommandError(
        `the demo message from ${message.from} to ${message.to} was not accepted: ${result.reason}`,
      );
    }
  }
  await importPlans(admin, now);
  const visible = await waitUntilVisible(admin, users, messages.length);
  return { users, accepted: messages.length, visible };
}

async function createPerson(
  admin: AdminClient,
  { local, displayName }: (typeof PEOPLE)[number],
): Promise<DemoUser> {
  const address = `${local}@${DEMO_DOMAIN}`;
  const password = `${local}-${syllables()}-${syllables()}`;
  await admin.post<UserView>('/users', { address, password, displayName });
  const path = `/users/${encodeURIComponent(address)}/app-passwords`;
  const { appPassword } = await admin.post<AppPasswordView>(path, { label: 'demo phone' });
  return { address, displayName, password, appPassword };
}

/** Two syllables that are easy to type on a phone. */
function syllables(): string {
  const pick = (letters: string) => letters[randomInt(letters.length)] ?? '';
  const one = () => pick('bdfgklmnprstvz') + pick('aeiou');
  return one() + one() + pick('23456789');
}

async function waitUntilVisible(admin: AdminClient, users: DemoUser[], wanted: number): Promise<number> {
  let visible = 0;
  for (const end = Date.now() + VISIBLE_MS; Date.now() < end; await sleep(100)) {
    const stats = await Promise.all(
      users.map((u) => admin.get<UserStats>(`/users/${encodeURIComponent(u.address)}/stats`)),
    );
    visible = stats.reduce((sum, s) => sum + s.messages, 0);
    if (visible >= wanted) break;
  }
  return visible;
}
