import { describe, expect, test } from 'vitest';
import { GROUP_DEFAULTS } from '../../core/people/types.ts';
import { peopleWorld as world } from './people-world.ts';
import { type Subject, unique } from './subject.ts';

/** Groups of the address list. */
export function groupContract(subject: Subject): void {
  describe('groups', () => {
    test('are entries of the address list with members of any domain', async () => {
      const { directory, tenant, domain, add, names } = await world(subject);
      const other = await world(subject);
      await add('ann', 'Ann');
      const group = {
        tenantId: tenant.tenantId,
        groupId: unique('group'),
        address: `all@${domain}`,
        displayName: 'All Hands',
        ...{ senders: 'members' as const, externalMembers: false, hidden: false },
      };
      await directory.createGroup(group);
      await directory.createGroup(group);
      expect(await names('hands')).toEqual(['All Hands']);
      expect(await directory.findGroup(tenant.tenantId, group.address)).toEqual(group);
      expect(await directory.findGroup(other.tenant.tenantId, group.address)).toBeNull();
      expect(await directory.listGroups(tenant.tenantId)).toEqual([group]);
      for (const again of [
        directory.createGroup({ ...group, groupId: unique('group') }),
        add('all', 'Taken'),
      ]) {
        await expect(again).rejects.toMatchObject({ code: 'conflict' });
      }
      const members = [`bob@${domain}`, `ann@${domain}`, 'x@elsewhere.example', `ann@${domain}`];
      await directory.setGroupMembers(tenant.tenantId, group.groupId, members);
      expect(await directory.groupMembers(tenant.tenantId, group.groupId, 10)).toEqual([
        `ann@${domain}`,
        `bob@${domain}`,
        'x@elsewhere.example',
      ]);
      expect(await directory.groupMembers(tenant.tenantId, group.groupId, 2)).toHaveLength(2);
      expect(await directory.groupMembers(other.tenant.tenantId, group.groupId, 10)).toEqual([]);
      await directory.setGroupMembers(tenant.tenantId, group.groupId, []);
      expect(await directory.groupMembers(tenant.tenantId, group.groupId, 10)).toEqual([]);
      const notFound = { code: 'not-found' };
      await expect(
        directory.setGroupMembers(other.tenant.tenantId, group.groupId, members),
      ).rejects.toMatchObject(notFound);
      await expect(directory.deleteGroup(other.tenant.tenantId, group.groupId)).rejects.toMatchObject(
        notFound,
      );
      await directory.deleteGroup(tenant.tenantId, group.groupId);
      expect(await names('hands')).toEqual([]);
      await add('all', 'Free again');
    });

    test('are found by the address that mail comes for, and only in their own tenant', async () => {
      const { directory, tenant, domain } = await world(subject);
      const other = await world(subject);
      const group = { ...GROUP_DEFAULTS, tenantId: tenant.tenantId, groupId: unique('group') };
      const address = `sales@${domain}`;
      await directory.createGroup({ ...group, address });
      const lookup = await directory.lookupAddresses(domain, [address, `none@${domain}`]);
      expect(lookup).toMatchObject({ matches: [], groups: [{ ...group, address }] });
      const foreign = await directory.lookupAddresses(other.domain, [address]);
      expect(foreign).toMatchObject({ matches: [], groups: [] });
    });

    test('change their name, whose mail they take, and whether they are found', async () => {
      const { directory, tenant, domain, names } = await world(subject);
      const address = `all@${domain}`;
      const group = { ...GROUP_DEFAULTS, tenantId: tenant.tenantId, groupId: unique('group'), address };
      await directory.createGroup({ ...group, displayName: 'Everybody' });
      const settings = { displayName: 'Hands', senders: 'anyone', externalMembers: false } as const;
      await directory.updateGroup(tenant.tenantId, group.groupId, { ...settings, hidden: false });
      expect(await names('hands')).toEqual(['Hands']);
      expect(await names('everybody')).toEqual([]);
      expect((await directory.searchPeople(tenant.tenantId, 'hands', 9, null)).people[0]).toMatchObject({
        sortKey: 'hands',
      });
      await directory.updateGroup(tenant.tenantId, group.groupId, { ...settings, hidden: true });
      expect(await names('hands')).toEqual([]);
      expect(await directory.findGroup(tenant.tenantId, address)).toEqual({
        ...{ ...group, ...settings },
        hidden: true,
      });
      await expect(
        directory.updateGroup('absent', group.groupId, { ...settings, hidden: true }),
      ).rejects.toMatchObject({ code: 'not-found' });
      const secret = { ...group, groupId: unique('group'), address: `secret@${domain}`, hidden: true };
      await directory.createGroup({ ...secret, displayName: 'Secret' });
      expect(await names('secret')).toEqual([]);
    });

    test('keep whom a message goes to as it was decided first', async () => {
      const { directory, tenant } = await world(subject);
      const { tenantId } = tenant;
      const mailbox = { tenantId, mailboxId: 'u', shard: 'MAIL_1' };
      const recipients = [
        { address: 'ann@one.example', mailbox },
        { address: 'x@out.example', mailbox: null },
      ];
      const rawKey = `blobs/${tenantId}/2026/01/02/${unique('raw')}.eml`;
      const delivery = { tenantId, rawKey, groupId: 'g', recipients, done: 0, createdAt: 10 };
      expect(await directory.getGroupDelivery(tenantId, rawKey)).toBeNull();
      expect(await directory.beginGroupDelivery(delivery)).toEqual(delivery);
      expect(await directory.beginGroupDelivery({ ...delivery, recipients: [] })).toEqual(delivery);
      await directory.noteGroupDelivery(tenantId, rawKey, 2);
      await directory.noteGroupDelivery(tenantId, rawKey, 1);
      expect(await directory.getGroupDelivery(tenantId, rawKey)).toEqual({ ...delivery, done: 2 });
      expect(await directory.getGroupDelivery('absent', rawKey)).toBeNull();
      await directory.forgetGroupDeliveries(tenantId, 10);
      expect(await directory.getGroupDelivery(tenantId, rawKey)).not.toBeNull();
      await directory.forgetGroupDeliveries(tenantId, 11);
      expect(await directory.getGroupDelivery(tenantId, rawKey)).toBeNull();
    });
  });
}
