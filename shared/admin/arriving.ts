import * as z from 'zod';
import { at, count } from './common.ts';

const ruleParts: z.ZodType<object> = z
  .record(z.string(), z.unknown())
  .describe('Named as the elements of MS-OXWSRULES, with a small first letter.');

/** An inbox rule. */
export const ruleView = z.object({
  ruleId: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  priority: z.int().min(1).describe('From 1 on, in the order in which they are run.'),
  conditions: ruleParts,
  exceptions: ruleParts,
  actions: ruleParts,
  error: z
    .object({ code: z.string(), text: z.string(), at })
    .nullable()
    .describe('Why it is not run any more, until it is saved again.'),
});
export type RuleView = z.infer<typeof ruleView>;

export const ruleSetView = z.object({
  revision: count.describe('To be given back when the rules are changed.'),
  rules: z.array(ruleView),
});
export type RuleSetView = z.infer<typeof ruleSetView>;

/** Replaces all rules; their order is their priority. Those without `ruleId` get one. */
export interface PutRules {
  revision: number;
  rules: unknown[];
}

/** One step of running rules over mail that is there; called again with the `cursor` of the answer until it is null. */
export interface RunRules {
  /** Id, or names with `/` between. */
  folder?: string;
  /** Without them those that are saved. */
  rules?: unknown[];
  dryRun?: boolean;
  /** Forward, redirect and reply too. */
  sending?: boolean;
  cursor?: { receivedAt: number; itemId: string } | null;
}

const runPlace = z.object({ receivedAt: at, itemId: z.string() });

export const ruleRunView = z.object({
  examined: count,
  changed: count,
  rules: z.array(
    z.object({
      ruleId: z.string(),
      name: z.string(),
      matched: count,
      sample: z.array(
        z.object({
          itemId: z.string(),
          subject: z.string(),
          from: z.object({ name: z.string(), address: z.string() }).nullable(),
          receivedAt: at,
        }),
      ),
    }),
  ),
  cursor: runPlace.nullable(),
});
export type RuleRunView = z.infer<typeof ruleRunView>;

/** What was told of one recipient of a sent message. */
export const deliveryReportView = z.object({
  recipient: z.string(),
  kind: z.string(),
  status: z.string(),
  text: z.string(),
  reportedAt: at,
  reportId: z.string().describe("Item that told it, or ''."),
});
export type DeliveryReportView = z.infer<typeof deliveryReportView>;

/** Where rules may forward and redirect mail of the tenant to. */
export const forwardingView = z.object({ mode: z.enum(['allowed', 'internal', 'off']) });
export type ForwardingView = z.infer<typeof forwardingView>;

const senders = z
  .array(z.string())
  .describe('An address, `@` and a domain (with all below it), an IP address, or a range (`192.0.2.0/24`).');

/**
 * Senders whose mail is kept out of Junk once they are proven to be the sender, and those whose mail goes there.
 */
export const senderListsView = z.object({ allow: senders, block: senders });
export type SenderListsView = z.infer<typeof senderListsView>;

/** `PATCH …/senders`: first what is removed from both lists goes, then entries come to one and leave the other. */
export interface ChangeSenderLists {
  allow?: string[] | undefined;
  block?: string[] | undefined;
  remove?: string[] | undefined;
}

export const spamView = z.object({
  enabled: z.boolean(),
  threshold: z.number().describe('Score, over 0 and at most 1, from which on mail goes to Junk.'),
  suspectTlds: z.array(z.string()).describe('Top-level domains that tell against a sender.'),
  sealers: z.array(z.string()).describe('Domains whose ARC seal vouches for what they forward (RFC 8617).'),
});
export type SpamView = z.infer<typeof spamView>;

/** `PATCH …/spam`: what is left out stays as it is. */
export interface ChangeSpam {
  enabled?: boolean | undefined;
  threshold?: number | undefined;
  suspectTlds?: string[] | undefined;
  sealers?: string[] | undefined;
}

/** Where a message came from, how sure that is, and why it is where it is; nothing of what it says. */
export const messageVerdictView = z.object({
  itemId: z.string(),
  folder: z.string().describe('Name of the folder it is in now.'),
  receivedAt: at,
  verdict: z
    .object({
      source: z.enum(['platform', 'checked', 'submitted']),
      spf: z.string(),
      dkim: z.string(),
      dmarc: z.string(),
      arc: z.string(),
      fromDomain: z.string(),
      policy: z.enum(['none', 'quarantine', 'reject']).nullable(),
      spam: z.number().nullable(),
      disposition: z.enum(['inbox', 'junk']),
      reasons: z.array(z.string()),
    })
    .nullable()
    .describe('null for what did not arrive from outside. Results are those of RFC 8601 2.7.'),
});
export type MessageVerdictView = z.infer<typeof messageVerdictView>;
