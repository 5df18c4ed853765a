import * as z from 'zod';
import { count } from './common.ts';

/** Columns of a table of users. Only `address` must be there. */
export const USER_COLUMNS = [
  'address',
  'name',
  'password',
  'passwordhash',
  'quota',
  'aliases',
  'groups',
  'status',
  'role',
] as const;

/** Users of one request: each costs several statements, and a slow hash. */
export const MAX_IMPORT_USERS = 50;
const MAX_CELL = 8000;

export const importUsersBody = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        line: z.number().int().min(1).describe('Where it stands in the file; the answer names it.'),
        values: z.record(z.string().max(60), z.string().max(MAX_CELL)).describe('Text by column.'),
      }),
    )
    .min(1)
    .max(MAX_IMPORT_USERS),
  dryRun: z.boolean().default(false).describe('Says what would be done, and does nothing.'),
  update: z.boolean().default(false).describe('Users who are there become what their row says.'),
  generate: z.boolean().default(false).describe('New users without a password get one, which is told once.'),
});
export type ImportUsers = z.input<typeof importUsersBody>;

const importedUser = z.object({
  line: count,
  address: z.string(),
  outcome: z
    .enum(['created', 'updated', 'unchanged', 'differs', 'faulty'])
    .describe(
      'differs: it is there and stays as it is, since `update` was not asked for. faulty: nothing was done. In a dry run: what would be.',
    ),
  changes: z.array(z.string()).describe('Columns in which the user was, or is, something else.'),
  faults: z.array(z.object({ column: z.string(), message: z.string() })),
  password: z.string().nullable().describe('One that was generated: shown once.'),
});
export type ImportedUser = z.infer<typeof importedUser>;

export const importUsersView = z.object({ dryRun: z.boolean(), results: z.array(importedUser) });
export type ImportUsersView = z.infer<typeof importUsersView>;

/** A user by the columns of a table, without secrets. */
export const exportedUser = z.object({
  address: z.string(),
  name: z.string(),
  quota: z.string().describe('Bytes, or `none`.'),
  aliases: z.array(z.string()),
  groups: z.array(z.string()),
  status: z.enum(['active', 'noMail', 'disabled', 'deleted']),
  role: z.string().describe('`admin` or `support` of the tenant; empty: none.'),
});
export type ExportedUser = z.infer<typeof exportedUser>;
