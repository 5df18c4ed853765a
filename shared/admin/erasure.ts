import * as z from 'zod';
import { at, count } from './common.ts';

/** What of a user stays after the erase, why, and for how long. */
const remainder = z.object({
  what: z.string(),
  why: z.string(),
  days: count.nullable().describe('After this many days it is gone too; null: it stays.'),
});

export const erasureView = z.object({
  userId: z.string(),
  tenantId: z.string(),
  address: z.string().nullable().describe('null when it is erased: it is not kept.'),
  state: z
    .enum(['deleted', 'erasing', 'erased'])
    .describe('deleted: it can be restored until eraseAfter. erasing: there is no way back.'),
  by: z.string().describe('Who asked for it last: an actor of the audit log.'),
  deletedAt: at,
  eraseAfter: at,
  startedAt: at.nullable(),
  finishedAt: at.nullable().describe('When nothing was left anywhere.'),
  nextLookAt: at
    .nullable()
    .describe('While it is erased: when it is looked for what came late; null: never again.'),
  removed: z
    .record(z.string(), count)
    .describe('Rows by table, objects of the bucket by place, and Durable Objects.'),
  remains: z.array(remainder),
  problem: z.string().nullable().describe('Why it does not go on for now.'),
});
export type ErasureView = z.infer<typeof erasureView>;

export interface EraseUser {
  /** The address of the user once more. */
  confirm: string;
}
