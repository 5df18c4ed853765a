/** What the address list tells of a user beside address and name; '' where nothing is given. */
export interface PersonView {
  address: string;
  firstName: string;
  lastName: string;
  title: string;
  office: string;
  company: string;
  phone: string;
  homePhone: string;
  mobilePhone: string;
  /** Not found in the address list. */
  hidden: boolean;
  photo: { mediaType: string; size: number } | null;
}

/** Fields that are left out stay as they are. */
export type SetPerson = Partial<Omit<PersonView, 'address' | 'photo'>>;

/** Somebody outside of the tenant whom its address list has. */
export interface SharedContactView extends PersonView {
  displayName: string;
}

/** Fields that are left out stay as they are, and are empty in a new contact. */
export type SetSharedContact = Partial<Omit<SharedContactView, 'address' | 'photo'>>;

/** An S/MIME certificate of a user, or a certification authority that a tenant trusts. */
export interface CertificateView {
  /** SHA-256 of the certificate, in hex. */
  fingerprint: string;
  subject: string;
  notBefore: number;
  notAfter: number;
}

export interface AddCertificate {
  /** PEM, or base64 of DER. */
  certificate: string;
}

/** Of a calendar that others may see or edit. */
export interface CalendarShareView {
  owner: string;
  folderId: string;
  /** Name of the calendar. */
  folder: string;
  /** Address of a user, or `everybody` of the tenant. */
  grantee: string;
  /** null: rights that no word stands for. */
  level: ShareLevelName | null;
  rights: string[];
}

/**
 * none: not even when one is busy. freebusy: when. detail: what and where. read: all of it. edit: and change it.
 * delegate: and get the owner's invitations, and answer them.
 */
type ShareLevelName = 'none' | 'freebusy' | 'detail' | 'read' | 'edit' | 'delegate';

export interface ShareCalendar {
  level: ShareLevelName;
  /** Id or name of the calendar; the default one without it. */
  folder?: string | undefined;
}

/** When a user is at work. */
export interface WorkingHoursView {
  days: ('mo' | 'tu' | 'we' | 'th' | 'fr' | 'sa' | 'su')[];
  /** Minutes after midnight. */
  start: number;
  end: number;
  /** IANA name. */
  timeZone: string;
}

export interface GroupView {
  address: string;
  groupId: string;
  tenantId: string;
  displayName: string;
  /** Whose mail it takes: anybody's, that of signed-in users of the tenant, or that of its members. */
  senders: 'anyone' | 'inside' | 'members';
  /** Members at other hosts get its mail. */
  externalMembers: boolean;
  /** Kept out of the address list. */
  hidden: boolean;
  members: string[];
}

/** What is left out stays. */
export interface SetGroup {
  displayName?: string | undefined;
  senders?: GroupView['senders'] | undefined;
  externalMembers?: boolean | undefined;
  hidden?: boolean | undefined;
}

export interface CreateGroup extends SetGroup {
  address: string;
  members?: string[] | undefined;
}

/** GET and PUT /users/:address/resource */
export interface ResourceView {
  address: string;
  /** null for an ordinary user. */
  resource: {
    kind: 'room' | 'equipment';
    /** Answers invitations by itself. */
    autoAccept: boolean;
    /** Takes several meetings at one time. */
    allowConflicts: boolean;
    /** Longest meeting, or null for no limit. */
    maxMinutes: number | null;
    /** Days from now within which a meeting must lie, or null for no limit. */
    windowDays: number | null;
  } | null;
}

/** A change of it: what is left out stays; of the kind `none` it is an ordinary user. */
export interface SetResource {
  kind?: 'room' | 'equipment' | 'none' | undefined;
  autoAccept?: boolean | undefined;
  allowConflicts?: boolean | undefined;
  maxMinutes?: number | null | undefined;
  windowDays?: number | null | undefined;
}
