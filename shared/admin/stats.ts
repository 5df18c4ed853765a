import * as z from 'zod';
import { count } from './common.ts';

const day = z.object({
  day: z.iso.date().describe('UTC.'),
  messages: count,
  recipients: count,
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
