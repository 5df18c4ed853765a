import { describe, expect, test } from 'vitest';
import type { Tenant, User } from '../../core/identity/types.ts';
import { sharedContactId } from '../../core/people/shared-contact.ts';
import { GROUP_DEFAULTS, NO_ATTRIBUTES, type Person } from '../../core/people/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import { type Subject, unique } from './subject.ts';

interface World {
  directory: DirectoryStore;
  tenant: Tenant;
  domain: string;
  add(local: string, displayName: string, over?: Partial<User>): Promise<User>;
  alias(user: User, local: string): Promise<void>;
  /** Names of those who are found, in order. */
  names(text: string): Promise<string[]>;
}

async function world(subject: Subject): Promise<World> {
  const { directory } = await subject.open();
  const tenant: Tenant = { tenantId: unique('tenant'), name: 'T', status: 'active', mailShard: 'MAIL_1' };
  const domain = `${unique('domain')}.example`;
  await directory.createTenant(tenant);
  await directory.createDomain({ domain, tenantId: tenant.tenantId, catchAllUserId: null, enabled: true });
  return {
    directory,
    tenant,
    domain,
    async add(local, displayName, over) {
      const user: User = {
        userId: unique('user'),
        tenantId: tenant.tenantId,
        address: `${local}@${domain}`,
        displayName,
        status: 'active',
        quotaBytes: null,
        createdAt: 5,
        ...over,
      };
      await directory.createUser(user);
      return user;
    },
    async alias(user, local) {
      await directory.createAlias({
        address: `${local}@${domain}`,
        tenantId: tenant.tenantId,
        userId: user.userId,
        enabled: true,
      });
    },
    async names(text) {
      return (await directory.searchPeople(tenant.tenantId, text, 100, null)).people.map(
        (p) => p.displayName || p.address,
      );
    },
  };
}

export function peopleContract(subject: Subject): void {
  describe('the address list', () => {
    test('is searched by the beginnings of the words of what is known of a person', async () => {
      const { directory, tenant, domain, add, alias, names } = await world(subject);
      const ann = await add('ann.lee', 'Ann Lee');
      await add('bob', 'Böb Nováková-Lee');
      await add('carol', '');
      await add('taro', '山田太郎');
      await alias(ann, 'purchasing');
      await directory.setPersonAttributes(tenant.tenantId, ann.userId, {
        ...NO_ATTRIBUTES,
        firstName: 'Anneliese',
        lastName: 'Leeuwen',
        office: 'Building 7',
        company: 'Ministry of Silly Walks',
        title: 'Clerk',
        phone: '+1 555 0100',
      });
      expect(await names('LEE')).toEqual(['Ann Lee', 'Böb Nováková-Lee']);
      expect(await names('bob')).toEqual(['Böb Nováková-Lee']);
      expect(await names('bÓb nova')).toEqual(['Böb Nováková-Lee']);
      for (const text of [
        'anneli',
        'leeuw',
        'purch',
        'building',
        'silly min',
        `ann.lee@${domain}`,
        'lee, ann',
      ]) {
        expect(await names(text), text).toEqual(['Ann Lee']);
      }
      expect(await names('caro')).toEqual([`carol@${domain}`]);
      expect(await names('太郎')).toEqual(['山田太郎']);
      expect(await names('山')).toEqual(['山田太郎']);
      for (const text of ['clerk', '555', 'ilding', '', ' ', '=', '%', 'x_n']) {
        expect(await names(text), text).toEqual([]);
      }
      await directory.setPersonAttributes(tenant.tenantId, ann.userId, NO_ATTRIBUTES);
      expect(await names('anneli')).toEqual([]);
      expect(await names('ann')).toEqual(['Ann Lee']);
    });

    test('is in order of name, in pages that keep their place, with the number of all that fit', async () => {
      const { directory, tenant, add } = await world(subject);
      const shown = ['delta x', 'Alpha x', 'charlie x', 'Bravo x', 'echo x'];
      for (const [i, name] of shown.entries()) await add(`u${i}`, name);
      const seen: string[] = [];
      let after: Person | null = null;
      for (;;) {
        const page = await directory.searchPeople(tenant.tenantId, 'x', 2, after);
        expect(page.total).toBe(5);
        seen.push(...page.people.map((p) => p.displayName));
        after = page.people.at(-1) ?? null;
        if (page.people.length < 2) break;
      }
      expect(seen).toEqual(['Alpha x', 'Bravo x', 'charlie x', 'delta x', 'echo x']);
    });

    test('shows no tenant the people of another, and nobody who is hidden or disabled', async () => {
      const one = await world(subject);
      const two = await world(subject);
      const secret = await one.add('secret', 'Zed Secret');
      const gone = await one.add('gone', 'Zed Gone');
      await one.add('here', 'Zed Here');
      await two.add('other', 'Zed Other');
      await one.directory.setPersonAttributes(one.tenant.tenantId, secret.userId, {
        ...NO_ATTRIBUTES,
        hidden: true,
      });
      await one.directory.setUserStatus(one.tenant.tenantId, gone.userId, 'disabled');
      expect(await one.names('zed')).toEqual(['Zed Here']);
      expect(await two.names('zed')).toEqual(['Zed Other']);
      expect(await one.directory.exactPeople(one.tenant.tenantId, 'zed secret', 10)).toEqual([]);
      expect(await one.directory.getPerson(two.tenant.tenantId, secret.userId)).toBeNull();
      await expect(
        one.directory.setPersonAttributes(two.tenant.tenantId, secret.userId, NO_ATTRIBUTES),
      ).rejects.toMatchObject({ code: 'not-found' });
      const at = [secret, gone].map((u) => u.address);
      expect([...(await one.directory.peopleAt(one.tenant.tenantId, at)).keys()]).toEqual([secret.address]);
      expect((await two.directory.peopleAt(two.tenant.tenantId, at)).size).toBe(0);
    });

    test('finds one by whole name, alias or address, and confuses no addresses', async () => {
      const { directory, tenant, domain, add, alias } = await world(subject);
      const user = await add('ann_lee', 'Ann Lee');
      await add('ann_lee2', 'Ann Lee-Smith');
      await alias(user, 'a.l');
      const exact = async (text: string) =>
        (await directory.exactPeople(tenant.tenantId, text, 10)).map((p) => p.displayName);
      for (const text of [
        'ann lee',
        'ANN_LEE',
        `ann_lee@${domain}`,
        `Ann <A.L@${domain.toUpperCase()}>`,
        'a.l',
      ]) {
        expect(await exact(text), text).toEqual(['Ann Lee']);
      }
      for (const text of ['ann', 'lee', `ann-lee@${domain}`, `a-l@${domain}`, '', '@']) {
        expect(await exact(text), text).toEqual([]);
      }
      const found = await directory.peopleAt(tenant.tenantId, [`a.l@${domain}`, `x@${domain}`]);
      expect([...found].map(([address, p]) => [address, p.address])).toEqual([
        [`a.l@${domain}`, `ann_lee@${domain}`],
      ]);
      expect(await directory.peopleAt(tenant.tenantId, [])).toEqual(new Map());
    });

    test('takes the longest names, in any script', async () => {
      const { directory, tenant, add, names } = await world(subject);
      const long = '𠀋'.repeat(250);
      const user = await add('long', long);
      expect(await names(long)).toEqual([long]);
      expect(await names('𠀋'.repeat(50))).toEqual([long]);
      const [found] = await directory.exactPeople(tenant.tenantId, long, 10);
      expect(found?.personId).toBe(user.userId);
      expect(found?.sortKey).toBe('𠀋'.repeat(64));
    });

    test('an address that is refused leaves no entry and no words', async () => {
      const { directory, tenant, domain, add, alias, names } = await world(subject);
      const ann = await add('ann', 'Ann');
      await expect(add('ann', 'Impostor')).rejects.toMatchObject({ code: 'conflict' });
      await add('bob', 'Bob');
      await expect(alias(ann, 'bob')).rejects.toMatchObject({ code: 'conflict' });
      expect(await names('impostor')).toEqual([]);
      expect(await names('bob')).toEqual(['Bob']);
      const group = {
        tenantId: tenant.tenantId,
        groupId: unique('group'),
        address: `ann@${domain}`,
        displayName: 'Fake',
        ...{ senders: 'anyone' as const, externalMembers: true, hidden: false },
      };
      await expect(directory.createGroup(group)).rejects.toMatchObject({ code: 'conflict' });
      expect(await names('fake')).toEqual([]);
    });

    test('keeps what a person has, photo and attributes apart', async () => {
      const { directory, tenant, domain, add } = await world(subject);
      const ann = await add('ann', 'Ann');
      const attributes = { ...NO_ATTRIBUTES, title: 'Chef', homePhone: '1', mobilePhone: '2' };
      const photo = { key: 'photos/t/u/1', mediaType: 'image/png' as const, size: 12 };
      await directory.setPersonAttributes(tenant.tenantId, ann.userId, attributes);
      await directory.setPersonPhoto(tenant.tenantId, ann.userId, photo);
      const person = {
        ...attributes,
        kind: 'user',
        personId: ann.userId,
        address: `ann@${domain}`,
        displayName: 'Ann',
        sortKey: 'ann',
        photo,
      };
      expect(await directory.getPerson(tenant.tenantId, ann.userId)).toEqual(person);
      expect((await directory.searchPeople(tenant.tenantId, 'ann', 9, null)).people).toEqual([person]);
      await directory.setPersonPhoto(tenant.tenantId, ann.userId, null);
      expect(await directory.getPerson(tenant.tenantId, ann.userId)).toEqual({ ...person, photo: null });
      await expect(directory.setPersonPhoto(tenant.tenantId, 'absent', null)).rejects.toMatchObject({
        code: 'not-found',
      });
    });
  });

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

  describe('certificates', () => {
    test('are kept for each user, and trusted roots for each tenant', async () => {
      const { directory, tenant, add } = await world(subject);
      const ann = await add('ann', 'Ann');
      const bob = await add('bob', 'Bob');
      const certificate = (user: User, fingerprint: string, notAfter: number) => ({
        tenantId: tenant.tenantId,
        userId: user.userId,
        fingerprint,
        der: 'AAAA',
        subject: 'CN=x',
        notBefore: 1,
        notAfter,
      });
      const [old, now, his] = [
        certificate(ann, 'f1', 5),
        certificate(ann, 'f2', 9),
        certificate(bob, 'f1', 7),
      ];
      for (const c of [old, now, his, old]) await directory.putCertificate(c);
      expect(await directory.listCertificates(tenant.tenantId, [ann.userId])).toEqual([now, old]);
      expect(await directory.listCertificates(tenant.tenantId, [ann.userId, bob.userId])).toHaveLength(3);
      expect(await directory.listCertificates('other', [ann.userId])).toEqual([]);
      expect(await directory.listCertificates(tenant.tenantId, [])).toEqual([]);
      const notFound = { code: 'not-found' };
      await expect(directory.deleteCertificate('other', ann.userId, 'f1')).rejects.toMatchObject(notFound);
      await directory.deleteCertificate(tenant.tenantId, ann.userId, 'f1');
      expect(await directory.listCertificates(tenant.tenantId, [ann.userId, bob.userId])).toHaveLength(2);

      const root = { tenantId: tenant.tenantId, fingerprint: 'r', der: 'BBBB', subject: 'CN=root' };
      await directory.putTrustedRoot(root);
      await directory.putTrustedRoot(root);
      expect(await directory.listTrustedRoots(tenant.tenantId)).toEqual([root]);
      expect(await directory.listTrustedRoots('other')).toEqual([]);
      await expect(directory.deleteTrustedRoot('other', 'r')).rejects.toMatchObject(notFound);
      await directory.deleteTrustedRoot(tenant.tenantId, 'r');
      expect(await directory.listTrustedRoots(tenant.tenantId)).toEqual([]);
    });
  });
}
