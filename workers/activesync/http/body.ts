import { decodeWbxml, WbxmlDecodeError, type WbxmlElement } from '../../../codecs/wbxml/index.ts';

/** Longest request document; commands that carry whole messages will need their own limit. */
const MAX_BODY = 2 * 1024 * 1024;

export type RequestBody =
  | { kind: 'none' }
  | { kind: 'document'; root: WbxmlElement }
  | { kind: 'error'; status: 400 | 413 | 415; message: string };

/** Reads and decodes the document of a command, bounded before it is buffered (ATTACKS A08). */
export async function readBody(request: Request): Promise<RequestBody> {
  const announced = Number(request.headers.get('content-length') ?? '0');
  if (announced > MAX_BODY) return { kind: 'error', status: 413, message: 'request too large' };
  if ((request.headers.get('content-encoding') ?? 'identity') !== 'identity') {
    return { kind: 'error', status: 415, message: 'content encoding not supported' };
  }
  const bytes = await readBounded(request.body);
  if (bytes === null) return { kind: 'error', status: 413, message: 'request too large' };
  if (bytes.length === 0) return { kind: 'none' };
  try {
    return { kind: 'document', root: decodeWbxml(bytes, { maxBytes: MAX_BODY }) };
  } catch (error) {
    if (!(error instanceof WbxmlDecodeError)) throw error;
    return { kind: 'error', status: 400, message: `not an ActiveSync document (${error.code})` };
  }
}

async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body !== null) {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_BODY) return null;
      chunks.push(chunk);
    }
  }
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
