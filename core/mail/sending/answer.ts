/** Replies and forwards, made of the message that a client wrote and the one on the server. */
import {
  assemble,
  type Chunks,
  carryMessage,
  carryPart,
  multipart,
} from '../../../codecs/mime/edit/index.ts';
import type { MessageIndex } from '../../../codecs/mime/types.ts';
import { htmlToText, textToHtml } from '../../../codecs/text/index.ts';
import { type Content, contentOf, type IndexedRaw, withContent } from '../content.ts';
import { type Quotation, quoteHtml, quoteText } from './quotation.ts';

/**
 * What the client wrote with the original below it. A forward has the original's files too, byte for byte; a reply
 * only the images that its quotation shows. What is signed or encrypted is never taken apart: such an original is
 * attached to a forward as it is, such a message of the client goes out as it is. The lines of `own` end in CRLF.
 */
export function answer(own: IndexedRaw, original: IndexedRaw, kind: 'reply' | 'forward'): Uint8Array {
  const seal = sealOf(own.index);
  if (seal !== null) return seal === 'signed' && kind === 'forward' ? beside(own, original) : own.raw;
  const written = contentOf(own);
  if (kind === 'forward' && (sealOf(original.index) !== null || !isWhole(original.index))) {
    const attachments = [...written.attachments, asAttachment(original)];
    return withContent(own.raw, assemble({ ...written, attachments }));
  }
  return withContent(own.raw, assemble(merged(written, original, kind)));
}

function merged(written: Content, original: IndexedRaw, kind: 'reply' | 'forward'): Content {
  const theirs = contentOf(original);
  const quotation: Quotation = { head: original.index, kind };
  const asText = theirs.text ?? (theirs.html === null ? '' : htmlToText(theirs.html));
  const text =
    written.text === null && written.html !== null ? null : quoteText(written.text ?? '', asText, quotation);
  const html =
    written.html === null
      ? null
      : quoteHtml(written.html, theirs.html ?? textToHtml(theirs.text ?? ''), quotation);
  const forward = kind === 'forward';
  return {
    text,
    html,
    calendar: written.calendar ?? (forward ? theirs.calendar : null),
    inline: [...written.inline, ...(forward || html !== null ? theirs.inline : [])],
    attachments: [...written.attachments, ...(forward ? theirs.attachments : [])],
  };
}

/** RFC 1847, RFC 8551, RFC 3156: content whose very bytes somebody vouches for, or nobody here can read. */
function sealOf({ parts }: MessageIndex): 'signed' | 'encrypted' | null {
  const types = parts.map((part) => part.mediaType);
  const sealed = /^(?:application\/(?:x-)?pkcs7-mime|multipart\/encrypted)$/;
  if (types.some((type) => sealed.test(type))) return 'encrypted';
  return types.includes('multipart/signed') ? 'signed' : null;
}

/** Whether the index shows all of the message. */
function isWhole({ degraded }: MessageIndex): boolean {
  return !degraded.includes('parts-limit') && !degraded.includes('depth-limit');
}

function asAttachment({ raw, index }: IndexedRaw): Chunks {
  return carryMessage(raw, index.subject);
}

/** A signed message stays one part, with the original next to it. */
function beside({ raw, index }: IndexedRaw, original: IndexedRaw): Uint8Array {
  const [root] = index.parts;
  if (root === undefined) return raw;
  return withContent(raw, multipart('mixed', [carryPart(raw, root), asAttachment(original)]));
}
