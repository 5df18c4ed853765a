import { encodeText, join } from './bytes.ts';

/** A field as it stands in the bytes, continuation lines and the last line end included. */
interface RawField {
  /** Lower case. */
  name: string;
  start: number;
  end: number;
}

export interface RawHeader {
  fields: RawField[];
  /** Offset after the empty line, or where something else than a field begins. */
  bodyStart: number;
}

const LF = 10;
const COLON = 58;

/** Finds the fields of a message whose lines end in CRLF, by the same rules as the indexer. */
export function scanHeader(raw: Uint8Array): RawHeader {
  const fields: RawField[] = [];
  let at = 0;
  while (at < raw.length) {
    const lf = raw.indexOf(LF, at);
    const end = lf < 0 ? raw.length : lf + 1;
    if (isEmptyLine(raw, at, end)) return { fields, bodyStart: end };
    const last = fields.at(-1);
    if (raw[at] === 32 || raw[at] === 9) {
      // A line that continues nothing: text, unless it is as good as empty.
      if (last === undefined && !isBlank(raw, at, end)) return { fields, bodyStart: at };
      if (last !== undefined && last.end === at) last.end = end;
    } else {
      const name = fieldName(raw, at, end);
      if (name !== null) fields.push({ name, start: at, end });
      else if (!isMboxLine(raw, at)) return { fields, bodyStart: at };
    }
    at = end;
  }
  return { fields, bodyStart: raw.length };
}

function isEmptyLine(raw: Uint8Array, at: number, end: number): boolean {
  return end - at === 1 ? raw[at] === LF : end - at === 2 && raw[at] === 13 && raw[at + 1] === LF;
}

function isBlank(raw: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) {
    const byte = raw[i];
    if (byte !== 32 && byte !== 9 && byte !== 13 && byte !== LF) return false;
  }
  return true;
}

function fieldName(raw: Uint8Array, at: number, end: number): string | null {
  let to = at;
  while (to < end && (raw[to] as number) > 32 && (raw[to] as number) < 127 && raw[to] !== COLON) to++;
  let colon = to;
  // RFC 5322 4.5: whitespace before the colon is obsolete, and hides no field from whoever looks for it.
  while (colon < end && (raw[colon] === 32 || raw[colon] === 9)) colon++;
  if (to === at || raw[colon] !== COLON) return null;
  return Array.from(raw.subarray(at, to), (byte) => String.fromCharCode(byte))
    .join('')
    .toLowerCase();
}

/** The separator of mbox files, which the indexer skips too. */
function isMboxLine(raw: Uint8Array, at: number): boolean {
  const start = raw[at] === 62 ? at + 1 : at;
  return [70, 114, 111, 109, 32].every((byte, i) => raw[start + i] === byte);
}

/** Whether a field describes the content (RFC 2045 1, RFC 2183), not the message: it changes with the content. */
export function isContentField(name: string): boolean {
  return name.startsWith('content-') && name !== 'content-class';
}

/** The fields that `keep` accepts, as they stand, each ended with CRLF. */
export function keptFields(
  raw: Uint8Array,
  header: RawHeader,
  keep: (name: string) => boolean,
): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (const { name, start, end } of header.fields) {
    if (!keep(name)) continue;
    kept.push(raw.subarray(start, end));
    if (raw[end - 1] !== LF) kept.push(encodeText('\r\n'));
  }
  return kept;
}

/**
 * The message without the fields of some names and with others after those that stay: its header with the empty line,
 * and its body, which is the very bytes. `add` holds whole lines without their line end; folded ones have it inside.
 * The lines of `raw` end in CRLF.
 */
export function rewriteHeader(
  raw: Uint8Array,
  drop: ReadonlySet<string>,
  add: readonly string[],
): [head: Uint8Array, body: Uint8Array] {
  const header = scanHeader(raw);
  const head = join([
    ...keptFields(raw, header, (name) => !drop.has(name)),
    encodeText(`${add.map((line) => `${line}\r\n`).join('')}\r\n`),
  ]);
  return [head, raw.subarray(header.bodyStart)];
}
