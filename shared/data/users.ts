import * as z from 'zod';
import { id, time } from './common.ts';

const user = z.object({
  id,
  tenant: id,
  address: z.string(),
  displayName: z.string(),
  /** noMail: takes no new mail, and may sign in still. */
  status: z.enum(['active', 'noMail', 'disabled']),
  /** Bytes; null: no limit of its own. */
  quotaBytes: z.int().nullable(),
  createdAt: time,
});

const tenant = z.object({ id, name: z.string(), status: z.enum(['active', 'disabled']) });

export const loginInput = z.strictObject({
  address: z.string().min(1).max(320),
  /** The user's own password or an app password. */
  password: z.string().min(1).max(1024),
  /** IP address of who signs in, for the limits of failed attempts. */
  clientAddress: z.union([z.ipv4(), z.ipv6()]).optional(),
});

export const signedIn = z.object({ user, tenant });

export const getUserInput = z.strictObject({ tenant: id, id });
export const userWithAliases = user.extend({ aliases: z.array(z.string()) });

export const lookupInput = z.strictObject({ address: z.string().min(1).max(320), tenant: id.optional() });
