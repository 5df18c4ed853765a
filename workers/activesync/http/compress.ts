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

/**
 * Whether the client takes gzip. In front of a Worker the edge asks for gzip in its own name: what the client itself
 * said is then beside the request.
 */
export function takesGzip(request: Request): boolean {
  const said = (request as { cf?: { clientAcceptEncoding?: unknown } }).cf?.clientAcceptEncoding;
  const accepts = typeof said === 'string' ? said : (request.headers.get('accept-encoding') ?? '');
  return accepts.split(',').some((element) => {
    const [name = '', ...parameters] = element.split(';').map((p) => p.trim().toLowerCase());
    if (name !== 'gzip' && name !== 'x-gzip') return false;
    return !parameters.some((p) => /^q=0(\.0*)?$/.test(p));
  });
}
