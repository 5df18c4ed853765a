import type * as z from 'zod';
import { pageOf } from '../../../shared/admin/common.ts';
import { pagedQuery } from '../paging.ts';
import type { ErrorCode } from '../problem.ts';

/** A body that is no JSON. */
export interface Bytes {
  mediaType: string;
  what: string;
}

/** What a route of the admin API takes and gives; who may use it stands in the table of access. */
export interface OperationShape {
  /** For programs that are generated: a verb, and a noun. */
  name: string;
  summary: string;
  /** The schemas that the handler reads by. */
  query?: z.ZodType;
  body?: z.ZodType | Bytes;
  /** The body in another form. */
  alternative?: Bytes;
  /** null: nothing. */
  answer: z.ZodType | Bytes | null;
  /** Left out: 200, or 204 without an answer. */
  status?: readonly (200 | 201 | 202)[];
  /** Beside those that every route may give. */
  errors?: readonly ErrorCode[];
}

export type Operations = Readonly<Record<string, OperationShape>>;

/** A list that is asked for page by page. */
export function paged(item: z.ZodType): Pick<OperationShape, 'query' | 'answer'> {
  return { query: pagedQuery, answer: pageOf(item) };
}
