import { describe, expect, test } from 'vitest';
import type { User } from '../../core/identity/types.ts';
import { NO_ATTRIBUTES, type Person } from '../../core/people/types.ts';
import { peopleWorld as world } from './people-world.ts';
import { type Subject, unique } from './subject.ts';

/** The address list and the certificates of those in it. */
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
