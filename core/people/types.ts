/** What the address list tells of a user beside address and name. '' means not given. */
export interface PersonAttributes {
  firstName: string;
  lastName: string;
  title: string;
  office: string;
  company: string;
  phone: string;
  homePhone: string;
  mobilePhone: string;
  /** Not found by anybody who searches the address list. */
  hidden: boolean;
}

export const NO_ATTRIBUTES: PersonAttributes = {
  firstName: '',
  lastName: '',
  title: '',
  office: '',
  company: '',
  phone: '',
  homePhone: '',
  mobilePhone: '',
  hidden: false,
};

export interface PhotoRef {
  /** Key of the bytes in the photo store. */
  key: string;
  mediaType: 'image/jpeg' | 'image/png';
  /** Bytes. */
  size: number;
}

/** An entry of the address list (MS-ASCMD: GAL): a user of the tenant, a distribution group, or a shared contact. */
export interface Person extends PersonAttributes {
  kind: 'user' | 'group' | 'contact';
  /** User id, group id or contact id. */
  personId: string;
  /** Primary address, canonical. */
  address: string;
  displayName: string;
  /** Folded display name by which the address list is ordered. */
  sortKey: string;
  photo: PhotoRef | null;
}

/** Somebody outside of the tenant whom its address list has. */
export interface SharedContact extends PersonAttributes {
  tenantId: string;
  /** Of `sharedContactId`: a tenant has one contact of an address. */
  contactId: string;
  /** Canonical. */
  address: string;
  displayName: string;
}

/** Keyset position in the address list: after this entry. */
export interface PersonCursor {
  sortKey: string;
  personId: string;
}

/** An S/MIME certificate of a user. */
export interface UserCertificate {
  tenantId: string;
  userId: string;
  /** Lower-case hex SHA-256 of the DER. */
  fingerprint: string;
  /** DER in base64, one line. */
  der: string;
  subject: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

/** A certification authority that the tenant trusts when certificates are checked. */
export interface TrustedRoot {
  tenantId: string;
  fingerprint: string;
  der: string;
  subject: string;
}

/** anyone: also people outside. inside: signed-in users of the tenant. members: its members, wherever they are. */
export type GroupSenders = 'anyone' | 'inside' | 'members';

/** What may change of a group, beside its members. */
export interface GroupSettings {
  displayName: string;
  /** Whose mail the group takes. */
  senders: GroupSenders;
  /** Whether members at addresses outside of the installation get a copy. */
  externalMembers: boolean;
  /** Not found by anybody who searches the address list. */
  hidden: boolean;
}

export const GROUP_DEFAULTS: GroupSettings = {
  ...{ displayName: '', senders: 'inside', externalMembers: true, hidden: false },
};

/** A distribution group: mail for its address goes to its members. */
export interface Group extends GroupSettings {
  tenantId: string;
  groupId: string;
  /** Canonical; no user, alias or group of any tenant has the same. */
  address: string;
}

/** Name that an address list entry is shown under, never ''. */
export function nameOf(person: { displayName: string; address: string }): string {
  return person.displayName === '' ? person.address : person.displayName;
}

/** Local part of the address: what MS-ASCMD calls the alias of an entry. */
export function aliasOf(person: { address: string }): string {
  return person.address.slice(0, person.address.lastIndexOf('@'));
}
