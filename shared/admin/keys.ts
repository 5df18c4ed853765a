import * as z from 'zod';

/** A key of a tenant; never the key itself. */
export const tenantKeyView = z.object({
  /** The highest seals. */
  generation: z.number(),
  createdAt: z.number(),
  /** Tells the secret of the installation apart that it is wrapped with. */
  secretId: z.string(),
  /** Whether that is the secret of today (SECRETS_KEY). */
  wrappedNow: z.boolean(),
});
export type TenantKeyView = z.infer<typeof tenantKeyView>;

export const tenantKeysView = z.object({ tenantId: z.string(), keys: z.array(tenantKeyView) });
export type TenantKeysView = z.infer<typeof tenantKeysView>;

export const resealRequest = z.strictObject({ cursor: z.string().max(1000).nullish() });
export type ResealRequest = z.infer<typeof resealRequest>;

/** One step of sealing anew what lies under older keys. */
export const resealView = z.object({
  /** For the next step; null: that was the last. */
  cursor: z.string().nullable(),
  resealed: z.number(),
  /** Do not open, or were changed by somebody at that moment. */
  left: z.number(),
});
export type ResealView = z.infer<typeof resealView>;

/** How many keys of the tenant were wrapped with the secret of today. */
export const rewrapView = z.object({ rewrapped: z.number() });
export type RewrapView = z.infer<typeof rewrapView>;
