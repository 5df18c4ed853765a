import * as z from 'zod';

/** Ids are opaque. */
export const id = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'an id');
/** Milliseconds since the epoch. */
export const time = z.int().min(-8.64e15).max(8.64e15);
/** Number of the change that made something what it is; it only grows. */
export const modseq = z.int().min(0);
export const cursor = z.string().max(500);

/** Whose mailbox is meant. */
export const mailbox = { tenant: id, user: id };
export const page = { limit: z.int().min(1).max(200).default(50), cursor: cursor.optional() };
/** The version that is to be changed: header `If-Match` of the request. */
export const ifMatch = { ifMatch: modseq.optional() };
/** Bytes that are wanted: header `Range` of the request, e.g. `bytes=0-99`. */
export const range = { range: z.string().max(100).optional() };

/** `cursor` goes into the next request; null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), cursor: cursor.nullable() });
}

/** What a request that is answered with bytes is answered with. `start` and `end` of [0, size): the range that it is. */
export interface ByteAnswer {
  body: ReadableStream<Uint8Array>;
  mediaType: string;
  name: string | null;
  start: number;
  end: number;
  size: number;
}
