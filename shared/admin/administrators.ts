import * as z from 'zod';
import { at } from './common.ts';

const role = z.enum(['admin', 'support']);
const place = z.enum(['installation', 'tenant', 'domain']);

/** What a user may do beyond their own mailbox. */
export const roleView = z.object({
  address: z.string().nullable().describe('null when the user is gone.'),
  role,
  in: place,
  domain: z.string().nullable(),
  grantedBy: z.string(),
  grantedAt: at,
});
export type RoleView = z.infer<typeof roleView>;

/** One role in each place: it replaces what the user had there. Without `domain`, that of the address. */
export interface SetRole {
  role: 'admin' | 'support';
  in: 'installation' | 'tenant' | 'domain';
  domain?: string | undefined;
}

/** A token of a program. */
export const serviceTokenView = z.object({
  tokenId: z.string(),
  name: z.string(),
  role,
  tenantId: z.string().nullable().describe('null: the whole installation.'),
  domain: z.string().nullable(),
  topics: z.array(z.string()).nullable().describe('Parts of the API; null: all.'),
  createdBy: z.string(),
  createdAt: at,
  expiresAt: at.nullable(),
  lastUsedAt: at.nullable().describe('To within an hour.'),
});
export type ServiceTokenView = z.infer<typeof serviceTokenView>;

export interface CreateServiceToken {
  name: string;
  role: 'admin' | 'support';
  tenantId?: string | undefined;
  domain?: string | undefined;
  topics?: string[] | undefined;
  /** After so many days it opens nothing any more. */
  days?: number | undefined;
}

export const newServiceTokenView = serviceTokenView.extend({
  token: z.string().describe('Shown once: only its hash is kept.'),
});
export type NewServiceTokenView = z.infer<typeof newServiceTokenView>;
