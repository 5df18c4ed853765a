import { encodeWbxml, encodeWbxmlStream, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { packed } from './compress.ts';
import { send } from './send.ts';
import type { Version } from './versions.ts';

const WBXML_TYPE = 'application/vnd.ms-sync.wbxml';

/** What a command hands back: a document, nothing at all, or a response of its own. */
export type Reply =
  | {
      kind: 'wbxml';
      root: WbxmlNode;
      streamed?: boolean;
      /** Say beside it what this server speaks, as to a device that begins anew (MS-ASHTTP 3.2.5.1). */
      announced?: boolean;
    }
  | { kind: 'empty' }
  | { kind: 'http'; response: Response };

export function wbxml(root: WbxmlNode): Reply {
  return { kind: 'wbxml', root };
}

/** A document that holds streams: its length is known, its bytes are never all in memory. */
export function streamedWbxml(root: WbxmlNode): Reply {
  return { kind: 'wbxml', root, streamed: true };
}

/** An HTTP error with a word for people; clients look at the status only. */
export function httpError(
  status: number,
  message: string,
  headers: Headers | Record<string, string> = {},
): Response {
  const all = new Headers(headers as Record<string, string>);
  all.set('content-type', 'text/plain; charset=utf-8');
  all.set('cache-control', 'no-store');
  return new Response(`${message}\n`, { status, headers: all });
}

/** @param gzip the client takes it */
export async function toResponse(reply: Reply, version: Version, gzip: boolean): Promise<Response> {
  if (reply.kind === 'http') return reply.response;
  const headers = new Headers({ 'cache-control': 'private, no-store', 'ms-server-activesync': version });
  if (reply.kind === 'empty') {
    headers.set('content-length', '0');
    return new Response(null, { status: 200, headers });
  }
  headers.set('content-type', WBXML_TYPE);
  headers.set('vary', 'accept-encoding');
  if (reply.streamed !== true) {
    const bytes = encodeWbxml(reply.root, { version });
    return (gzip ? await packed(bytes, bytes.length, headers) : null) ?? new Response(bytes, { headers });
  }
  const { stream, length } = encodeWbxmlStream(reply.root, { version });
  const zipped = gzip ? await packed(stream, length, headers) : null;
  if (zipped !== null) return zipped;
  const fixed = new FixedLengthStream(length);
  void send([stream], fixed.writable);
  return new Response(fixed.readable, { headers });
}
