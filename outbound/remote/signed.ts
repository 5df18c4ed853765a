import { encodeText, join } from '../../codecs/mime/edit/index.ts';
import type { OutboxEntry } from '../../core/ports/outbox.ts';
import { sizeOf, type WholeMessage, withoutBcc } from '../prepare.ts';
import type { OutboundServices } from '../services.ts';

export interface Signed {
  message: WholeMessage;
  /** What was put before the header, so that the next attempt sends the same bytes; '' when that is not known. */
  signature: string;
}

/** The exact bytes that leave: without Bcc, small enough, with the signatures of the first attempt. */
export async function signedMessage(
  { dkim, shrink }: Pick<OutboundServices, 'dkim' | 'shrink'>,
  entry: OutboxEntry,
  message: WholeMessage,
  maxBytes: number,
): Promise<Signed> {
  const stripped = withoutBcc(message);
  const { signature } = entry;
  if (sizeOf(stripped) + signature.length > maxBytes) {
    const smaller = await shrink?.(entry, stripped, maxBytes);
    // Another message: a way out that takes more would need other signatures, so that none are kept.
    if (smaller)
      return { message: await dkim.sign(entry.ref.tenantId, entry.fromDomain, smaller), signature: '' };
  }
  const [head, body] = stripped;
  if (signature !== '') return { message: [join([encodeText(signature), head]), body], signature };
  const signed = await dkim.sign(entry.ref.tenantId, entry.fromDomain, [head, body]);
  return { message: signed, signature: prefixOf(signed[0], head) };
}

function prefixOf(signed: Uint8Array, head: Uint8Array): string {
  const length = signed.length - head.length;
  if (length <= 0 || !head.every((byte, n) => signed[length + n] === byte)) return '';
  const text = new TextDecoder().decode(signed.subarray(0, length));
  return /^[\x20-\x7e\r\n\t]*$/.test(text) ? text : '';
}
