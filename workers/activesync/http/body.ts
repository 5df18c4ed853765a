import { decodeWbxml, WbxmlDecodeError, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { encodingOf, PackedBomb, unpacked } from '../../../platform/gzip.ts';
import { STATUS } from '../status.ts';
import { commonFailure } from './failure.ts';
import { httpError, type Reply } from './reply.ts';
import type { Version } from './versions.ts';

const MiB = 1024 * 1024;
/** Longest request, as sent and as unpacked. */
const USUAL_LIMIT = 2 * MiB;
/** Of commands that carry whole messages: 25 MiB of mail, or as much of it in base64 as fits. */
const MESSAGE_LIMIT = 30 * MiB;
const SENDING: ReadonlySet<string> = new Set(['SendMail', 'SmartReply', 'SmartForward']);

/** MS-ASHTTP 2.2.1.1.2.2; some clients leave the header out. */
const WBXML_TYPES: ReadonlySet<string> = new Set([
  '',
  'application/vnd.ms-sync.wbxml',
  'application/vnd.ms-sync',
  'application/octet-stream',
]);

type BodyFault =
  | 'too-large'
  | 'unknown-encoding'
  | 'broken-encoding'
  | 'wrong-type'
  | 'no-document'
  | 'bad-wbxml';

export type RequestBody =
  | { kind: 'none' }
  | { kind: 'document'; root: WbxmlElement }
  /** A message as it is to be sent, of content type message/rfc822 (MS-ASCMD 2.2.1.17, before 14.0). */
  | { kind: 'message'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'error'; fault: BodyFault; message: string };

/** Reads and decodes the body of a command, bounded before and after unpacking (ATTACKS A08). */
export async function readBody(request: Request, command: string): Promise<RequestBody> {
  const limit = command === 'Sync' || SENDING.has(command) ? MESSAGE_LIMIT : USUAL_LIMIT;
  const announced = Number(request.headers.get('content-length') ?? '0');
  if (announced > limit) return fault('too-large');
  const packed = encodingOf(request.headers.get('content-encoding'));
  if (packed === null) return fault('unknown-encoding');
  let bytes: Uint8Array<ArrayBuffer> | null;
  try {
    bytes =
      packed === 'gzip'
        ? await readBounded(unpacked(request.body), limit, 0)
        : await readBounded(request.body, limit, announced);
  } catch (error) {
    if (packed === 'identity') throw error;
    return fault(error instanceof PackedBomb ? 'too-large' : 'broken-encoding');
  }
  if (bytes === null) return fault('too-large');
  if (bytes.length === 0) return { kind: 'none' };
  const type = mediaType(request.headers.get('content-type'));
  if (type === 'message/rfc822' && SENDING.has(command)) return { kind: 'message', bytes };
  if (!WBXML_TYPES.has(type)) return fault('wrong-type');
  try {
    return { kind: 'document', root: decodeWbxml(bytes, { maxBytes: limit }) };
  } catch (error) {
    if (!(error instanceof WbxmlDecodeError)) throw error;
    // What does not even begin as WBXML is no answer of a phone: not a status in band, but a bad request.
    const kind = error.code === 'bad-header' || error.code === 'bad-charset' ? 'no-document' : 'bad-wbxml';
    return fault(kind, `not an ActiveSync document (${error.code})`);
  }
}

const WORDS: Readonly<Record<BodyFault, string>> = {
  'too-large': 'request too large',
  'unknown-encoding': 'content encoding not supported',
  'broken-encoding': 'the content encoding is broken',
  'wrong-type': 'content type not expected',
  'no-document': 'not an ActiveSync document',
  'bad-wbxml': 'not an ActiveSync document',
};

function fault(kind: BodyFault, message = WORDS[kind]): RequestBody {
  return { kind: 'error', fault: kind, message };
}

/** The answer to a body that cannot be read: HTTP, or in band where the version has a status for it (MS-ASCMD 2.2.2). */
export function bodyRefusal(
  body: Extract<RequestBody, { kind: 'error' }>,
  command: string,
  version: Version,
): Reply {
  const { invalidContent, invalidWbxml } = STATUS.common;
  if (body.fault === 'wrong-type') return commonFailure(command, invalidContent, version, body.message);
  if (body.fault === 'bad-wbxml') return commonFailure(command, invalidWbxml, version, body.message);
  const status = {
    'too-large': 413,
    'unknown-encoding': 415,
    'broken-encoding': 400,
    'no-document': 400,
  }[body.fault];
  return { kind: 'http', response: httpError(status, body.message) };
}

function mediaType(header: string | null): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * null when there is more than `limit`: what comes after it is never read, so that a bomb stays small.
 *
 * @param expected bytes that are announced; a body of that length is read without a second copy
 */
async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  expected: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  let whole = new Uint8Array(expected > 0 ? expected : 16_384);
  let size = 0;
  if (body !== null) {
    for await (const chunk of body) {
      if (size + chunk.length > limit) return null;
      if (size + chunk.length > whole.length) {
        const larger = new Uint8Array(Math.min(limit, Math.max(size + chunk.length, whole.length * 2)));
        larger.set(whole.subarray(0, size));
        whole = larger;
      }
      whole.set(chunk, size);
      size += chunk.length;
    }
  }
  return whole.subarray(0, size);
}
