import { MimeIndexer } from '../../../codecs/mime/index.ts';
import type { Message, MessagePart } from '../../../core/mail/types.ts';
import type { BlobStore } from '../../../core/ports/blobs.ts';

/** Bytes of the raw in which the header of a voice mail is looked for. */
const HEADER_BYTES = 32 * 1024;
const MAX_SECONDS = 0x7fff_ffff;
const VOICE_CLASS = /^IPM\.Note\.(?:RPMSG\.)?Microsoft\.(?:Voicemail|Missed\.Voice)/;

/** What the header of a voice mail says of it (MS-OXOUM 2.2.3). */
export interface VoiceFacts {
  /** Telephone number of the caller, or null. */
  caller: string | null;
  /** Length of the latest recording, or null. */
  seconds: number | null;
  /** 1 for the latest recording, 2 for the one before it; null for what is none. */
  orderOf(part: MessagePart): number | null;
}

/** Facts of a voice mail; null for any other message, and for one whose raw is gone (I7). */
export async function voiceFacts(blobs: BlobStore, message: Message): Promise<VoiceFacts | null> {
  if (!VOICE_CLASS.test(message.messageClass)) return null;
  const head = await blobs.readRange(message.rawKey, 0, Math.min(message.size, HEADER_BYTES));
  if (head === null) return null;
  const indexer = new MimeIndexer();
  indexer.write(head);
  const { headers } = indexer.end();
  const field = (name: string) => headers.find((h) => h.name === name)?.value.trim() ?? '';
  // Names of the recordings, the oldest first.
  const order = field('x-attachmentorder')
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .reverse();
  const seconds = field('x-voicemessageduration');
  return {
    caller: field('x-callingtelephonenumber').slice(0, 255) || null,
    seconds: /^\d{1,9}$/.test(seconds) ? Math.min(MAX_SECONDS, Number(seconds)) : null,
    orderOf: (part) => {
      const at = part.name === null ? -1 : order.indexOf(part.name);
      return at < 0 ? null : at + 1;
    },
  };
}
