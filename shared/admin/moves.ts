import * as z from 'zod';

const movePhase = z.enum([
  'preparing',
  'copying',
  'following',
  'verifying',
  'switching',
  'opening',
  'kept',
  'removing',
  'done',
  'cancelling',
  'cancelled',
  'failed',
]);

/** The last move of a tenant from one mail shard to another. */
export const moveView = z.object({
  tenantId: z.string(),
  moveId: z.string(),
  from: z.string(),
  to: z.string(),
  /** Up to `switching` the tenant is in `from`, afterwards in `to`. In `kept` the rows of `from` wait for their end. */
  phase: movePhase,
  /** Why it failed, or what went wrong in the last attempt. */
  error: z.string().nullable(),
  mailboxes: z.number(),
  mailboxesCopied: z.number(),
  mailboxesVerified: z.number(),
  rowsCopied: z.number(),
  copyMs: z.number(),
  /** Rows that changed during the copy and were copied again. */
  rowsFollowed: z.number(),
  rowsRemoved: z.number(),
  /** How long writers had to wait. */
  frozenMs: z.number(),
  freezes: z.number(),
  /** Rows and digest of each table as they were in both shards. */
  verified: z.record(z.string(), z.object({ rows: z.number(), digest: z.string() })),
  startedAt: z.number(),
  updatedAt: z.number(),
  switchedAt: z.number().nullable(),
  /** When the rows of `from` are removed by themselves. */
  removeAt: z.number().nullable(),
  endedAt: z.number().nullable(),
});
export type MoveView = z.infer<typeof moveView>;

export const startMove = z.strictObject({
  /** Name of the binding, e.g. MAIL_2. */
  to: z.string().regex(/^[A-Z][A-Z0-9_]{0,39}$/, 'a shard is called like MAIL_2'),
  /** Days that the rows are kept where they were; 7 without it. */
  keepDays: z.number().int().min(0).max(90).optional(),
});
export type StartMove = z.infer<typeof startMove>;
