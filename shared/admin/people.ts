import * as z from 'zod';
import { at, count } from './common.ts';

/** What the address list tells of a user beside address and name; '' where nothing is given. */
export const personView = z.object({
  address: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  title: z.string(),
  office: z.string(),
  company: z.string(),
  phone: z.string(),
  homePhone: z.string(),
  mobilePhone: z.string(),
  hidden: z.boolean().describe('Not found in the address list.'),
  photo: z.object({ mediaType: z.string(), size: count }).nullable(),
});
export type PersonView = z.infer<typeof personView>;

/** Fields that are left out stay as they are. */
export type SetPerson = Partial<Omit<PersonView, 'address' | 'photo'>>;

/** Somebody outside of the tenant whom its address list has. */
export const sharedContactView = personView.extend({ displayName: z.string() });
export type SharedContactView = z.infer<typeof sharedContactView>;

/** Fields that are left out stay as they are, and are empty in a new contact. */
export type SetSharedContact = Partial<Omit<SharedContactView, 'address' | 'photo'>>;

/** An S/MIME certificate of a user, or a certification authority that a tenant trusts. */
export const certificateView = z.object({
  fingerprint: z.string().describe('SHA-256 of the certificate, in hex.'),
  subject: z.string(),
  notBefore: at,
  notAfter: at,
});
export type CertificateView = z.infer<typeof certificateView>;

export interface AddCertificate {
  /** PEM, or base64 of DER. */
  certificate: string;
}

const shareLevelName = z
  .enum(['none', 'freebusy', 'detail', 'read', 'edit', 'delegate'])
  .describe(
    'none: not even when one is busy. freebusy: when. detail: what and where. read: all of it. edit: and change it. ' +
      "delegate: and get the owner's invitations, and answer them.",
  );
type ShareLevelName = z.infer<typeof shareLevelName>;

/** Of a calendar that others may see or edit. */
export const calendarShareView = z.object({
  owner: z.string(),
  folderId: z.string(),
  folder: z.string().describe('Name of the calendar.'),
  grantee: z.string().describe('Address of a user, or `everybody` of the tenant.'),
  level: shareLevelName.nullable().describe('null: rights that no word stands for.'),
  rights: z.array(z.string()),
});
export type CalendarShareView = z.infer<typeof calendarShareView>;

export interface ShareCalendar {
  level: ShareLevelName;
  /** Id or name of the calendar; the default one without it. */
  folder?: string | undefined;
}

const minuteOfDay = z.int().min(0).max(1440).describe('Minutes after midnight.');

/** When a user is at work. */
export const workingHoursView = z.object({
  days: z.array(z.enum(['mo', 'tu', 'we', 'th', 'fr', 'sa', 'su'])),
  start: minuteOfDay,
  end: minuteOfDay,
  timeZone: z.string().describe('IANA name.'),
});
export type WorkingHoursView = z.infer<typeof workingHoursView>;

export const groupView = z.object({
  address: z.string(),
  groupId: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  senders: z
    .enum(['anyone', 'inside', 'members'])
    .describe(
      "Whose mail it takes: anybody's, that of signed-in users of the tenant, or that of its members.",
    ),
  externalMembers: z.boolean().describe('Members at other hosts get its mail.'),
  hidden: z.boolean().describe('Kept out of the address list.'),
  members: z.array(z.string()).describe('In a list: the first 20 of them.'),
  memberCount: count,
});
export type GroupView = z.infer<typeof groupView>;

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

export const resourceView = z.object({
  address: z.string(),
  resource: z
    .object({
      kind: z.enum(['room', 'equipment']),
      autoAccept: z.boolean().describe('Answers invitations by itself.'),
      allowConflicts: z.boolean().describe('Takes several meetings at one time.'),
      maxMinutes: count.nullable().describe('Longest meeting, or null for no limit.'),
      windowDays: count
        .nullable()
        .describe('Days from now within which a meeting must lie, or null for no limit.'),
    })
    .nullable()
    .describe('null for an ordinary user.'),
});
export type ResourceView = z.infer<typeof resourceView>;

/** A change of it: what is left out stays; of the kind `none` it is an ordinary user. */
export interface SetResource {
  kind?: 'room' | 'equipment' | 'none' | undefined;
  autoAccept?: boolean | undefined;
  allowConflicts?: boolean | undefined;
  maxMinutes?: number | null | undefined;
  windowDays?: number | null | undefined;
}
