import type { Context } from 'hono';
import * as z from 'zod';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { Tenant, User } from '../../core/identity/types.ts';
import { canonicalAddress } from '../../core/mail/recipients.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { CreateAlias, CreateDomain, CreateTenant, CreateUser } from '../../shared/admin-api.ts';
import { AdminError } from './problem.ts';

/** Passwords are hashed slowly: a bound keeps a long one from costing more (NIST SP 800-63B 5.1.1.2 asks for 64 at least). */
const password = z.string().min(8).max(256);
const quota = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const name = z.string().trim().min(1).max(200);
const text = z.string().min(1).max(320);
const id = z.string().min(1).max(64);

export const createTenantBody = z.strictObject({ name }) satisfies z.ZodType<CreateTenant>;
export const createDomainBody = z.strictObject({
  domain: text,
  tenantId: id.optional(),
  catchAll: text.optional(),
}) satisfies z.ZodType<CreateDomain>;
export const createUserBody = z.strictObject({
  address: text,
  password: password.optional(),
  displayName: z.string().trim().max(200).optional(),
  quotaBytes: quota.optional(),
}) satisfies z.ZodType<CreateUser>;
export const createAliasBody = z.strictObject({
  alias: text,
  address: text,
}) satisfies z.ZodType<CreateAlias>;
export const tenantStatusBody = z.strictObject({ status: z.enum(['active', 'disabled']) });
export const catchAllBody = z.strictObject({ address: text.nullable() });
export const userStatusBody = z.strictObject({ status: z.enum(['active', 'noMail', 'disabled']) });
export const quotaBody = z.strictObject({ quotaBytes: quota });
export const passwordBody = z.strictObject({
  password,
  revokeAppPasswords: z.boolean().default(false),
});
const MAX_APP_PASSWORD_DAYS = 3650;
export const appPasswordBody = z
  .strictObject({
    label: z.string().trim().max(100).default(''),
    protocols: z
      .array(z.enum(['activesync', 'ews', 'autodiscover']))
      .min(1)
      .max(3)
      .optional(),
    bindsDevice: z.boolean().default(false),
    days: z.number().int().min(1).max(MAX_APP_PASSWORD_DAYS).optional(),
  })
  .refine(
    ({ bindsDevice, protocols }) =>
      !bindsDevice || (protocols?.includes('activesync') === true && !protocols.includes('ews')),
    'only one that is for activesync, and not for ews, can bind to a device',
  );
export const signInPolicyBody = z.strictObject({ basic: z.enum(['any', 'app-passwords']).nullable() });
export const aliasStatusBody = z.strictObject({ enabled: z.boolean() });

/** Reads and checks the JSON body. Unknown fields are refused: a misspelt one must not be ignored silently. */
export async function readJson<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  if (!/^application\/json(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new AdminError('unsupported-media-type', 'the body must be application/json');
  }
  let value: unknown;
  try {
    value = await c.req.json();
  } catch (error) {
    if (error instanceof AdminError) throw error;
    throw new InvalidInputError('the body is not JSON');
  }
  return check(schema, value);
}

/** Checks the query string against a schema of optional fields. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  return check(schema, c.req.query());
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5);
  throw new InvalidInputError(
    issues.map((i) => (i.path.length > 0 ? `${i.path.join('.')}: ${i.message}` : i.message)).join('; '),
  );
}

/** The canonical form of an address from a path or body. */
export function addressOf(value: string): string {
  const address = canonicalAddress(value);
  if (address === null) throw new InvalidInputError(`not an address: ${value.slice(0, 100)}`);
  return address;
}

/** The user behind an address or alias. */
export async function requireUser(
  directory: DirectoryStore,
  value: string,
): Promise<{ tenant: Tenant; user: User }> {
  const address = addressOf(value);
  const login = await directory.findLogin(address);
  if (login === null) throw new NotFoundError(`no user has the address ${address}`);
  return { tenant: login.tenant, user: login.user };
}
