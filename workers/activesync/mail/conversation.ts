import { bytesOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';

const ID_BYTES = 16;

/** 16 opaque bytes that all messages of a thread share (MS-ASEMAIL 2.2.2.21). */
export function conversationId(threadId: string): Uint8Array {
  if (/^[0-9a-f]{32}$/.test(threadId)) return fromHex(threadId);
  const bytes = new Uint8Array(ID_BYTES);
  new TextEncoder().encodeInto(threadId.slice(-ID_BYTES), bytes);
  return bytes;
}

/** The thread that a ConversationId of a request names, or null when it is none of ours. */
export function threadIdOf(element: WbxmlElement | undefined): string | null {
  const bytes = bytesOf(element);
  if (bytes === undefined) return null;
  if (bytes.length === ID_BYTES) return toHex(bytes);
  // Some clients write what they were given as text.
  const text = new TextDecoder().decode(bytes).trim();
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  if (!/^[A-Za-z0-9+/]{22}==$/.test(text)) return null;
  return toHex(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
}

/** Timestamps of 5 bytes, the first one of the message that began the conversation (MS-ASEMAIL 2.2.2.22). */
export function conversationIndex(hex: string, receivedAt: number): Uint8Array {
  return /^(?:[0-9a-f]{10})+$/.test(hex) ? fromHex(hex) : fromHex(timestamp(receivedAt));
}

/** The five bytes of a FILETIME below its highest one, in hex. */
function timestamp(at: number): string {
  const ticks = (BigInt(Math.max(0, Math.floor(at))) + 11_644_473_600_000n) * 10_000n;
  return ((ticks >> 16n) & 0xff_ffff_ffffn).toString(16).padStart(10, '0');
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16),
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
