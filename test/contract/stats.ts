import { describe, expect, test } from 'vitest';
import type { User } from '../../core/identity/types.ts';
import { GROUP_DEFAULTS } from '../../core/people/types.ts';
import { message, type Subject, unique } from './subject.ts';

export function statsContract(subject: Subject): void {
  async function tenant() {
    const { directory } = await subject.open();
    const tenantId = unique('tenant');
    await directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
    return tenantId;
  }

  describe('numbers', () => {
    test('of users, domains, groups and devices are of these tenants alone', async () => {
      const { directory } = await subject.open();
      const [one, two, other] = [await tenant(), await tenant(), await tenant()];
      const user = async (tenantId: string, status: User['status']) => {
        const userId = unique('user');
        const address = `${userId}@x.test`;
        const facts = { displayName: '', quotaBytes: null, createdAt: 1 };
        await directory.createUser({ userId, tenantId, address, status, ...facts });
        return userId;
      };
      const device = (tenantId: string, userId: string, protocolVersion: string, lastSeenAt: number) =>
        directory.touchDevice({
          ...{ tenantId, userId, deviceId: unique('D'), deviceType: 'Phone', userAgent: 'ua' },
          ...{ protocolVersion, firstSeenAt: 1, lastSeenAt },
        });
      for (const tenantId of [one, two, other]) {
        const ann = await user(tenantId, 'active');
        await device(tenantId, ann, '16.1', 100);
        await device(tenantId, ann, '14.1', 99);
        await directory.createDomain({
          ...{ domain: `${unique('d')}.example`, tenantId, catchAllUserId: null, enabled: true },
        });
      }
      await user(one, 'noMail');
      await user(two, 'disabled');
      const gone = await user(two, 'active');
      await directory.deleteUser({
        ...{ tenantId: two, userId: gone, addressDigest: unique('digest'), state: 'deleted' },
        ...{
          formerStatus: 'active',
          deletedAt: 5,
          eraseAfter: 500,
          finishedAt: null,
          nextAt: 500,
          revision: 0,
        },
        progress: { by: 'a', startedAt: null, at: null, rounds: 0, looks: 0, removed: {}, problem: null },
      });
      const blocked = { tenantId: two, userId: await user(two, 'active'), deviceId: 'DX' };
      await directory.touchDevice({
        ...{ ...blocked, deviceType: 'Phone', userAgent: 'ua', protocolVersion: '16.1' },
        ...{ firstSeenAt: 1, lastSeenAt: 100 },
      });
      await directory.setDeviceAccess(blocked, 'blocked');
      const group = { ...GROUP_DEFAULTS, tenantId: one, groupId: unique('group'), displayName: '' };
      await directory.createGroup({ ...group, address: `${unique('g')}@x.test` });

      const counts = await directory.countTenants([one, two], 100);
      expect(counts).toEqual({
        users: { active: 3, noMail: 1, disabled: 1, deleted: 1 },
        domains: 2,
        groups: 1,
        devices: [
          { access: 'blocked', protocolVersion: '16.1', count: 1, seen: 1 },
          { access: 'default', protocolVersion: '14.1', count: 2, seen: 0 },
          { access: 'default', protocolVersion: '16.1', count: 2, seen: 2 },
        ],
      });
      expect((await directory.countTenants([], 0)).users.active).toBe(0);
    });

    test('of mailboxes are added up for a tenant', async () => {
      const { mail } = await subject.open();
      const [tenantId, other] = [unique('tenant'), unique('tenant')];
      for (const owner of [tenantId, tenantId, other]) {
        const mailbox = mail.mailbox({ tenantId: owner, mailboxId: unique('mailbox'), shard: 'MAIL_1' });
        await mailbox.create(1);
        await mailbox.insert(message(unique('m'), { size: 77 }));
      }
      expect(await mail.tenantTotals(tenantId, 'MAIL_1')).toEqual({
        ...{ mailboxes: 2, itemCount: 2, sizeBytes: 154 },
      });
      expect(await mail.tenantTotals(unique('tenant'), 'MAIL_1')).toEqual({
        ...{ mailboxes: 0, itemCount: 0, sizeBytes: 0 },
      });
    });
  });
}
