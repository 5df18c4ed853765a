import { describe, expect, test } from 'vitest';
import type { Erasure, ErasureSubject } from '../../core/ports/erasure.ts';
import { message, type Subject, unique } from './subject.ts';

export function erasureContract(subject: Subject): void {
  const erasureOf = (over: Partial<Erasure> & Pick<Erasure, 'tenantId' | 'userId'>): Erasure => ({
    ...{ addressDigest: 'd'.repeat(64), state: 'deleted', formerStatus: 'noMail', deletedAt: 50 },
    ...{ eraseAfter: 90, finishedAt: null, nextAt: 90, revision: 0 },
    progress: {
      ...{ by: 'admin-token', startedAt: null, at: null, rounds: 0, looks: 0 },
      ...{ removed: {}, problem: null },
    },
    ...over,
  });

  /** A tenant with two users, each with a row in every place that a test can easily reach. */
  async function house() {
    const stores = await subject.open();
    const { directory, mail, search, links, outbox, spamTokens } = stores;
    const tenantId = unique('tenant');
    const domain = `${tenantId}.example`;
    await directory.createTenant({ tenantId, name: 'House', status: 'active', mailShard: 'MAIL_1' });
    await directory.createDomain({ domain, tenantId, catchAllUserId: null, enabled: true });
    const subjects: Record<string, ErasureSubject> = {};
    const groupId = unique('group');
    const members: string[] = [];
    for (const name of ['ann', 'bob']) {
      const userId = unique(name);
      const [address, alias] = [`${name}@${domain}`, `${name}.alias@${domain}`];
      const ref = { tenantId, mailboxId: userId, shard: 'MAIL_1' };
      const mailbox = mail.mailbox(ref);
      await mailbox.create(1);
      await directory.createUser({
        ...{ userId, tenantId, address, displayName: name, status: 'active' },
        ...{ quotaBytes: null, createdAt: 1 },
      });
      await directory.createAlias({ address: alias, tenantId, userId, enabled: true });
      await directory.putCredential({
        ...{ credentialId: unique('credential'), tenantId, userId, kind: 'app', secretHash: unique('hash') },
        ...{ label: '', createdAt: 1, protocols: null, bindsDevice: false, deviceId: null },
        ...{ expiresAt: null, lastUsedAt: null },
      });
      await directory.putSession({
        ...{ sessionId: unique('session'), tenantId, userId, tokenHash: unique('hash') },
        ...{ previousHash: null, previousUntil: null, method: 'password', passwordId: 'p', createdAt: 5 },
        ...{ rotatedAt: 5, seenAt: 5, expiresAt: 500, userAgent: '', address: null, tokenRoles: null },
      });
      await directory.touchDevice({
        ...{ tenantId, userId, deviceId: `phone-${name}`, deviceType: 'x', userAgent: '' },
        ...{ protocolVersion: '16.1', firstSeenAt: 1, lastSeenAt: 1 },
      });
      await directory.putUserSetting(tenantId, userId, 'delegates', { list: [] });
      await directory.putUserSetting(tenantId, userId, 'quota', 7);
      await directory.setSyncEnabled(tenantId, userId, false);
      await directory.putSendGrant({ tenantId, ownerId: userId, granteeId: unique('other'), kind: 'as' });
      await directory.putRole({
        ...{ tenantId, userId, role: 'admin', grantedBy: 'x', grantedAt: 1 },
        area: { kind: 'tenant', tenantId },
      });
      await directory.putDeadLetter({
        ...{ deadLetterId: unique('letter'), queue: 'index', error: 'e', attempts: 1, correlationId: '' },
        ...{ failedAt: 1, replayedAt: null, discardedAt: null },
        body: JSON.stringify({ v: 1, tenantId, mailboxId: userId, itemId: 'i' }),
      });
      await outbox.putSendLock(tenantId, userId, { lockedAt: 1, reason: 'r', exemptUntil: 0 });
      await links.addLinks([
        {
          ...{ tenantId, linkId: unique('link'), tokenHash: unique('hash'), mailboxId: userId },
          ...{ submissionId: 's', rawKey: 'links/x', bodyStart: 0, bodyEnd: 1, encoding: '7bit' },
          ...{ mediaType: 'a/b', name: 'n', size: 1, createdAt: 1, endsAt: 2, revoked: false },
        },
      ]);
      for (let n = 0; n < 5; n++) await mailbox.insert(message(`${unique('m')}`));
      await mailbox.putSetting('oof', { text: 'away' });
      await spamTokens.learn(ref, { itemId: 'i', label: 'spam', tokens: ['a', 'b', 'c'], at: 1 });
      await search.index(ref, {
        ...{ itemId: 'i', receivedAt: 1, folderId: '2', threadId: 't', kind: 'message', modseq: 1 },
        ...{ isRead: false, isFlagged: false, hasAttachment: false, size: 1, categories: [] },
        ...{ subject: 'secret', from: '', to: '', cc: '', bcc: '', body: '', files: '' },
      });
      await search.noteSearch(ref, `phone-${name}`, 's');
      members.push(address, alias);
      subjects[name] = { ref, addresses: [address, alias] };
    }
    await directory.createGroup({
      ...{ tenantId, groupId, address: `all@${domain}`, displayName: 'All', senders: 'anyone' },
      ...{ externalMembers: false, hidden: false },
    });
    await directory.setGroupMembers(tenantId, groupId, members);
    const { ann, bob } = subjects;
    if (ann === undefined || bob === undefined) throw new Error('two users');
    await directory.setCatchAll(tenantId, domain, ann.ref.mailboxId);
    return { stores, tenantId, domain, groupId, ann, bob };
  }

  describe('users who are deleted', () => {
    test('are closed in one write, and are what they were when restored', async () => {
      const { stores, tenantId, ann, bob } = await house();
      const { directory } = stores;
      const userId = ann.ref.mailboxId;
      await directory.setUserStatus(tenantId, userId, 'noMail');
      const erasure = erasureOf({ tenantId, userId });
      expect(await directory.deleteUser(erasure)).toBe(true);
      expect(await directory.deleteUser(erasure)).toBe(false);
      expect(await directory.getErasure(tenantId, userId)).toEqual(erasure);
      expect((await directory.getUser(tenantId, userId))?.user.status).toBe('deleted');
      expect((await directory.listUsers(tenantId, '', 9)).map((u) => u.status)).toEqual([
        'deleted',
        'active',
      ]);
      expect((await directory.findLogin(ann.addresses[0] ?? ''))?.user.status).toBe('deleted');
      expect((await directory.signInState(tenantId, userId, null))?.user.status).toBe('deleted');
      await expect(directory.setUserStatus(tenantId, userId, 'active')).rejects.toThrow('deleted');
      await directory.setDisplayName(tenantId, userId, 'Ann Renamed');
      expect((await directory.getUser(tenantId, userId))?.user.displayName).toBe('Ann Renamed');
      await expect(directory.setUserStatus(tenantId, 'nobody', 'active')).rejects.toThrow('no such');
      expect(await directory.restoreUser(tenantId, bob.ref.mailboxId)).toBe(false);
      expect(await directory.restoreUser(tenantId, userId)).toBe(true);
      expect(await directory.restoreUser(tenantId, userId)).toBe(false);
      expect((await directory.getUser(tenantId, userId))?.user.status).toBe('noMail');
      expect(await directory.getErasure(tenantId, userId)).toBeNull();
      const found = await directory.searchPeople(tenantId, 'renam', 9, null);
      expect(found.people.map(({ personId }) => personId)).toEqual([userId]);
      await expect(directory.setDisplayName(tenantId, 'nobody', 'x')).rejects.toThrow('no such');
      expect(await directory.deleteUser(erasureOf({ tenantId, userId: 'nobody' }))).toBe(false);
      expect(await directory.getErasure(tenantId, 'nobody')).toBeNull();
    });

    test('are found when it is time, and no way leads back from an erase', async () => {
      const { stores, tenantId, ann, bob } = await house();
      const { directory } = stores;
      const [first, second] = [ann, bob].map(({ ref }, n) =>
        erasureOf({ tenantId, userId: ref.mailboxId, nextAt: 90 + n, deletedAt: 50 + n }),
      );
      if (first === undefined || second === undefined) throw new Error('two');
      await directory.deleteUser(first);
      await directory.deleteUser(second);
      expect(await directory.dueErasures(tenantId, 89, 9)).toEqual([]);
      expect(await directory.dueErasures(tenantId, 91, 9)).toEqual([first, second]);
      expect(await directory.dueErasures(tenantId, 91, 1)).toEqual([first]);
      expect(await directory.findErasures(tenantId, first.addressDigest)).toEqual([second, first]);
      expect(await directory.findErasures(unique('tenant'), first.addressDigest)).toEqual([]);
      const begun: Erasure = { ...first, state: 'erasing', nextAt: null };
      expect(await directory.updateErasure(first, begun)).toBe(true);
      expect(await directory.updateErasure(first, { ...begun, nextAt: 7 })).toBe(false);
      expect(await directory.getErasure(tenantId, first.userId)).toEqual({ ...begun, revision: 1 });
      expect(await directory.restoreUser(tenantId, first.userId)).toBe(false);
      expect(await directory.dueErasures(tenantId, 900, 9)).toEqual([second]);
    });
  });

  describe('the rows of a user', () => {
    test('go from every table, some at a time, and those of others stay', async () => {
      const { stores, tenantId, domain, groupId, ann, bob } = await house();
      const { directory, erasure, mail, search } = stores;
      const before = await erasure.leftovers(bob);
      const tables = Object.keys(await erasure.leftovers(ann));
      for (const table of ['mail.mailboxes', 'search.documents', 'directory.users', 'directory.domains'])
        expect(tables).toContain(table);
      expect(tables.length).toBeGreaterThan(15);
      const order = erasure.tables();
      expect(order[0]).toBe('mail.mailboxes');
      expect(order.at(-1)).toBe('directory.users');
      for (const table of order) {
        for (let more = true, steps = 0; more; steps++) {
          expect(steps).toBeLessThan(50);
          ({ more } = await erasure.erase(ann, table, 2));
        }
      }
      expect(await erasure.leftovers(ann)).toEqual({});
      for (const table of order) expect((await erasure.erase(ann, table, 2)).rows).toBe(0);
      expect(await erasure.leftovers(bob)).toEqual(before);
      expect((await mail.mailbox(ann.ref).usage()).exists).toBe(false);
      expect((await mail.mailbox(bob.ref).usage()).itemCount).toBe(5);
      expect(await search.documents(ann.ref, '', 9)).toEqual([]);
      expect(await search.documents(bob.ref, '', 9)).toEqual(['i']);
      expect(await directory.groupMembers(tenantId, groupId, 9)).toEqual([...bob.addresses].sort());
      expect((await directory.getDomain(domain))?.catchAllUserId).toBeNull();
      expect(await directory.findLogin(ann.addresses[0] ?? '')).toBeNull();
      expect((await directory.listUsers(tenantId, '', 9)).map((u) => u.userId)).toEqual([bob.ref.mailboxId]);
    });
  });
}
