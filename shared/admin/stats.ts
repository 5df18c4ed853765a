import * as z from 'zod';
import { count } from './common.ts';

const day = z.object({
  day: z.iso.date().describe('UTC.'),
  messages: count,
  recipients: count,
});

const mailDay = z.object({
  day: z.iso.date().describe('UTC.'),
  received: count.describe('Accepted for mailboxes, one for each recipient.'),
  refused: count.describe('At the door.'),
  delivered: count.describe('Put into a mailbox, outside of Junk Email.'),
  junk: count,
  quarantined: count.describe('Held back. What is released counts anew where it goes.'),
  submitted: count.describe('Messages that users handed in.'),
  sent: count.describe('Taken by the next host or put into a mailbox here, one for each recipient.'),
  failed: count.describe('Given up, one for each recipient.'),
});

export const statsView = z.object({
  users: z.object({ active: count, noMail: count, disabled: count, deleted: count }),
  domains: count,
  groups: count,
  mailboxes: z.object({ count, messages: count, sizeBytes: count }),
  devices: z.object({
    count,
    seen: count.describe('Within the days that were asked for.'),
    access: z.object({ allowed: count, quarantined: count, blocked: count, default: count }),
    protocols: z
      .array(z.object({ version: z.string(), count, seen: count }))
      .describe('By version of ActiveSync.'),
  }),
  sent: z.array(day).describe('Of days on which something was sent; kept for two weeks.'),
  mail: z
    .array(mailDay)
    .describe('Of days on which there was some, from the trace of messages; kept for 400 days.'),
  outbox: z.object({
    due: count.describe('On its way.'),
    scheduled: count.describe('For a later attempt, or a time that its sender chose.'),
  }),
});
export type StatsView = z.infer<typeof statsView>;

/** One step over the tenants of the installation: numbers are to be added up. */
export const statsStep = statsView.extend({
  tenants: count,
  deadLetters: z
    .object({ waiting: count, replayed: count, discarded: count })
    .nullable()
    .describe('Of the installation; in the first step alone.'),
  cursor: z.string().nullable().describe('For the query of the next step; null: that was all.'),
});
export type StatsStep = z.infer<typeof statsStep>;
