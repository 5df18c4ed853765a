import { send } from './send.ts';

/** Smaller answers are not worth the work. */
const WORTH = 400;

/**
 * The answer packed with gzip, when the client takes it (MS-ASHTTP 2.2.2.1.2.2). Only documents: attachments and
 * multipart answers hold what is packed already, mostly, and are announced with their length.
 *
 * @param length bytes of the document; its stream is packed as it goes, a small one at once so that its length is known
 */
export async function packed(
  body: Uint8Array | ReadableStream<Uint8Array>,
  length: number,
  headers: Headers,
): Promise<Response | null> {
  if (length < WORTH) return null;
  const gzip = new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  headers.set('content-encoding', 'gzip');
  void send([body], gzip.writable);
  if (!(body instanceof Uint8Array)) return new Response(gzip.readable, { headers, encodeBody: 'manual' });
  const bytes = await new Response(gzip.readable).arrayBuffer();
  return new Response(bytes, { headers, encodeBody: 'manual' });
}
