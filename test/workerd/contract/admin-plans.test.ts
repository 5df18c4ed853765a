import { beforeAll, expect, test } from 'vitest';
import { createD1Stores } from '../../../store/index.ts';
import type { Stores } from '../../../store/stores.ts';
import { noting, type Statement } from '../noting.ts';
import { bindings, migrateD1 } from '../support.ts';

const statements: Statement[] = [];
const noted = noting(bindings.DIRECTORY, statements);

let stores: Stores;

beforeAll(async () => {
  await migrateD1();
  const { MAIL_1, SEARCH, AUDIT } = bindings;
  stores = createD1Stores({ directory: noted, mail: { MAIL_1 }, search: SEARCH, audit: AUDIT });
});

const place = { userId: 'u', deviceId: 'd' };
const at = { at: 5, id: 'x' };

/** What a list asks of the directory, and the index that has its rows in its order. */
const reads: Record<string, [index: RegExp, ask: (stores: Stores) => Promise<unknown>]> = {
  'tenants, a later page': [/sqlite_autoindex_tenants/, ({ directory }) => directory.tenantsAfter('t', 9)],
  'domains, a later page': [/domains_by_tenant/, ({ directory }) => directory.domainsAfter('t', 'd', 9)],
  'users, a later page': [/users_by_tenant/, ({ directory }) => directory.usersAfter('t', {}, 'a', 9)],
  'users by how their address begins': [
    /users_by_tenant/,
    ({ directory }) => directory.usersAfter('t', { prefix: 'an' }, 'a', 9),
  ],
  'users of a domain': [
    /users_by_domain/,
    ({ directory }) => directory.usersAfter('t', { domain: 'd' }, 'a', 9),
  ],
  'users of a domain and a state, by how their address begins': [
    /users_by_domain/,
    ({ directory }) => directory.usersAfter('t', { domain: 'd', status: 'noMail', prefix: 'a' }, 'a', 9),
  ],
  'users of a state': [
    /users_by_status/,
    ({ directory }) => directory.usersAfter('t', { status: 'noMail' }, 'a', 9),
  ],
  'users that are deleted': [
    /users_by_status/,
    ({ directory }) => directory.usersAfter('t', { status: 'deleted' }, 'a', 9),
  ],
  'users by name, a later page': [
    /people_by_name/,
    ({ directory }) => directory.usersNamed('t', 'an', { sortKey: 'ann', personId: 'p' }, 9),
  ],
  'groups, a later page': [
    /mail_groups_by_tenant/,
    ({ directory }) => directory.groupsAfter('t', {}, 'a', 9, 20),
  ],
  'groups of a domain': [
    /mail_groups_by_domain/,
    ({ directory }) => directory.groupsAfter('t', { domain: 'd' }, 'a', 9, 20),
  ],
  'devices, a later page': [/devices_by_tenant/, ({ directory }) => directory.devicesAfter('t', place, 9)],
  'addresses of ids': [
    /SEARCH users USING INDEX sqlite_autoindex_users_\d \(user_id=\?\)/,
    ({ directory }) => directory.addressesOf('t', ['a', 'b']),
  ],
  roles: [/PRIMARY KEY/, ({ directory }) => directory.listRoles('t')],
  tokens: [/service_tokens_by_time/, ({ directory }) => directory.listServiceTokens('t')],
  'aliases of a user': [/aliases_by_user/, ({ directory }) => directory.listAliases('t', 'u')],
  'the outbox, a later page': [
    /outbox_by_time/,
    ({ outbox }) => outbox.listEntries({ tenantId: 't' }, { createdAt: 5, submissionId: 's' }, 9),
  ],
  'what is open of the outbox': [
    /outbox_by_state_time/,
    ({ outbox }) =>
      outbox.listEntries({ tenantId: 't', state: 'open' }, { createdAt: 5, submissionId: 's' }, 9),
  ],
  'the outbox of a user, a later page': [
    /outbox_by_mailbox/,
    ({ outbox }) =>
      outbox.listEntries({ tenantId: 't', mailboxId: 'm' }, { createdAt: 5, submissionId: 's' }, 9),
  ],
  'links, a later page': [
    /attachment_links_by_time/,
    ({ links }) => links.listLinks('t', { createdAt: 5, linkId: 'l' }, 9),
  ],
  'dead letters, a later page': [
    /dead_letters_by_time/,
    ({ directory }) => directory.deadLettersAfter({ after: at, limit: 9 }),
  ],
  'dead letters of a queue': [
    /dead_letters_by_queue/,
    ({ directory }) => directory.deadLettersAfter({ queue: 'q', after: at, limit: 9 }),
  ],
  'dead letters that wait': [
    /dead_letters_waiting/,
    ({ directory }) => directory.deadLettersAfter({ state: 'waiting', after: at, limit: 9 }),
  ],
  'dead letters of a queue that wait': [
    /dead_letters_queue_waiting/,
    ({ directory }) => directory.deadLettersAfter({ queue: 'q', state: 'waiting', limit: 9 }),
  ],
  'numbers of a tenant': [
    /COVERING INDEX devices_by_state/,
    ({ directory }) => directory.countTenants(['t'], 5),
  ],
  'users by state, in numbers': [
    /COVERING INDEX users_by_status/,
    ({ directory }) => directory.countTenants(['t'], 5),
  ],
  'what is sent on each day': [/PRIMARY KEY/, ({ outbox }) => outbox.sentByDay(['t'], 5)],
  'answers that are over': [/kept_answers_by_end/, ({ directory }) => directory.forgetAnswers('t', 5)],
};

test.each(Object.keys(reads))('%s: only what is shown is read, in its order', async (name) => {
  const [index, ask] = reads[name] ?? [/^$/, async () => undefined];
  statements.length = 0;
  await ask(stores);
  expect(statements.length).toBeGreaterThan(0);
  const plans: string[] = [];
  for (const { sql, params } of statements) {
    const { results } = await bindings.DIRECTORY.prepare(`explain query plan ${sql}`)
      .bind(...params)
      .all<{ detail: string }>();
    plans.push(...results.map(({ detail }) => detail));
  }
  // A list of ids that is a parameter is read as a whole, and so are the 20 members of a group.
  expect(
    plans.filter((plan) => /^SCAN (?!json_each|list|\(subquery)/.test(plan) || /ORDER BY$/.test(plan)),
  ).toEqual([]);
  expect(plans.join('\n')).toMatch(index);
});

test('numbers of dead letters are read from an index, without their bodies', async () => {
  statements.length = 0;
  await stores.directory.countDeadLetters();
  const [counted] = statements;
  const { results } = await bindings.DIRECTORY.prepare(`explain query plan ${counted?.sql}`)
    .bind(...(counted?.params ?? []))
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail)).toEqual([
    'SCAN dead_letters USING COVERING INDEX dead_letters_by_queue',
  ]);
});
