import * as z from 'zod';
import { at, count } from './common.ts';

/** A message that is kept out of its mailbox: its header and its verdict, nothing of its body. */
export const heldMessageView = z.object({
  itemId: z.string(),
  address: z.string().describe('Of the mailbox.'),
  state: z.enum(['held', 'released', 'deleted']),
  reason: z.enum(['dmarc', 'spam', 'attachment', 'unreadable']),
  why: z.string().describe('For people.'),
  receivedAt: at,
  heldAt: at,
  expiresAt: at.describe('Then it is deleted, when it still waits.'),
  decidedAt: at.nullable(),
  decidedBy: z.string().nullable(),
  mailFrom: z.string(),
  recipient: z.string(),
  author: z.string(),
  subject: z.string(),
  messageId: z.string(),
  size: count,
  files: z.array(z.string()).describe('Names of attachments.'),
  checks: z
    .object({
      spf: z.string(),
      dkim: z.string(),
      dmarc: z.string(),
      arc: z.string(),
      spam: z.number().nullable(),
    })
    .nullable(),
  reasons: z.array(z.string()),
});
export type HeldMessageView = z.infer<typeof heldMessageView>;

/** What a tenant wants kept out of mailboxes. */
export const quarantineView = z.object({
  dmarc: z.enum(['off', 'reject', 'enforced']).describe('enforced: domains that ask for quarantine as well.'),
  spam: z.number().nullable().describe('Score from which on; null: none.'),
  attachments: z.array(z.string()).describe('Endings of file names.'),
  unreadable: z.boolean(),
  days: z.int().min(1),
});
export type QuarantineView = z.infer<typeof quarantineView>;
