import { encodeWbxml, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Reply } from '../http/reply.ts';
import { send } from '../http/send.ts';
import type { Version } from '../http/versions.ts';
import type { Part } from './parts.ts';

/**
 * The answer in the MultiPartResponse form (MS-ASCMD 2.2.1.10.1): the number of parts, for each its offset and
 * length (all 32 bits, little-endian), then the parts; the first is the document.
 */
export function multipartReply(document: WbxmlNode, parts: Part[], version: Version): Reply {
  const all: Part[] = [encodeWbxml(document, { version }), ...parts];
  const header = new Uint8Array(4 + all.length * 8);
  const view = new DataView(header.buffer);
  view.setUint32(0, all.length, true);
  let offset = header.length;
  all.forEach((part, i) => {
    view.setUint32(4 + i * 8, offset, true);
    view.setUint32(8 + i * 8, part.length, true);
    offset += part.length;
  });
  const fixed = new FixedLengthStream(offset);
  void send([header, ...all], fixed.writable);
  const headers = {
    'content-type': 'application/vnd.ms-sync.multipart',
    'cache-control': 'private, no-store',
    'ms-server-activesync': version,
  };
  return { kind: 'http', response: new Response(fixed.readable, { headers }) };
}
