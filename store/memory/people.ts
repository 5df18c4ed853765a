import { ConflictError, NotFoundError } from '../../core/errors.ts';
import { type Alias, isClosed, type User } from '../../core/identity/types.ts';
import {
  type Group,
  NO_ATTRIBUTES,
  type Person,
  type PersonAttributes,
  type PhotoRef,
  type SharedContact,
  type TrustedRoot,
  type UserCertificate,
} from '../../core/people/types.ts';
import {
  addressWords,
  attributeWords,
  entryWords,
  exactKey,
  queryWords,
  sortKeyOf,
} from '../../core/people/words.ts';
import type { ErasureSubject } from '../../core/ports/erasure.ts';
import type { PeopleDirectory } from '../../core/ports/people.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

interface Known {
  users: Map<string, User>;
  aliases: Map<string, Alias>;
}

/** The address list over the users and aliases of the directory in memory, and the groups, which hold addresses. */
export function createMemoryPeople(
  { users, aliases }: Known,
  erasables: Erasable[],
): PeopleDirectory & {
  groupAt(address: string): (Group & { members: string[] }) | undefined;
} {
  const attributes = new Map<string, PersonAttributes>();
  const photos = new Map<string, PhotoRef>();
  const certificates = new Map<string, UserCertificate>();
  const roots = new Map<string, TrustedRoot>();
  const groups = new Map<string, Group & { members: string[] }>();
  const contacts = new Map<string, SharedContact>();

  erasables.push(
    erasableRows('directory.people', attributes, (_, { ref }, userId) => userId === ref.mailboxId),
    erasableRows('directory.people', photos, (_, { ref }, userId) => userId === ref.mailboxId),
    erasableRows(
      'directory.certificates',
      certificates,
      ({ tenantId, userId }, { ref }) => tenantId === ref.tenantId && userId === ref.mailboxId,
    ),
    {
      table: 'directory.mail_group_members',
      count: (subject) => membershipsOf(subject).length,
      erase: (subject) => {
        for (const group of membershipsOf(subject)) {
          group.members = group.members.filter((member) => !subject.addresses.includes(member));
        }
      },
    },
  );
  const membershipsOf = ({ ref, addresses }: ErasureSubject) =>
    [...groups.values()].filter(
      ({ tenantId, members }) => tenantId === ref.tenantId && members.some((one) => addresses.includes(one)),
    );
  const groupAt = (address: string) => [...groups.values()].find((g) => g.address === address);
  const requireUser = (tenantId: string, userId: string) => {
    if (users.get(userId)?.tenantId !== tenantId) throw new NotFoundError('no such user');
  };
  const requireGroup = (tenantId: string, groupId: string) => {
    const group = groups.get(groupId);
    if (group?.tenantId !== tenantId) throw new NotFoundError('no such group');
    return group;
  };
  const personOf = (user: User): Person => ({
    ...(attributes.get(user.userId) ?? NO_ATTRIBUTES),
    kind: 'user',
    personId: user.userId,
    address: user.address,
    displayName: user.displayName,
    sortKey: sortKeyOf(user),
    photo: photos.get(user.userId) ?? null,
  });
  const groupEntry = (group: Group): Person => ({
    ...NO_ATTRIBUTES,
    hidden: group.hidden,
    kind: 'group',
    personId: group.groupId,
    address: group.address,
    displayName: group.displayName,
    sortKey: sortKeyOf(group),
    photo: null,
  });
  const contactEntry = ({ tenantId: _tenantId, contactId, ...contact }: SharedContact): Person => ({
    ...contact,
    kind: 'contact',
    personId: contactId,
    sortKey: sortKeyOf(contact),
    photo: photos.get(contactId) ?? null,
  });
  const wordsOf = (person: Person): string[] => [
    ...entryWords(person),
    ...attributeWords(person),
    ...[...aliases.values()]
      .filter((a) => a.userId === person.personId)
      .flatMap((a) => addressWords(a.address)),
  ];
  /** Whether somebody of the tenant has got the address. */
  const isOfTenant = (tenantId: string, address: string) =>
    groupAt(address)?.tenantId === tenantId ||
    aliases.get(address)?.tenantId === tenantId ||
    [...users.values()].some((u) => u.address === address && u.tenantId === tenantId);
  /** Entries of the tenant that anybody may find, in order. */
  const listed = (tenantId: string): Person[] =>
    [
      ...[...users.values()].filter((u) => u.tenantId === tenantId && !isClosed(u)).map(personOf),
      ...[...groups.values()].filter((g) => g.tenantId === tenantId).map(groupEntry),
      ...[...contacts.values()]
        .filter((c) => c.tenantId === tenantId && !isOfTenant(tenantId, c.address))
        .map(contactEntry),
    ]
      .filter((p) => !p.hidden)
      .sort((a, b) => compareText(a.sortKey, b.sortKey) || compareText(a.personId, b.personId));

  return {
    groupAt,
    async searchPeople(tenantId, text, limit, after) {
      const query = queryWords(text);
      if (query.length === 0) return { people: [], total: 0 };
      const found = listed(tenantId).filter((p) => {
        const words = wordsOf(p);
        return query.every((q) => words.some((w) => w.startsWith(q)));
      });
      const rest = found.filter(
        (p) =>
          after === null ||
          compareText(p.sortKey, after.sortKey) > 0 ||
          (p.sortKey === after.sortKey && compareText(p.personId, after.personId) > 0),
      );
      return structuredClone({ people: rest.slice(0, limit), total: found.length });
    },
    async exactPeople(tenantId, text, limit) {
      const key = exactKey(text);
      return structuredClone(
        listed(tenantId)
          .filter((p) => key !== null && wordsOf(p).includes(key))
          .slice(0, limit),
      );
    },
    async getPerson(tenantId, userId) {
      const user = users.get(userId);
      return user?.tenantId === tenantId ? structuredClone(personOf(user)) : null;
    },
    async peopleAt(tenantId, addresses) {
      const found = new Map<string, Person>();
      for (const address of addresses) {
        const alias = aliases.get(address);
        const user =
          [...users.values()].find((u) => u.address === address) ??
          (alias === undefined ? undefined : users.get(alias.userId));
        if (user?.tenantId === tenantId && !isClosed(user)) found.set(address, personOf(user));
      }
      return structuredClone(found);
    },

    async setPersonAttributes(tenantId, userId, { hidden, ...texts }) {
      requireUser(tenantId, userId);
      const fitted = Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, fitText(v, 512)]));
      attributes.set(userId, { ...(fitted as Omit<PersonAttributes, 'hidden'>), hidden });
    },
    async setPersonPhoto(tenantId, personId, photo) {
      if (contacts.get(personId)?.tenantId !== tenantId) requireUser(tenantId, personId);
      if (photo === null) photos.delete(personId);
      else photos.set(personId, { ...photo });
    },

    async putCertificate(certificate) {
      const key = JSON.stringify([certificate.userId, certificate.fingerprint]);
      if (!certificates.has(key)) {
        certificates.set(key, { ...certificate, subject: fitText(certificate.subject, 1024) });
      }
    },
    async deleteCertificate(tenantId, userId, fingerprint) {
      const key = JSON.stringify([userId, fingerprint]);
      if (certificates.get(key)?.tenantId !== tenantId) throw new NotFoundError('no such certificate');
      certificates.delete(key);
    },
    listCertificates: async (tenantId, userIds) =>
      structuredClone(
        [...certificates.values()]
          .filter((c) => c.tenantId === tenantId && userIds.includes(c.userId))
          .sort(
            (a, b) =>
              compareText(a.userId, b.userId) ||
              b.notAfter - a.notAfter ||
              compareText(a.fingerprint, b.fingerprint),
          ),
      ),

    async putTrustedRoot(root) {
      const key = JSON.stringify([root.tenantId, root.fingerprint]);
      if (!roots.has(key)) roots.set(key, { ...root, subject: fitText(root.subject, 1024) });
    },
    async deleteTrustedRoot(tenantId, fingerprint) {
      if (!roots.delete(JSON.stringify([tenantId, fingerprint])))
        throw new NotFoundError('no such trusted root');
    },
    listTrustedRoots: async (tenantId) =>
      structuredClone(
        [...roots.values()]
          .filter((r) => r.tenantId === tenantId)
          .sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
      ),

    async putSharedContact({ hidden, ...texts }) {
      const { tenantId, contactId, address } = texts;
      const taken =
        groupAt(address) !== undefined ||
        aliases.has(address) ||
        [...users.values()].some((u) => u.address === address) ||
        (contacts.get(contactId)?.tenantId ?? tenantId) !== tenantId;
      if (taken) throw new ConflictError('address is taken');
      const fitted = Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, fitText(v, 512)]));
      const displayName = fitText(texts.displayName, 1024);
      contacts.set(contactId, {
        ...(fitted as Omit<SharedContact, 'hidden'>),
        ...{ tenantId, contactId, address, displayName, hidden },
      });
    },
    async deleteSharedContact(tenantId, contactId) {
      if (contacts.get(contactId)?.tenantId !== tenantId) throw new NotFoundError('no such contact');
      contacts.delete(contactId);
      photos.delete(contactId);
    },
    async getSharedContact(tenantId, contactId) {
      const contact = contacts.get(contactId);
      return contact?.tenantId === tenantId ? structuredClone(contactEntry(contact)) : null;
    },
    listSharedContacts: async (tenantId, after, limit) =>
      structuredClone(
        [...contacts.values()]
          .filter((c) => c.tenantId === tenantId && compareText(c.address, after) > 0)
          .sort((a, b) => compareText(a.address, b.address))
          .slice(0, limit)
          .map(contactEntry),
      ),

    async createGroup(group) {
      const there = groupAt(group.address);
      if (there?.groupId === group.groupId) return;
      const taken =
        there !== undefined ||
        groups.has(group.groupId) ||
        aliases.has(group.address) ||
        [...users.values()].some((u) => u.address === group.address);
      if (taken) throw new ConflictError('address is taken');
      groups.set(group.groupId, { ...group, displayName: fitText(group.displayName, 1024), members: [] });
    },
    async updateGroup(tenantId, groupId, { displayName, senders, externalMembers, hidden }) {
      const fitted = fitText(displayName, 1024);
      Object.assign(requireGroup(tenantId, groupId), {
        displayName: fitted,
        senders,
        externalMembers,
        hidden,
      });
    },
    async deleteGroup(tenantId, groupId) {
      requireGroup(tenantId, groupId);
      groups.delete(groupId);
    },
    async findGroup(tenantId, address) {
      const group = groupAt(address);
      return group?.tenantId === tenantId ? bare(group) : null;
    },
    listGroups: async (tenantId) =>
      [...groups.values()]
        .filter((g) => g.tenantId === tenantId)
        .sort((a, b) => compareText(a.address, b.address))
        .map(bare),
    async setGroupMembers(tenantId, groupId, addresses) {
      requireGroup(tenantId, groupId).members = [...new Set(addresses)].sort(compareText);
    },
    async groupMembers(tenantId, groupId, limit) {
      const group = groups.get(groupId);
      return group?.tenantId === tenantId ? group.members.slice(0, limit) : [];
    },
  };
}

function bare({ members: _members, ...group }: Group & { members: string[] }): Group {
  return group;
}
