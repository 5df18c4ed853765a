import * as z from 'zod';
import { id, mailbox, range, time } from './common.ts';

const submission = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'a submission');
const lease = z.string().min(1).max(64);
const leaseSeconds = z.int().min(30).max(3600).default(300);
/** Whose message it is: a user, or a group that passes on what was sent to it. */
const message = { ...mailbox, submission, lease };

export const dequeueInput = z.strictObject({
  tenant: id,
  limit: z.int().min(1).max(20).default(10),
  leaseSeconds,
});

export const dequeued = z.object({
  entries: z.array(
    z.object({
      tenant: id,
      user: id,
      submission,
      lease,
      leaseUntil: time,
      /** Return path; empty: nobody is told of failures. */
      mailFrom: z.string(),
      recipients: z.array(
        z.object({
          address: z.string(),
          attempts: z.int(),
          /** It may have gone there already: the lease before ended without a word. Send it with the same Message-ID. */
          uncertain: z.boolean(),
        }),
      ),
      messageId: z.string(),
      size: z.int(),
      smtpUtf8: z.boolean(),
      eightBit: z.boolean(),
      createdAt: time,
      correlationId: z.string(),
    }),
  ),
});

export const queueContentInput = z.strictObject({ ...message, ...range });
export const extendInput = z.strictObject({ ...message, leaseSeconds });
export const extended = z.object({ leaseUntil: time });

const result = z.strictObject({
  address: z.string().min(1).max(320),
  /**
   * sent: the next host has it. retry: not now. failed: never; the author is told. uncertain: the bytes went out and the
   * answer was lost.
   */
  outcome: z.enum(['sent', 'retry', 'failed', 'uncertain']),
  /** Enhanced status code (RFC 3463). */
  status: z
    .string()
    .regex(/^[245]\.\d{1,3}\.\d{1,3}$/, 'an enhanced status code')
    .optional(),
  text: z.string().max(500).default(''),
  remoteId: z.string().max(500).optional(),
  host: z.string().max(255).optional(),
});
export const ackInput = z.strictObject({ ...message, results: z.array(result).min(1).max(1000) });
export const acked = z.object({
  state: z.enum(['open', 'done']),
  /** Of the recipients that were named. */
  recipients: z.array(
    z.object({
      address: z.string(),
      /** false: the lease was over, and what was said counted for nothing. */
      applied: z.boolean(),
      state: z.enum(['queued', 'sending', 'sent', 'uncertain', 'failed', 'cancelled']).nullable(),
      nextAttemptAt: time.nullable(),
    }),
  ),
});
