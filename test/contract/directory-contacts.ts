import { describe, expect, test } from 'vitest';
import { sharedContactId } from '../../core/people/shared-contact.ts';
import { GROUP_DEFAULTS, NO_ATTRIBUTES } from '../../core/people/types.ts';
import { type World, peopleWorld as world } from './people-world.ts';
import { type Subject, unique } from './subject.ts';

/** Contacts that a tenant shares. */
export function sharedContactContract(subject: Subject): void {
  describe('shared contacts', () => {
    const shared = async (made: World, local: string, displayName: string, over = {}) => {
      const { tenant, directory } = made;
      const address = `${local}@elsewhere.example`;
      const contactId = await sharedContactId(tenant.tenantId, address);
      const contact = {
        ...{ ...NO_ATTRIBUTES, tenantId: tenant.tenantId, contactId, address, displayName },
        ...over,
      };
      await directory.putSharedContact(contact);
      return contact;
    };

    test('are found beside users and groups, with their photos', async () => {
      const made = await world(subject);
      const { directory, tenant, add, names } = made;
      await add('ann', 'Ann Lee');
      const contact = await shared(made, 'zoe', 'Zoe Lee', { company: 'Acme', mobilePhone: '1' });
      const other = await world(subject);
      await shared(other, 'zoe', 'Zoe of Others');
      expect(await names('lee')).toEqual(['Ann Lee', 'Zoe Lee']);
      expect(await names('acme')).toEqual(['Zoe Lee']);
      expect(await names('zoe@elsewhere.example')).toEqual(['Zoe Lee']);
      const photo = { key: 'photos/t/c/1', mediaType: 'image/jpeg' as const, size: 12 };
      await directory.setPersonPhoto(tenant.tenantId, contact.contactId, photo);
      const { tenantId: _tenantId, contactId, ...rest } = contact;
      const entry = { ...rest, kind: 'contact', personId: contactId, sortKey: 'zoe lee', photo };
      expect(await directory.getSharedContact(tenant.tenantId, contactId)).toEqual(entry);
      expect(await directory.exactPeople(tenant.tenantId, 'zoe@elsewhere.example', 9)).toEqual([entry]);
      expect((await directory.searchPeople(tenant.tenantId, 'zoe', 9, null)).people).toEqual([entry]);
      // No user: nothing of hers is here.
      expect(await directory.getPerson(tenant.tenantId, contactId)).toBeNull();
      expect((await directory.peopleAt(tenant.tenantId, ['zoe@elsewhere.example'])).size).toBe(0);
      expect(await directory.getSharedContact(other.tenant.tenantId, contactId)).toBeNull();
    });

    test('are replaced by putting them again, hidden, listed in pages and deleted', async () => {
      const made = await world(subject);
      const { directory, tenant, names } = made;
      const { contactId } = await shared(made, 'b', 'Bob Old', { company: 'Acme' });
      await directory.setPersonPhoto(tenant.tenantId, contactId, {
        ...{ key: 'photos/t/c/2', mediaType: 'image/png', size: 1 },
      });
      await shared(made, 'a', 'Ann');
      await shared(made, 'b', 'Bob New', { lastName: 'New' });
      expect(await names('old')).toEqual([]);
      expect(await names('acme')).toEqual([]);
      expect(await names('new')).toEqual(['Bob New']);
      expect((await directory.getSharedContact(tenant.tenantId, contactId))?.photo?.size).toBe(1);
      await shared(made, 'b', 'Bob New', { hidden: true });
      expect(await names('bob')).toEqual([]);
      const page = async (after: string, limit: number) =>
        (await directory.listSharedContacts(tenant.tenantId, after, limit)).map((p) => p.address);
      expect(await page('', 10)).toEqual(['a@elsewhere.example', 'b@elsewhere.example']);
      expect(await page('', 1)).toEqual(['a@elsewhere.example']);
      expect(await page('a@elsewhere.example', 10)).toEqual(['b@elsewhere.example']);
      await directory.deleteSharedContact(tenant.tenantId, contactId);
      expect(await page('', 10)).toEqual(['a@elsewhere.example']);
      await shared(made, 'b', 'Bob Again');
      expect((await directory.getSharedContact(tenant.tenantId, contactId))?.photo).toBeNull();
      const other = await world(subject);
      await expect(directory.deleteSharedContact(other.tenant.tenantId, contactId)).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    test('give way to a user, an alias or a group that gets their address later: one entry', async () => {
      const made = await world(subject);
      const { directory, tenant, domain, add, alias, names } = made;
      const contactOf = async (local: string) => {
        const address = `${local}@${domain}`;
        const contactId = await sharedContactId(tenant.tenantId, address);
        const contact = { ...NO_ATTRIBUTES, tenantId: tenant.tenantId, contactId, address };
        await directory.putSharedContact({ ...contact, displayName: `Old ${local}` });
        return contactId;
      };
      const ids = [await contactOf('ann'), await contactOf('second'), await contactOf('all')];
      await contactOf('stays');
      expect(await names('old')).toEqual(['Old all', 'Old ann', 'Old second', 'Old stays']);
      const ann = await add('ann', 'New Ann');
      await alias(ann, 'second');
      await directory.createGroup({
        ...{ ...GROUP_DEFAULTS, tenantId: tenant.tenantId, groupId: unique('group') },
        ...{ address: `all@${domain}`, displayName: 'New All' },
      });
      expect(await names('old')).toEqual(['Old stays']);
      expect(await directory.searchPeople(tenant.tenantId, 'ann', 9, null)).toMatchObject({
        ...{ total: 1, people: [{ displayName: 'New Ann', kind: 'user' }] },
      });
      for (const [local, name] of [
        ['ann', 'New Ann'],
        ['second', 'New Ann'],
        ['all', 'New All'],
      ]) {
        const found = await directory.exactPeople(tenant.tenantId, `${local}@${domain}`, 9);
        expect(found.map((one) => one.displayName)).toEqual([name]);
      }
      // Nothing is lost of them, and who has hidden a user has hidden the address.
      expect(await directory.listSharedContacts(tenant.tenantId, '', 9)).toHaveLength(4);
      expect((await directory.getSharedContact(tenant.tenantId, ids[0] ?? ''))?.displayName).toBe('Old ann');
      await directory.setPersonAttributes(tenant.tenantId, ann.userId, { ...NO_ATTRIBUTES, hidden: true });
      expect(await names('ann')).toEqual([]);
      // Those of other tenants are nobody's here.
      const other = await world(subject);
      const abroad = `zoe@${other.domain}`;
      const contactId = await sharedContactId(tenant.tenantId, abroad);
      await directory.putSharedContact({
        ...{ ...NO_ATTRIBUTES, tenantId: tenant.tenantId, contactId, address: abroad, displayName: 'Zoe' },
      });
      await other.add('zoe', 'Their Zoe');
      expect(await names('zoe')).toEqual(['Zoe']);
    });

    test('never have the address of a user, an alias or a group', async () => {
      const made = await world(subject);
      const { directory, tenant, domain, add, alias, names } = made;
      const ann = await add('ann', 'Ann');
      await alias(ann, 'second');
      await directory.createGroup({
        ...{ ...GROUP_DEFAULTS, tenantId: tenant.tenantId, groupId: unique('group') },
        ...{ address: `all@${domain}`, displayName: 'All' },
      });
      for (const local of ['ann', 'second', 'all']) {
        const address = `${local}@${domain}`;
        const contactId = await sharedContactId(tenant.tenantId, address);
        await expect(
          directory.putSharedContact({
            ...{ ...NO_ATTRIBUTES, tenantId: tenant.tenantId, contactId, address, displayName: 'Impostor' },
          }),
        ).rejects.toMatchObject({ code: 'conflict' });
      }
      expect(await names('impostor')).toEqual([]);
      expect(await directory.listSharedContacts(tenant.tenantId, '', 10)).toEqual([]);
    });
  });
}
