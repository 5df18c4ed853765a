const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LF = 0x0a;
const QUOTE = 0x3e;
const FROM = [0x46, 0x72, 0x6f, 0x6d, 0x20];
const NOBODY = 'MAILER-DAEMON';

/**
 * A message as an entry of an mbox file in the form mboxrd: the From_ line, the message in which each line that could be
 * taken for one has a `>` more, a line feed when it does not end in one, and an empty line (RFC 4155 A). Line endings stay
 * as they are.
 * @param sender of the envelope; what is none becomes MAILER-DAEMON
 * @param receivedAt milliseconds since the epoch
 */
export function mboxEntry(raw: Uint8Array, sender: string, receivedAt: number): Uint8Array[] {
  const closed = raw.length === 0 || raw[raw.length - 1] === LF;
  const line = `From ${/^[\x21-\x7e]+$/.test(sender) ? sender : NOBODY} ${asctime(receivedAt)}\n`;
  return [new TextEncoder().encode(line), ...quoted(raw), new TextEncoder().encode(closed ? '\n' : '\n\n')];
}

/** Pieces of the message, with a `>` between them where a line asks for one. */
function quoted(raw: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let at = 0; at >= 0 && at < raw.length; ) {
    if (isFromLine(raw, at)) {
      pieces.push(raw.subarray(from, at), Uint8Array.of(QUOTE));
      from = at;
    }
    const end = raw.indexOf(LF, at);
    at = end < 0 ? -1 : end + 1;
  }
  pieces.push(raw.subarray(from));
  return pieces;
}

/** Whether `>`s, and none as well, and `From ` begin here. */
export function isFromLine(bytes: Uint8Array, start: number): boolean {
  let at = start;
  while (bytes[at] === QUOTE) at++;
  return FROM.every((byte, n) => bytes[at + n] === byte);
}

/** `Thu Nov 24 18:22:48 1986`, in UTC (RFC 4155 A). */
function asctime(at: number): string {
  const d = new Date(at);
  const time = d.toISOString().slice(11, 19);
  const day = String(d.getUTCDate()).padStart(2, ' ');
  return `${DAYS[d.getUTCDay()]} ${MONTHS[d.getUTCMonth()]} ${day} ${time} ${d.getUTCFullYear()}`;
}
