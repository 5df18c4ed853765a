import { Buffer } from 'node:buffer';
import { base64, nameParameter, quotedPrintable, uuencode } from './encoders.ts';
import type { Random } from './random.ts';

interface GeneratedPart {
  mediaType: string;
  name: string | null;
  content: Uint8Array;
}

export interface GeneratedMessage {
  raw: Uint8Array;
  /** Leaves in order; content of message/rfc822 is the inner message. */
  parts: GeneratedPart[];
}

const NAMES = [
  'report.pdf',
  'with space and (brackets) [1].txt',
  'quote " and back\\slash.bin',
  'semi;colon=equals, comma.csv',
  'žluťoučký kůň.docx',
  '漢字の名前.png',
  'файл отчёта за год.xlsx',
  'emoji 🎉🎊.gif',
  "apostrophe's.txt",
  'per%20cent.txt',
  'a'.repeat(120),
];
const TYPES = [
  'application/pdf',
  'image/png',
  'application/octet-stream',
  'audio/mpeg',
  'application/x-tar',
  'text/csv',
];
const MULTIPARTS = ['mixed', 'mixed', 'related', 'alternative', 'parallel', 'report', 'x-unknown'];
const BOUNDARIES = ['b', 'abc', '----=_NextPart_000_0000', "=_?:'()+,./=", 'with space x', '0', '=-dash-'];

class Builder {
  readonly #random: Random;
  readonly #eol: string;
  readonly parts: GeneratedPart[] = [];
  #boundaries = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#eol = random.pick(['\r\n', '\r\n', '\n']);
  }

  build(): Uint8Array {
    const { chance } = this.#bound();
    const head = ['From: a@example.org', 'To: b@example.org', 'Subject: generated', 'MIME-Version: 1.0'];
    if (chance(20)) head.push(`X-Folded: one${this.#eol}\ttwo${this.#eol}  three`);
    return Buffer.from(head.join(this.#eol) + this.#eol + this.#entity(0), 'latin1');
  }

  #bound(): { chance: (percent: number) => boolean } {
    return { chance: (percent) => this.#random.chance(percent) };
  }

  /** Header fields, empty line, body; without a line end after the body. */
  #entity(depth: number): string {
    if (depth < 4 && this.#random.chance(depth === 0 ? 90 : 25)) return this.#multipart(depth);
    return depth > 0 && this.#random.chance(8) ? this.#message() : this.#leaf();
  }

  #multipart(depth: number): string {
    const random = this.#random;
    const eol = this.#eol;
    // One boundary is often the beginning of another.
    const boundary = `${random.pick(BOUNDARIES)}${this.#boundaries++}`;
    const quoted = /^[\w-]+$/.test(boundary) && random.chance(40) ? boundary : `"${boundary}"`;
    const field = random.pick(['Content-Type', 'content-type', 'CONTENT-TYPE']);
    const fold = random.chance(50) ? `${eol}\t` : ' ';
    let out = `${field}: multipart/${random.pick(MULTIPARTS)};${fold}boundary=${quoted}${eol}${eol}`;
    if (random.chance(40)) out += `This is a multi-part message in MIME format.${eol}--not a boundary${eol}`;
    const count = 1 + random.below(4);
    for (let i = 0; i < count; i++) {
      const padding = random.chance(10) ? random.pick([' ', '\t', '   \t']) : '';
      out += `--${boundary}${padding}${eol}${this.#entity(depth + 1)}${eol}`;
    }
    // The last part of a message cut short has no delimiter after it; only the outermost can be.
    if (depth === 0 && random.chance(10)) return out;
    out += `--${boundary}--`;
    if (random.chance(30)) out += `${eol}epilogue${eol}`;
    return out;
  }

  #message(): string {
    const eol = this.#eol;
    const inner = `Subject: inner${eol}Content-Type: multipart/mixed; boundary=in${this.#boundaries}${eol}${eol}--in${this.#boundaries}${eol}${eol}text${eol}--in${this.#boundaries}--${eol}`;
    this.#boundaries++;
    this.parts.push({ mediaType: 'message/rfc822', name: null, content: Buffer.from(inner, 'latin1') });
    return `Content-Type: message/rfc822${eol}${eol}${inner}`;
  }

  #leaf(): string {
    const random = this.#random;
    const eol = this.#eol;
    const mediaType = random.pick(TYPES);
    const name = random.chance(75) ? random.pick(NAMES) : null;
    const size = random.pick([0, 1, 2, 3, 4, 57, 58, 100, 1000, 3000]);
    const encoding = random.pick([
      'base64',
      'base64',
      'base64',
      'quoted-printable',
      'x-uuencode',
      '8bit',
      'binary',
      '7bit',
      '',
    ]);
    let content = random.bytes(size);
    let body: string;
    if (encoding === 'base64') body = base64(random, content, eol);
    else if (encoding === 'quoted-printable') body = quotedPrintable(random, content, eol);
    else if (encoding === 'x-uuencode') body = uuencode(content, eol);
    else {
      // As it is: any bytes but those that would end the part or be taken for a line end of another kind.
      content = Uint8Array.from(content, (byte) => (byte === 13 || byte === 45 ? 120 : byte));
      body = Buffer.from(content).toString('latin1');
    }
    this.parts.push({ mediaType, name, content });
    const shown = random.chance(30) ? encoding.toUpperCase() : encoding;
    const fields: string[] = [];
    const inType = name !== null && random.chance(40);
    fields.push(
      `Content-Type: ${mediaType}${inType && name !== null ? `;${eol} ${nameParameter(random, 'name', name, eol)}` : ''}`,
    );
    if (shown !== '') fields.push(`Content-Transfer-Encoding: ${shown}`);
    if (name !== null && !inType) {
      fields.push(`Content-Disposition: attachment;${eol} ${nameParameter(random, 'filename', name, eol)}`);
    }
    if (random.chance(20)) fields.push(`Content-ID: <${random.below(1e9)}@example.org>`);
    // Any order.
    if (random.chance(50)) fields.reverse();
    return `${fields.join(eol)}${eol}${eol}${body}`;
  }
}

/** A message and what must be found in it. */
export function generateMessage(random: Random): GeneratedMessage {
  const builder = new Builder(random);
  const raw = builder.build();
  return { raw, parts: builder.parts };
}
