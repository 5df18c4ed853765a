import { describe, expect, test } from 'vitest';
import type { User } from '../../core/identity/types.ts';
import { GROUP_DEFAULTS } from '../../core/people/types.ts';
import { type Subject, unique } from './subject.ts';

export function adminListsContract(subject: Subject): void {
  /** A tenant with two domains, users in both, a group of more members than a list shows, and devices. */
  async function world() {
    const { directory } = await subject.open();
    const tenantId = unique('tenant');
    const [one, two] = [`${unique('one')}.example`, `${unique('two')}.example`];
    await directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
    const user = async (address: string, displayName = '', status: User['status'] = 'active') => {
      const made = { userId: unique('user'), tenantId, address, displayName, status };
      const whole: User = { ...made, quotaBytes: null, createdAt: 5 };
      await directory.createUser(whole);
      return whole;
    };
    return { directory, tenantId, one, two, user };
  }

  describe('lists in pages', () => {
    test('of tenants go by id', async () => {
      const { directory } = await subject.open();
      const prefix = unique('listed');
      const ids = ['a', 'b', 'c'].map((name) => `${prefix}-${name}`);
      for (const tenantId of ids)
        await directory.createTenant({ tenantId, name: 'T', status: 'active', mailShard: 'MAIL_1' });
      const idsAfter = async (place: string, limit: number) =>
        (await directory.tenantsAfter(place, limit)).map(({ tenantId }) => tenantId);
      expect(await idsAfter(`${prefix}-`, 2)).toEqual(ids.slice(0, 2));
      expect((await idsAfter(`${prefix}-b`, 1))[0]).toBe(ids[2]);
    });

    test('of domains go by name, with the address of who gets the rest', async () => {
      const { directory, tenantId, one, two, user } = await world();
      const ann = await user(`ann@${one}`);
      const [first, second] = [one, two].sort();
      if (first === undefined || second === undefined) throw new Error('two domains');
      await directory.createDomain({ domain: second, tenantId, catchAllUserId: ann.userId, enabled: false });
      await directory.createDomain({
        domain: first,
        tenantId,
        catchAllUserId: unique('gone'),
        enabled: true,
      });
      const rows = await directory.domainsAfter(tenantId, '', 5);
      expect(rows.map(({ domain, catchAll, enabled }) => [domain, catchAll, enabled])).toEqual([
        [first, null, true],
        [second, ann.address, false],
      ]);
      expect((await directory.domainsAfter(tenantId, first, 5)).map(({ domain }) => domain)).toEqual([
        second,
      ]);
      expect(await directory.domainsAfter(tenantId, '', 1)).toHaveLength(1);
      expect(await directory.domainsAfter(unique('tenant'), '', 5)).toEqual([]);
    });

    test('of users go by address, and may be of a domain, a state or a beginning alone', async () => {
      const { directory, tenantId, one, two, user } = await world();
      const ann = await user(`ann@${one}`);
      const anna = await user(`anna@${two}`, '', 'disabled');
      const odd = await user(`"an@x"@${one}`, '', 'noMail');
      const zoe = await user(`zoe@${one}`);
      const page = (filter: Parameters<typeof directory.usersAfter>[1], after = '', limit = 9) =>
        directory.usersAfter(tenantId, filter, after, limit);
      expect(await page({})).toEqual([odd, ann, anna, zoe]);
      expect(await page({}, ann.address, 1)).toEqual([anna]);
      expect(await page({ domain: one })).toEqual([odd, ann, zoe]);
      expect(await page({ domain: one, prefix: 'ann' })).toEqual([ann]);
      expect(await page({ prefix: 'ann' })).toEqual([ann, anna]);
      expect(await page({ prefix: 'ann@' })).toEqual([ann]);
      expect(await page({ prefix: '%' })).toEqual([]);
      expect(await page({ status: 'disabled' })).toEqual([anna]);
      expect(await page({ status: 'active', domain: one }, ann.address)).toEqual([zoe]);
      expect(await page({ status: 'noMail', prefix: '"' })).toEqual([odd]);
      expect(await directory.usersAfter(unique('tenant'), {}, '', 9)).toEqual([]);
    });

    test('of users by name go by the folded name, also when several have the same', async () => {
      const { directory, tenantId, one, user } = await world();
      const zofie = await user(`z@${one}`, 'Žofie Nová');
      const twins = [await user(`t1@${one}`, 'Zofie  NOVA'), await user(`t2@${one}`, 'zofie nova')];
      const nameless = await user(`zorro@${one}`);
      const same = [zofie, ...twins].sort((a, b) => (a.userId < b.userId ? -1 : 1));
      const named = async (
        name: string,
        after: Parameters<typeof directory.usersNamed>[2] = null,
        limit = 9,
      ) => (await directory.usersNamed(tenantId, name, after, limit)).map(({ user: found }) => found);
      expect(await named('zo')).toEqual([...same, nameless]);
      expect(await named('zofie n', null, 2)).toEqual(same.slice(0, 2));
      const place = { sortKey: 'zofie nova', personId: same[1]?.userId ?? '' };
      expect(await named('zo', place)).toEqual([same[2], nameless]);
      expect(await named('nova')).toEqual([]);
      expect((await directory.usersNamed(tenantId, 'zorro', null, 1))[0]?.sortKey).toBe('zorro');
      expect(await directory.usersNamed(unique('tenant'), 'zo', null, 9)).toEqual([]);
    });

    test('of groups have the first members and how many there are', async () => {
      const { directory, tenantId, one, two } = await world();
      const group = { ...GROUP_DEFAULTS, tenantId, displayName: 'Všichni' };
      const [all, none] = [
        { ...group, groupId: unique('group'), address: `all@${one}` },
        { ...group, groupId: unique('group'), address: `none@${two}` },
      ];
      await directory.createGroup(none);
      await directory.createGroup(all);
      await directory.setGroupMembers(tenantId, all.groupId, ['c@x.test', 'a@x.test', 'b"\\@x.test']);
      const listed = [
        { ...all, members: ['a@x.test', 'b"\\@x.test'], memberCount: 3 },
        { ...none, members: [], memberCount: 0 },
      ];
      expect(await directory.groupsAfter(tenantId, {}, '', 9, 2)).toEqual(listed);
      expect(await directory.groupsAfter(tenantId, {}, '', 1, 2)).toEqual(listed.slice(0, 1));
      expect(await directory.groupsAfter(tenantId, {}, all.address, 9, 2)).toEqual(listed.slice(1));
      expect(await directory.groupsAfter(tenantId, { domain: two }, '', 9, 2)).toEqual(listed.slice(1));
      expect(await directory.groupsAfter(tenantId, { prefix: 'al' }, '', 9, 2)).toEqual(listed.slice(0, 1));
      expect(await directory.groupsAfter(unique('tenant'), {}, '', 9, 2)).toEqual([]);
      const ids = [all.groupId, unique('gone')];
      expect(await directory.addressesOf(tenantId, ids)).toEqual(new Map([[all.groupId, all.address]]));
      expect(await directory.addressesOf(unique('tenant'), ids)).toEqual(new Map());
    });

    test('of devices have the address of their user', async () => {
      const { directory, tenantId, one, user } = await world();
      const people = [await user(`ann@${one}`), await user(`bob@${one}`)];
      for (const { userId } of people)
        for (const deviceId of ['B', 'A'])
          await directory.touchDevice({
            ...{ tenantId, userId, deviceId, deviceType: 'Phone', userAgent: 'ua', protocolVersion: '16.1' },
            ...{ firstSeenAt: 1, lastSeenAt: 2 },
          });
      const [first, second] = people.sort((a, b) => (a.userId < b.userId ? -1 : 1));
      if (first === undefined || second === undefined) throw new Error('two users');
      const list = await directory.devicesAfter(tenantId, null, 9);
      expect(list.map(({ address, device }) => [address, device.userId, device.deviceId])).toEqual([
        [first.address, first.userId, 'A'],
        [first.address, first.userId, 'B'],
        [second.address, second.userId, 'A'],
        [second.address, second.userId, 'B'],
      ]);
      expect(list[0]?.device).toEqual(await directory.getDevice({ ...first, deviceId: 'A' }));
      const place = { userId: first.userId, deviceId: 'B' };
      expect(await directory.devicesAfter(tenantId, place, 1)).toEqual(list.slice(2, 3));
      expect(await directory.devicesAfter(unique('tenant'), null, 9)).toEqual([]);
      expect(await directory.addressesOf(tenantId, [second.userId])).toEqual(
        new Map([[second.userId, second.address]]),
      );
    });
  });
}
