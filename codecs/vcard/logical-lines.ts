import { LIMITS, VCardError } from './errors.ts';
import { markOf } from './mark.ts';

const [TAB, LF, CR, SPACE, EQUALS] = [9, 10, 13, 32, 61];

/** Lines of a vCard as they stand, without their ends; CR, LF and CRLF end a line. */
function* physicalLines(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte !== LF && byte !== CR) continue;
    yield bytes.subarray(start, i);
    if (byte === CR && bytes[i + 1] === LF) i++;
    start = i + 1;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

/**
 * Unfolded lines (RFC 6350 3.2), in bytes: a fold may stand inside a character. vCard 2.1 folds before a space that stays,
 * and continues quoted-printable after a `=` at the end of a line (vCard 2.1, 2.1.3). Throws VCardError 'too-large'.
 */
export function logicalLines(bytes: Uint8Array, isOld: boolean): Uint8Array[] {
  const lines: Uint8Array[][] = [];
  let current: Uint8Array[] | null = null;
  let softBreak = false;
  let count = 0;
  for (const line of physicalLines(bytes)) {
    if (++count > LIMITS.lines) throw new VCardError('too-large');
    // Line ends that were doubled on the way divide nothing; in vCard 2.1 an empty line may end a value.
    if (line.length === 0) {
      softBreak = false;
      continue;
    }
    const isFolded = line[0] === SPACE || line[0] === TAB;
    // A value may end in `=` by mistake; the card ends all the same.
    if (current !== null && softBreak && markOf(line) === null) current.push(line);
    else if (current !== null && isFolded) current.push(isOld ? line : line.subarray(1));
    else {
      current = [line];
      lines.push(current);
    }
    softBreak = line[line.length - 1] === EQUALS && isQuotedPrintable(current);
    if (softBreak) current[current.length - 1] = line.subarray(0, -1);
  }
  return lines.map(joined).filter((line) => line.length > 0);
}

const MAX_HEAD = 300;

/** Its parameters say so, in whichever version: exporters of 3.0 do it too. */
function isQuotedPrintable([first]: Uint8Array[]): boolean {
  const head = String.fromCharCode(...(first ?? new Uint8Array()).subarray(0, MAX_HEAD)).toUpperCase();
  const colon = head.indexOf(':');
  return head.slice(0, colon < 0 ? head.length : colon).includes('QUOTED-PRINTABLE');
}

function joined(parts: Uint8Array[]): Uint8Array {
  const [first, ...others] = parts;
  if (first === undefined) return new Uint8Array();
  if (others.length === 0) return first;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
