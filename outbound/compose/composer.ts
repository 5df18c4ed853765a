import { Buffer } from 'node:buffer';
import { decodePartStream } from '../../codecs/mime/index.ts';
import type { MailAddress } from '../../core/mail/types.ts';
import type { BlobStore } from '../../core/ports/blobs.ts';
import type { Composer, DraftAttachment, DraftContent } from '../../core/ports/outbound.ts';

/** Builds messages with MailComposer, which is loaded when the first one is built. */
export function createComposer(services: { blobs: Pick<BlobStore, 'openRange'> }): Composer {
  return {
    async compose(draft) {
      const [{ default: MailComposer }, attachments] = await Promise.all([
        import('nodemailer/lib/mail-composer'),
        loadAll(services.blobs, draft.attachments),
      ]);
      const node = new MailComposer({
        ...addressing(draft),
        subject: draft.subject,
        ...(draft.text === null && draft.html !== null ? {} : { text: draft.text || '\r\n' }),
        ...(draft.html === null ? {} : { html: draft.html }),
        attachments,
        ...alternativesOf(draft),
        date: new Date(draft.date),
        headers: headersOf(draft),
        newline: 'windows',
        // What a draft says is content, never a file or an address to load from (ATTACKS: SSRF).
        disableFileAccess: true,
        disableUrlAccess: true,
      }).compile();
      node.keepBcc = true;
      return withoutLastLineEnd(new Uint8Array(await node.build()), draft);
    },
  };
}

/** A line end that closes the message would be one more line of its text, each time a draft is saved. */
function withoutLastLineEnd(raw: Uint8Array, { text, html }: DraftContent): Uint8Array {
  const added = raw.at(-1) === 10 && raw.at(-2) === 13 && !/[\r\n]$/.test(html ?? text ?? '');
  return added ? raw.subarray(0, -2) : raw;
}

function addressing({ from, to, cc, bcc, replyTo, messageId, inReplyTo, references }: DraftContent) {
  return {
    from: [mailbox(from)],
    to: to.map(mailbox),
    cc: cc.map(mailbox),
    bcc: bcc.map(mailbox),
    replyTo: replyTo.map(mailbox),
    messageId: `<${messageId}>`,
    ...(inReplyTo === null ? {} : { inReplyTo: `<${inReplyTo}>` }),
    references: references.map((id) => `<${id}>`),
  };
}

function mailbox({ name, address }: MailAddress) {
  return { name: name.replace(/[\u0000-\u001f\u007f]+/g, ' '), address };
}

/** RFC 6047 2.4: the charset and the method are said in the header. */
function alternativesOf({ calendar }: DraftContent) {
  if (calendar === undefined) return {};
  const contentType = `text/calendar; charset=utf-8; method=${calendar.method}`;
  return { alternatives: [{ contentType, content: Buffer.from(calendar.text) }] };
}

function headersOf({ threadIndex, importance, calendar }: DraftContent): Record<string, string> {
  return {
    ...(calendar === undefined ? {} : { 'Content-Class': 'urn:content-classes:calendarmessage' }),
    ...(threadIndex === null ? {} : { 'Thread-Index': threadIndex }),
    ...(importance === 'normal'
      ? {}
      : { Importance: importance, 'X-Priority': importance === 'high' ? '1' : '5' }),
  };
}

/** One after the other: each is in memory, and so is the message that holds them all. */
async function loadAll(blobs: Pick<BlobStore, 'openRange'>, attachments: readonly DraftAttachment[]) {
  const loaded = [];
  for (const one of attachments) {
    loaded.push({
      filename: one.name,
      contentType: one.mediaType,
      contentDisposition: one.isInline ? ('inline' as const) : ('attachment' as const),
      ...(one.contentId === null ? {} : { cid: one.contentId }),
      ...(one.contentLocation ? { headers: { 'Content-Location': one.contentLocation } } : {}),
      content: await bytesOf(blobs, one.content),
    });
  }
  return loaded;
}

async function bytesOf(
  blobs: Pick<BlobStore, 'openRange'>,
  content: DraftAttachment['content'],
): Promise<Buffer> {
  if (content instanceof Uint8Array) return Buffer.from(content);
  const { rawKey, part } = content;
  const stream = await blobs.openRange(rawKey, part.bodyStart, part.bodyEnd);
  // I7: a file that is lost is an error here: it must not be sent as an empty one.
  if (stream === null) throw new Error('the raw of an attachment is missing');
  return Buffer.from(await new Response(decodePartStream(stream, part.encoding)).arrayBuffer());
}
