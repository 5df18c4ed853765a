import type {
  Group,
  GroupSettings,
  Person,
  PersonAttributes,
  PersonCursor,
  PhotoRef,
  SharedContact,
  TrustedRoot,
  UserCertificate,
} from '../people/types.ts';

/**
 * The address list of each tenant: its users with their attributes, distribution groups, and shared contacts. Searching leaves out
 * hidden entries and users who are disabled.
 */
export interface PeopleDirectory {
  /**
   * Entries of which every word of the text begins a word of display name, first or last name, address, alias, office
   * or company, in order of (sortKey, personId). `total` counts all that fit, wherever the page begins. A text without
   * letters or digits finds nothing.
   */
  searchPeople(
    tenantId: string,
    text: string,
    limit: number,
    after: PersonCursor | null,
  ): Promise<{ people: Person[]; total: number }>;
  /**
   * Entries that have exactly this address or alias address (canonical), or exactly this display name or local part of
   * an address without regard to case; at most `limit`.
   */
  exactPeople(tenantId: string, text: string, limit: number): Promise<Person[]>;
  /** The entry of a user, also a hidden one; null when there is no such user. */
  getPerson(tenantId: string, userId: string): Promise<Person | null>;

  /** Rejects with NotFoundError when there is no such user. */
  setPersonAttributes(tenantId: string, userId: string, attributes: PersonAttributes): Promise<void>;
  /** Of a user or a shared contact. null takes the photo away. Rejects with NotFoundError when there is none such. */
  setPersonPhoto(tenantId: string, personId: string, photo: PhotoRef | null): Promise<void>;

  /** Repeating it changes nothing. */
  putCertificate(certificate: UserCertificate): Promise<void>;
  /** Rejects with NotFoundError when the user has no such certificate. */
  deleteCertificate(tenantId: string, userId: string, fingerprint: string): Promise<void>;
  /** In order of user and of notAfter, the newest first. */
  listCertificates(tenantId: string, userIds: readonly string[]): Promise<UserCertificate[]>;

  putTrustedRoot(root: TrustedRoot): Promise<void>;
  deleteTrustedRoot(tenantId: string, fingerprint: string): Promise<void>;
  listTrustedRoots(tenantId: string): Promise<TrustedRoot[]>;

  /**
   * Adds a shared contact, or replaces all of it but its photo. Rejects with ConflictError when a user, an alias or a
   * group has the address.
   */
  putSharedContact(contact: SharedContact): Promise<void>;
  /** With its words. Rejects with NotFoundError when there is no such contact. */
  deleteSharedContact(tenantId: string, contactId: string): Promise<void>;
  /** Also a hidden one; null when there is none. */
  getSharedContact(tenantId: string, contactId: string): Promise<Person | null>;
  /** All, hidden ones too, in order of address, after this one. */
  listSharedContacts(tenantId: string, after: string, limit: number): Promise<Person[]>;

  /** Rejects with ConflictError when a user, an alias or a group has the address. */
  createGroup(group: Group): Promise<void>;
  /** Rejects with NotFoundError when there is no such group. */
  updateGroup(tenantId: string, groupId: string, settings: GroupSettings): Promise<void>;
  /** With its members. Rejects with NotFoundError when there is no such group. */
  deleteGroup(tenantId: string, groupId: string): Promise<void>;
  /** By address, of this tenant. */
  findGroup(tenantId: string, address: string): Promise<Group | null>;
  /** In order of address. */
  listGroups(tenantId: string): Promise<Group[]>;
  /** Replaces the members: canonical addresses, of any domain. Rejects with NotFoundError. */
  setGroupMembers(tenantId: string, groupId: string, addresses: readonly string[]): Promise<void>;
  /** Addresses in their order, at most `limit`. */
  groupMembers(tenantId: string, groupId: string, limit: number): Promise<string[]>;
  /** Entries of users of this tenant with one of these primary or alias addresses. */
  peopleAt(tenantId: string, addresses: readonly string[]): Promise<Map<string, Person>>;
}
