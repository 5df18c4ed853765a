import { describe, expect, test } from 'vitest';
import type { Credential, Tenant, User } from '../../core/identity/types.ts';
import type { DeadLetter, DirectoryStore } from '../../core/ports/directory.ts';
import { newCredential } from './directory-credentials.ts';
import { type Subject, unique } from './subject.ts';

interface World {
  directory: DirectoryStore;
  tenant: Tenant;
  domain: string;
  user(local: string, over?: Partial<User>): User;
}

async function world(subject: Subject): Promise<World> {
  const { directory } = await subject.open();
  const tenant: Tenant = {
    tenantId: unique('tenant'),
    name: 'Ťenant',
    status: 'active',
    mailShard: 'MAIL_1',
  };
  const domain = `${unique('domain')}.example`;
  await directory.createTenant(tenant);
  await directory.createDomain({ domain, tenantId: tenant.tenantId, catchAllUserId: null, enabled: true });
  return {
    directory,
    tenant,
    domain,
    user: (local, over) => ({
      userId: unique('user'),
      tenantId: tenant.tenantId,
      address: `${local}@${domain}`,
      displayName: local,
      status: 'active',
      quotaBytes: null,
      createdAt: 5,
      ...over,
    }),
  };
}

export function directoryContract(subject: Subject): void {
  describe('tenants and domains', () => {
    test('are made once, listed, and changed', async () => {
      const { directory, tenant, domain } = await world(subject);
      await directory.createTenant(tenant);
      await expect(directory.createTenant({ ...tenant, name: 'other' })).rejects.toMatchObject({
        code: 'conflict',
      });
      const row = { domain, tenantId: tenant.tenantId, catchAllUserId: null, enabled: true };
      await expect(directory.createDomain(row)).rejects.toMatchObject({ code: 'conflict' });
      await expect(directory.createDomain({ ...row, tenantId: 'other' })).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await directory.getDomain(domain)).toEqual(row);
      expect(await directory.getDomain('absent.example')).toBeNull();
      expect(await directory.listDomains(tenant.tenantId)).toEqual([row]);
      expect(await directory.getTenant(tenant.tenantId)).toEqual(tenant);
      await directory.setTenantStatus(tenant.tenantId, 'disabled');
      expect(await directory.listTenants()).toContainEqual({ ...tenant, status: 'disabled' });
      expect(await directory.getTenant('absent')).toBeNull();
      await expect(directory.setTenantStatus('absent', 'active')).rejects.toMatchObject({
        code: 'not-found',
      });
      await expect(directory.setCatchAll('other', domain, 'x')).rejects.toMatchObject({ code: 'not-found' });
      await directory.ping();
    });
  });

  describe('settings of a tenant', () => {
    test('are JSON under a name, each tenant its own', async () => {
      const { directory } = await world(subject);
      expect(await directory.getTenantSetting('ts1', 'journaling')).toBeNull();
      await directory.putTenantSetting('ts1', 'journaling', { to: 'a@b.example', parts: [1, null] });
      await directory.putTenantSetting('ts2', 'journaling', false);
      await directory.putTenantSetting('ts1', 'journaling', { to: 'é@b.example' });
      expect(await directory.getTenantSetting('ts1', 'journaling')).toEqual({ to: 'é@b.example' });
      expect(await directory.getTenantSetting('ts2', 'journaling')).toBe(false);
      await directory.putTenantSetting('ts1', 'journaling', null);
      expect(await directory.getTenantSetting('ts1', 'journaling')).toBeNull();
    });
  });

  describe('users and aliases', () => {
    test('an address belongs to one user or one alias of all tenants', async () => {
      const { directory, tenant, domain, user } = await world(subject);
      const ann = user('ann');
      await directory.createUser(ann);
      await directory.createUser(ann);
      const conflict = { code: 'conflict' };
      await expect(directory.createUser(user('ann'))).rejects.toMatchObject(conflict);
      await expect(directory.createUser({ ...ann, address: `other@${domain}` })).rejects.toMatchObject(
        conflict,
      );
      const alias = { address: `a@${domain}`, tenantId: tenant.tenantId, userId: ann.userId, enabled: true };
      await directory.createAlias(alias);
      await expect(directory.createAlias(alias)).rejects.toMatchObject(conflict);
      await expect(directory.createAlias({ ...alias, address: ann.address })).rejects.toMatchObject(conflict);
      await expect(directory.createUser(user('a'))).rejects.toMatchObject(conflict);
      expect(await directory.listAliases(tenant.tenantId, ann.userId)).toEqual([alias]);
      expect(await directory.listAliases('other', ann.userId)).toEqual([]);
      expect(await directory.listUsers(tenant.tenantId, '', 10)).toEqual([ann]);
    });

    test('of a user and an alias made at the same time with one address one is refused', async () => {
      const { directory, tenant, domain, user } = await world(subject);
      const other = (await subject.open()).directory;
      const ann = user('ann');
      await directory.createUser(ann);
      for (let i = 0; i < 5; i++) {
        const address = `race-${i}@${domain}`;
        const alias = { address, tenantId: tenant.tenantId, userId: ann.userId, enabled: true };
        const results = await Promise.allSettled([
          directory.createUser(user(`race-${i}`)),
          other.createAlias(alias),
        ]);
        expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
      }
    });

    test('are read within their tenant only, page by page in order of address', async () => {
      const { directory, tenant, user } = await world(subject);
      const users = ['c', 'a', 'e', 'b', 'd'].map((local) => user(local));
      for (const u of users) await directory.createUser(u);
      const first = await directory.listUsers(tenant.tenantId, '', 3);
      const rest = await directory.listUsers(tenant.tenantId, first.at(-1)?.address ?? '', 3);
      expect([...first, ...rest].map((u) => u.displayName)).toEqual(['a', 'b', 'c', 'd', 'e']);
      const id = users[0]?.userId ?? '';
      expect(await directory.getUser(tenant.tenantId, id)).toEqual({ tenant, user: users[0] });
      expect(await directory.getUser('other', id)).toBeNull();
      await directory.setQuota(tenant.tenantId, id, 5_000_000_000);
      await directory.setUserStatus(tenant.tenantId, id, 'noMail');
      expect(await directory.getUser(tenant.tenantId, id)).toMatchObject({
        user: { quotaBytes: 5_000_000_000, status: 'noMail' },
      });
      await expect(directory.setQuota('other', id, 1)).rejects.toMatchObject({ code: 'not-found' });
      await expect(directory.setUserStatus('other', id, 'active')).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    test('an envelope address is looked up with domain, tenant and catch-all in one read', async () => {
      const { directory, tenant, domain, user } = await world(subject);
      const [ann, bob] = [user('ann'), user('bob', { status: 'disabled' })];
      await directory.createUser(ann);
      await directory.createUser(bob);
      const alias = { address: `b@${domain}`, tenantId: tenant.tenantId, userId: bob.userId, enabled: true };
      await directory.createAlias(alias);
      await directory.setAliasEnabled(tenant.tenantId, alias.address, false);
      const row = { domain, tenantId: tenant.tenantId, catchAllUserId: null, enabled: true };
      expect(await directory.lookupAddresses(domain, [`b@${domain}`, `x@${domain}`, ann.address])).toEqual({
        domain: row,
        tenant,
        matches: [
          { address: `b@${domain}`, via: 'alias', enabled: false, user: bob },
          { address: ann.address, via: 'address', enabled: true, user: ann },
        ],
        groups: [],
        catchAll: null,
      });
      await directory.setCatchAll(tenant.tenantId, domain, ann.userId);
      expect(await directory.lookupAddresses(domain, ['nobody'])).toEqual({
        domain: { ...row, catchAllUserId: ann.userId },
        tenant,
        matches: [],
        groups: [],
        catchAll: ann,
      });
      await directory.setCatchAll(tenant.tenantId, domain, null);
      expect(await directory.lookupAddresses(domain, [])).toMatchObject({ catchAll: null });
      expect(await directory.lookupAddresses('absent.example', [ann.address])).toEqual({
        domain: null,
        tenant: null,
        matches: [],
        groups: [],
        catchAll: null,
      });
      await expect(directory.setAliasEnabled('other', alias.address, true)).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    test('signing in finds user, tenant and credentials by address or enabled alias', async () => {
      const { directory, tenant, domain, user } = await world(subject);
      const ann = user('ann');
      await directory.createUser(ann);
      const alias = { address: `a@${domain}`, tenantId: tenant.tenantId, userId: ann.userId, enabled: true };
      await directory.createAlias(alias);
      const credential = (kind: Credential['kind'], createdAt: number) => newCredential(ann, kind, createdAt);
      const [old, app, now] = [credential('password', 1), credential('app', 2), credential('password', 3)];
      for (const c of [old, app, app, now, now]) await directory.putCredential(c);
      const found = { tenant, user: ann, credentials: [app, now] };
      expect(await directory.findLogin(ann.address)).toEqual(found);
      expect(await directory.findLogin(alias.address)).toEqual(found);
      await directory.setAliasEnabled(tenant.tenantId, alias.address, false);
      expect(await directory.findLogin(alias.address)).toBeNull();
      expect(await directory.findLogin(`absent@${domain}`)).toBeNull();
    });
  });

  describe('dead letters', () => {
    test('I12 are kept once, listed newest first, and marked when replayed', async () => {
      const { directory } = await subject.open();
      const queue = unique('queue');
      const letter = (n: number): DeadLetter => ({
        deadLetterId: unique('letter'),
        queue,
        body: JSON.stringify({ n }),
        error: 'boom',
        attempts: 6,
        correlationId: 'c',
        failedAt: n,
        replayedAt: null,
        discardedAt: null,
      });
      const [a, b, c] = [letter(1), letter(2), letter(3)];
      for (const l of [a, b, c]) await directory.putDeadLetter(l);
      await directory.putDeadLetter({ ...a, error: 'again', attempts: 99 });
      expect(await directory.listDeadLetters({ queue, limit: 2 })).toEqual([c, b]);
      expect(await directory.listDeadLetters({ queue, before: 2, limit: 2 })).toEqual([a]);
      expect((await directory.listDeadLetters({ limit: 1 })).length).toBe(1);
      await directory.markReplayed(b.deadLetterId, 50);
      await directory.markReplayed(b.deadLetterId, 60);
      expect(await directory.getDeadLetter(b.deadLetterId)).toEqual({ ...b, replayedAt: 50 });
      expect(await directory.getDeadLetter('absent')).toBeNull();
    });

    test('are listed page by page, also when many failed in one millisecond', async () => {
      const { directory } = await subject.open();
      const queue = unique('queue');
      const ids: string[] = [];
      for (const failedAt of [1, 2, 2, 2, 2, 3]) {
        const deadLetterId = unique('letter');
        ids.push(deadLetterId);
        await directory.putDeadLetter({
          ...{ deadLetterId, queue, body: '{}', error: 'boom', attempts: 1, correlationId: '', failedAt },
          ...{ replayedAt: null, discardedAt: null },
        });
      }
      const found: string[] = [];
      let after: { at: number; id: string } | undefined;
      for (let page = 0; page < 5; page++) {
        const letters = await directory.listDeadLetters({ queue, limit: 2, after });
        found.push(...letters.map((letter) => letter.deadLetterId));
        const last = letters.at(-1);
        after = last === undefined ? undefined : { at: last.failedAt, id: last.deadLetterId };
        if (after === undefined) break;
      }
      expect(found).toHaveLength(6);
      expect(found.sort()).toEqual(ids.sort());
    });

    test('are filtered by what was done about them, and counted', async () => {
      const { directory } = await subject.open();
      const queue = unique('queue');
      const ids = ['a', 'b', 'c', 'd'].map((name) => unique(name));
      for (const [n, deadLetterId] of ids.entries()) {
        await directory.putDeadLetter({
          ...{ deadLetterId, queue, body: '{}', error: 'boom', attempts: 1, correlationId: '' },
          ...{ failedAt: 10 + n, replayedAt: null, discardedAt: null },
        });
      }
      const [, b = '', c = '', d = ''] = ids;
      await directory.markReplayed(b, 50);
      await directory.markReplayed(c, 51);
      await directory.markDiscarded(c, 52);
      await directory.markDiscarded(c, 53);
      await directory.markDiscarded(d, 54);
      expect((await directory.getDeadLetter(c))?.discardedAt).toBe(52);
      const list = async (state: 'waiting' | 'replayed' | 'discarded') =>
        (await directory.listDeadLetters({ queue, state, limit: 9 })).map((l) => l.deadLetterId);
      expect(await list('waiting')).toEqual([ids[0]]);
      expect(await list('replayed')).toEqual([b]);
      expect(await list('discarded')).toEqual([d, c]);
      expect((await directory.countDeadLetters()).find((count) => count.queue === queue)).toEqual({
        ...{ queue, waiting: 1, replayed: 1, discarded: 2, oldestWaitingAt: 10 },
      });
    });
  });

  describe('notes of the installation', () => {
    test('the last failure of a queue message is kept until it is forgotten', async () => {
      const { operations } = await subject.open();
      const queue = unique('queue');
      const failure = { queue, digest: 'd1', error: 'first', attempts: 2, failedAt: 5 };
      await operations.noteFailures([failure, { ...failure, digest: 'd2', failedAt: 9 }]);
      await operations.noteFailures([{ ...failure, error: 'second', attempts: 3 }]);
      await operations.noteFailures([]);
      expect(await operations.failuresOf(queue, ['d1', 'absent'])).toEqual([
        { ...failure, error: 'second', attempts: 3 },
      ]);
      expect(await operations.failuresOf(queue, [])).toEqual([]);
      await operations.forgetFailures(queue, ['d1', 'absent']);
      expect(await operations.failuresOf(queue, ['d1'])).toEqual([]);
      expect(await operations.failuresOf(queue, ['d2'])).toHaveLength(1);
      await operations.forgetFailuresBefore(10);
      expect(await operations.failuresOf(queue, ['d2'])).toEqual([]);
    });

    test('a cursor is what was put last', async () => {
      const { operations } = await subject.open();
      const name = unique('cursor');
      expect(await operations.getCursor(name)).toBeNull();
      await operations.putCursor(name, { at: 'x' }, 1);
      await operations.putCursor(name, { at: 'ü', n: [1] }, 2);
      expect(await operations.getCursor(name)).toEqual({ at: 'ü', n: [1] });
    });
  });
}
