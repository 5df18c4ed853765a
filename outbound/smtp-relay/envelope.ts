import type { CarrierResult, Consignment } from '../../core/ports/carrier.ts';
import type { Capabilities } from './capabilities.ts';
import { DataEncoder } from './data-encoder.ts';

type Verdict = Pick<CarrierResult, 'outcome' | 'status' | 'text'>;

const failed = (status: string, text: string): Verdict => ({ outcome: 'failed', status, text });

/**
 * Why a host can never take this message, or null. Nothing is re-encoded to make it fit: that would break the
 * signatures on it.
 */
export function unfit(mail: Consignment, can: Capabilities): Verdict | null {
  if (can.size !== null && mail.size > can.size) {
    return failed('5.3.4', `The next host takes messages of at most ${can.size} bytes.`);
  }
  if (needsUtf8(mail) && !can.smtpUtf8) {
    return failed('5.6.7', 'The next host does not take internationalised addresses or headers.');
  }
  if (mail.needs.eightBit && !can.eightBitMime) {
    return failed('5.6.3', 'The next host does not take messages with 8-bit lines.');
  }
  return null;
}

/** An address that could end its command early, or put another behind it, never gets into one (A20, A62). */
export function isSafeAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || /[\p{Cc}\u2028\u2029]/u.test(address)) return false;
  const local = address.slice(0, at);
  return (
    !/[\s<>()[\]\\,;:"@]/u.test(address.slice(at + 1)) &&
    (/^"(?:[^"\\]|\\.)*"$/.test(local) || !/[\s<>()[\]\\,;:"@]/u.test(local))
  );
}

/** MAIL (RFC 5321 4.1.1.2) with the parameters that the host knows. */
export function mailCommand(mail: Consignment, can: Capabilities): string {
  const parts = [`MAIL FROM:<${mail.mailFrom}>`];
  if (can.sizeParameter) parts.push(`SIZE=${mail.size}`);
  if (can.eightBitMime && mail.needs.eightBit) parts.push('BODY=8BITMIME');
  if (can.smtpUtf8 && needsUtf8(mail)) parts.push('SMTPUTF8');
  if (can.dsn) {
    parts.push('RET=HDRS');
    const id = xtext(mail.messageId);
    // RFC 3461 4.4: at most 100 characters.
    if (id !== '' && id.length <= 100) parts.push(`ENVID=${id}`);
  }
  return parts.join(' ');
}

/** RCPT with what DSN asks for (RFC 3461 4.1, 4.2): a message without a return path wants no word of its fate. */
export function rcptCommand(mail: Consignment, address: string, can: Capabilities): string {
  const command = `RCPT TO:<${address}>`;
  if (!can.dsn) return command;
  const notify = mail.mailFrom === '' ? 'NEVER' : 'FAILURE,DELAY';
  const ascii = isAscii(address);
  // RFC 6533 3: an internationalised address as it is, where the line may hold it.
  const original = ascii ? `rfc822;${xtext(address)}` : `utf-8;${xtext(address)}`;
  return `${command} NOTIFY=${notify} ORCPT=${original}`;
}

/** Bytes of one write, so that small chunks of storage do not become small packets. */
const BLOCK = 65_536;
/** Input that is looked at in one go. */
const SLICE = 8192;

/**
 * The message as it goes after DATA, in blocks; rejects when fewer or more bytes come than were announced. Two
 * buffers take turns: a block is gone when the next but one is asked for.
 */
export async function* encodedBlocks(mail: Consignment): AsyncGenerator<Uint8Array> {
  const encoder = new DataEncoder();
  // Small messages need no large ones: as much as this one can become at most.
  const length = Math.min(BLOCK, mail.size) + 2 * SLICE + 8;
  let [out, other] = [new Uint8Array(length), new Uint8Array(mail.size > BLOCK ? length : 0)];
  let at = 0;
  let seen = 0;
  const reader = mail.open().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.length;
      if (seen > mail.size) break;
      for (let from = 0; from < value.length; from += SLICE) {
        const slice = value.subarray(from, from + SLICE);
        if (at >= BLOCK || at + 2 * slice.length + 8 > out.length) {
          yield out.subarray(0, at);
          if (other.length === 0) other = new Uint8Array(length);
          [out, other] = [other, out];
          at = 0;
        }
        at = encoder.encode(slice, out, at);
      }
    }
  } finally {
    // Also when nobody wants the rest.
    await reader.cancel().catch(() => undefined);
  }
  if (seen !== mail.size) throw new Error(`the message has ${seen} bytes, not ${mail.size}`);
  at = encoder.end(out, at);
  yield out.subarray(0, at);
}

function needsUtf8({ needs, mailFrom, recipients }: Consignment): boolean {
  return needs.smtputf8 || !isAscii(mailFrom) || !recipients.every(isAscii);
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}

/** RFC 3461 4: printable ASCII without `+` and `=`, and `+XX` for the rest of it. */
function xtext(text: string): string {
  return text.replace(
    /[\x00-\x20+=\x7f]/g,
    (c) => `+${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
