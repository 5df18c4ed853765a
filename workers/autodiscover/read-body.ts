import { parseXml, type XmlElement, XmlError } from '../../codecs/soap/parse.ts';
import { encodingOf, unpacked } from '../../platform/gzip.ts';

/** A request names one address, or at most some hundred. */
const MAX_BYTES = 128 * 1024;
const LIMITS = { nodes: 2000, depth: 32, attributes: 32 };

/**
 * The document of a request. UTF-8 only: in no other encoding can a document type hide from the look at it (A01).
 * @throws XmlError
 */
export async function readDocument(request: Request): Promise<XmlElement> {
  const packed = encodingOf(request.headers.get('content-encoding'));
  if (packed === null) throw new XmlError('malformed', 'the content encoding is not supported');
  const reader = (packed === 'gzip' ? unpacked(request.body) : request.body)?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next = await read(reader); next !== null; next = await read(reader)) {
    size += next.length;
    if (size > MAX_BYTES) {
      await reader?.cancel();
      throw new XmlError('limits', 'the request is too long');
    }
    parts.push(next);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(joined(parts, size));
  } catch {
    throw new XmlError('malformed', 'the document is not in UTF-8');
  }
  return parseXml(text, LIMITS);
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<Uint8Array | null> {
  if (reader === undefined) return null;
  try {
    const { done, value } = await reader.read();
    return done ? null : value;
  } catch {
    throw new XmlError('malformed', 'the content encoding is broken');
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
