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

/** The compression of a request body; null for one that is not known. */
export function encodingOf(header: string | null): 'identity' | 'gzip' | null {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  return name === 'gzip' || name === 'x-gzip' ? 'gzip' : null;
}

/** The body of a request as it was before it was packed. */
export function unpacked(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
  if (body === null) return null;
  const gunzip = new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  return body.pipeThrough(gunzip);
}

/** The UTF-8 of a text, packed with gzip. */
export function gzipped(text: string): Promise<ArrayBuffer> {
  const gzip = new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Response(new Blob([text]).stream().pipeThrough(gzip)).arrayBuffer();
}
