import * as z from 'zod';

/** Requests a minute that are taken of all of a tenant together; 0: no limit. */
export const setRequestLimit = z.strictObject({
  /** null: as the installation says. */
  perMinute: z.number().int().min(0).max(100_000_000).nullable(),
});
export type SetRequestLimit = z.infer<typeof setRequestLimit>;

export const requestLimitView = z.object({ perMinute: z.number().nullable(), inForce: z.number() });
export type RequestLimitView = z.infer<typeof requestLimitView>;
