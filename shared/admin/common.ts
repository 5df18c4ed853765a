import * as z from 'zod';

/** Path under which every address below is found. */
export const ADMIN_BASE_PATH = '/admin/v1';

/** Content type of errors (RFC 9457 3). */
export const PROBLEM_TYPE = 'application/problem+json';

/** Milliseconds since the epoch. */
export const at = z.int().describe('Milliseconds since 1970.');
/** How many, or how many bytes. */
export const count = z.int().min(0);

export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable, for programs.'),
    detail: z.string().describe('For people.'),
    correlationId: z.string().describe('Also in logs and in the audit log.'),
  })
  .describe('An error (RFC 9457).');
export type Problem = z.infer<typeof problem>;

/** A page of a list; `cursor` goes into the query of the next request and is null on the last page. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    cursor: z
      .string()
      .nullable()
      .describe('For the query of the next request; null: that was the last page.'),
  });
}
