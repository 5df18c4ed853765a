import * as z from 'zod';
import { id, ifMatch, mailbox, modseq, page, pageOf, time } from './common.ts';

/** Entries of a map by ids without meaning (RFC 8984 1.4.1, RFC 9553 1.4.1). */
const map = z.record(z.string().min(1).max(255), z.looseObject({}));
const words = z.string().max(100_000);

/** RFC 8984: what is not named here is kept as it comes. */
export const eventDocument = z.looseObject({
  '@type': z.literal('Event'),
  uid: z.string().min(1).max(1000).optional(),
  title: words.optional(),
  description: words.optional(),
  start: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'a local date and time'),
  duration: z.string().max(50).optional(),
  timeZone: z.string().max(255).nullable().optional(),
  showWithoutTime: z.boolean().optional(),
  status: z.string().max(50).optional(),
  freeBusyStatus: z.string().max(50).optional(),
  privacy: z.string().max(50).optional(),
  keywords: z.record(z.string(), z.literal(true)).optional(),
  locations: map.optional(),
  virtualLocations: map.optional(),
  participants: map.optional(),
  alerts: z.record(z.string(), z.looseObject({ trigger: z.looseObject({}) })).optional(),
  links: z.record(z.string(), z.looseObject({ href: z.string() })).optional(),
  recurrenceRules: z
    .array(z.looseObject({ frequency: z.string() }))
    .max(20)
    .optional(),
  excludedRecurrenceRules: z
    .array(z.looseObject({ frequency: z.string() }))
    .max(20)
    .optional(),
  recurrenceOverrides: map.optional(),
});

/** RFC 9553: what is not named here is kept as it comes. */
const cardDocument = z.looseObject({
  '@type': z.literal('Card'),
  uid: z.string().min(1).max(1000).optional(),
  kind: z.string().max(50).optional(),
  name: z.looseObject({ full: z.string().optional() }).optional(),
  emails: z.record(z.string(), z.looseObject({ address: z.string() })).optional(),
  phones: z.record(z.string(), z.looseObject({ number: z.string() })).optional(),
  addresses: map.optional(),
  organizations: map.optional(),
});

const stored = z.looseObject({ '@type': z.string() });
const item = z.object({ id, folder: id, modseq, size: z.int(), document: stored });
export const calendarItem = item.extend({ startsAt: time.nullable(), endsAt: time.nullable() });
export const contactItem = item;
export const calendarPage = pageOf(calendarItem);
export const contactPage = pageOf(contactItem);

export const listEventsInput = z.strictObject({
  ...mailbox,
  /** All calendars of the mailbox when it is not given with `from` and `to`. */
  folder: id.optional(),
  /** Events that may take place between the two, by their start. Without them: all, by their ids. */
  from: time.optional(),
  to: time.optional(),
  ...page,
});
export const listContactsInput = z.strictObject({ ...mailbox, folder: id.default('contacts'), ...page });
export const getObjectInput = z.strictObject({ ...mailbox, id });

const key = z.string().min(1).max(200).optional();
/** Attendees are told. */
const notify = z.boolean().default(false);
/** A merge patch (RFC 7396): members replace, null takes away. */
const patch = z.record(z.string(), z.unknown());

export const createEventInput = z.strictObject({
  ...mailbox,
  folder: id.default('calendar'),
  key,
  notify,
  document: eventDocument,
});
export const changeEventInput = z.strictObject({ ...mailbox, id, ...ifMatch, notify, patch });
export const createContactInput = z.strictObject({
  ...mailbox,
  folder: id.default('contacts'),
  key,
  document: cardDocument,
});
export const changeContactInput = z.strictObject({ ...mailbox, id, ...ifMatch, patch });
const remove = {
  ...mailbox,
  id,
  ...ifMatch,
  /** For good, instead of into Deleted Items. */
  permanent: z.boolean().default(false),
};
export const deleteEventInput = z.strictObject({ ...remove, notify });
export const deleteContactInput = z.strictObject(remove);
