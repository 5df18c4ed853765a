import type { EasContext } from '../context.ts';
import { httpError, type Reply } from '../http/reply.ts';
import { send } from '../http/send.ts';
import { openAttachment } from '../item-operations/attachment.ts';
import { parseFileReference } from '../mail/ids.ts';

/**
 * GetAttachment (MS-ASCMD 2.2.1.8), for versions before 14.0: the bytes of the attachment that AttachmentName in the
 * query names. What is not there is answered with HTTP 500, as the specification demands.
 */
export async function getAttachment(context: EasContext): Promise<Reply> {
  const ids = parseFileReference(context.query.attachmentName ?? '');
  const content = ids === null ? null : await openAttachment(context, ids, null);
  if (content === null || content === 'bad-range') return http(httpError(500, 'no such attachment'));
  const { stream, length } = content.bytes;
  const source = typeof stream === 'function' ? await stream() : stream;
  const fixed = new FixedLengthStream(length);
  void send([source], fixed.writable);
  return http(
    new Response(fixed.readable, {
      headers: {
        'content-type': content.mediaType,
        'cache-control': 'private, no-store',
        // Nobody but a mail program asks for this; a browser that did must not run what it gets.
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
        'ms-server-activesync': context.version,
      },
    }),
  );
}

function http(response: Response): Reply {
  return { kind: 'http', response };
}
