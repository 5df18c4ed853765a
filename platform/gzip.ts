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

/** A body that is small only as long as it is packed. */
export class PackedBomb extends Error {
  constructor() {
    super('the body is a bomb');
    this.name = 'PackedBomb';
  }
}

/** Packed bytes that are unpacked in one go: at most a thousand times as many come of them (RFC 1951 3.2.5). */
const SLICE = 4 * 1024;
/** What is larger and so many times as long as it was packed was made to be so: no document, nor a mail in one. */
const BOMB = { bytes: 1024 * 1024, times: 200 } as const;

/**
 * The body of a request as it was before it was packed. A little at a time, so that of a bomb no more is unpacked than
 * is read: the platform unpacks the whole of what it is given. Errors at what is no gzip, and with PackedBomb (A02).
 */
export function unpacked(body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> | null {
  if (body === null) return null;
  let packed = 0;
  let bytes = 0;
  const slices = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      packed += chunk.length;
      for (let at = 0; at < chunk.length; at += SLICE) controller.enqueue(chunk.subarray(at, at + SLICE));
    },
  });
  const gunzip = new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  const measured = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > BOMB.bytes && bytes > BOMB.times * packed) throw new PackedBomb();
      controller.enqueue(chunk);
    },
  });
  return body.pipeThrough(slices).pipeThrough(gunzip).pipeThrough(measured);
}

/** The UTF-8 of a text, packed with gzip. */
export function gzipped(text: string): Promise<ArrayBuffer> {
  const gzip = new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Response(new Blob([text]).stream().pipeThrough(gzip)).arrayBuffer();
}
