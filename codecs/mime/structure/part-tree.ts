import type { PartHead } from '../header/part-head.ts';
import type { MimeLimits } from '../limits.ts';
import { createTransferDecoder } from '../transfer/decode.ts';
import type { TransferDecoder } from '../transfer/decoder.ts';
import type { Degraded, PartIndex } from '../types.ts';

/** An open multipart. */
interface Level {
  /** Index of the multipart in `parts`. */
  part: number;
  /** Boundary it named, '' when it named none that can be used. */
  declared: string;
  /** Boundary taken from the body, or ''. */
  guessed: string;
  /** Its declared boundary has come. */
  seen: boolean;
  closed: boolean;
  children: number;
  /** Lines that were looked at as its possible boundary. */
  candidates: number;
}

/** A multipart whose boundary has not shown by then has none: looking on costs more than it can find. */
const MAX_CANDIDATES = 1000;

/** A line that ends whatever part is open: the delimiter of a level, or its closing one. */
export interface Delimiter {
  level: number;
  close: boolean;
  /** The level's declared boundary comes only now, after parts were made with a guessed one. */
  overrules: boolean;
}

/** Parts under construction: which multiparts are open, which part receives content, how much it decodes to. */
export class PartTree {
  readonly parts: PartIndex[] = [];
  /** For each part: bytes other than whitespace were seen in its content (for a multipart: outside its parts). */
  readonly visible: boolean[] = [];
  readonly #limits: MimeLimits;
  readonly #degraded: Set<Degraded>;
  #levels: Level[] = [];
  /** Delimiter texts of the open levels, each naming the innermost level it belongs to. */
  #delimiters = new Map<string, number>();
  #longest = 0;
  /** Part that receives content. */
  #current = -1;
  #decoder: TransferDecoder | null = null;
  #decoded = 0;
  /** The last part takes everything up to the end. */
  #swallowing = false;

  constructor(limits: MimeLimits, degraded: Set<Degraded>) {
    this.#limits = limits;
    this.#degraded = degraded;
  }

  /** Longest text after the `--` of a delimiter that can matter now; 0 when no line can. */
  get longestDelimiter(): number {
    return this.#guessing ? Math.max(this.#longest, this.#limits.maxBoundaryBytes) : this.#longest;
  }

  /** The innermost multipart has had no delimiter yet, so one may be taken from the body. */
  get #guessing(): boolean {
    const level = this.#levels.at(-1);
    return (
      level !== undefined &&
      level.part === this.#current &&
      !level.seen &&
      !level.closed &&
      level.guessed === '' &&
      level.candidates < MAX_CANDIDATES
    );
  }

  /** Whether a delimiter can be taken from the body and, if so, whether its multipart named none at all. */
  get guess(): 'no' | 'undeclared' | 'mismatch' {
    if (!this.#guessing) return 'no';
    return this.#levels.at(-1)?.declared === '' ? 'undeclared' : 'mismatch';
  }

  /** Notes that a line was looked at as a delimiter that no multipart named, and was none. */
  rejectGuess(): void {
    const level = this.#levels.at(-1);
    if (level !== undefined) level.candidates++;
  }

  get currentIsContainer(): boolean {
    return this.#levels.at(-1)?.part === this.#current;
  }

  match(text: string): Delimiter | null {
    let close = false;
    let level = this.#delimiters.get(text);
    if (level === undefined && text.endsWith('--')) {
      level = this.#delimiters.get(text.slice(0, -2));
      close = true;
    }
    if (level === undefined) return null;
    const open = this.#levels[level] as Level;
    const name = close ? text.slice(0, -2) : text;
    return { level, close, overrules: !open.seen && open.guessed !== '' && name === open.declared };
  }

  /** Makes `text` the boundary of the innermost multipart. */
  adopt(text: string): Delimiter {
    const level = this.#levels.length - 1;
    const open = this.#levels[level] as Level;
    open.guessed = text;
    this.#degraded.add(open.declared === '' ? 'boundary-guessed' : 'boundary-mismatch');
    this.#indexDelimiters();
    return { level, close: false, overrules: false };
  }

  /** Ends the open parts inside the delimiter's level at `end`. The next part, if any, begins with openPart. */
  delimit(delimiter: Delimiter, end: number): void {
    const level = this.#levels[delimiter.level] as Level;
    this.#endCurrent(end);
    const inner = this.#levels.splice(delimiter.level + 1);
    for (const ended of inner) this.#endContainer(ended, end);
    if (delimiter.overrules) {
      this.parts.length = level.part + 1;
      this.visible.length = level.part + 1;
      level.children = 0;
      level.guessed = '';
      this.#degraded.delete('boundary-mismatch');
    }
    if (level.guessed === '') level.seen = true;
    level.closed = delimiter.close;
    this.#current = level.part;
    if (inner.length > 0 || delimiter.close || delimiter.overrules) this.#indexDelimiters();
  }

  /** True when only one more part is allowed. */
  get isFull(): boolean {
    return this.parts.length >= this.#limits.maxParts - 1;
  }

  /** RFC 2046 5.1.5: the parts of a digest are messages. */
  get defaultType(): string {
    const parent = this.parts[this.#levels.at(-1)?.part ?? -1];
    return parent?.mediaType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  }

  openPart(head: PartHead, headerStart: number, bodyStart: number): void {
    const parentLevel = this.#levels.at(-1);
    const parent = parentLevel === undefined ? undefined : this.parts[parentLevel.part];
    const depth = parent === undefined ? 0 : parent.depth + 1;
    let { mediaType, encoding } = head;
    let isContainer = mediaType.startsWith('multipart/');
    if (isContainer && depth >= this.#limits.maxDepth) {
      this.#degraded.add('depth-limit');
      isContainer = false;
      mediaType = 'text/plain';
      encoding = '8bit';
    }
    if (isContainer && createTransferDecoder(encoding) !== null) {
      this.#degraded.add('encoded-multipart');
      encoding = '8bit';
    }
    let path = isContainer ? '' : '1';
    if (parentLevel !== undefined && parent !== undefined) {
      path = `${parent.path === '' ? '' : `${parent.path}.`}${++parentLevel.children}`;
    }
    this.#current = this.parts.length;
    this.parts.push({
      path,
      parent: parentLevel?.part ?? null,
      ...head,
      mediaType,
      encoding,
      headerStart,
      bodyStart,
      bodyEnd: bodyStart,
      decodedSize: 0,
      depth,
      isInline: false,
    });
    this.visible.push(false);
    this.#decoded = 0;
    this.#decoder = isContainer ? null : createTransferDecoder(encoding);
    if (isContainer) this.#openLevel(head.params['boundary']);
  }

  /** The rest of the message as one part, when no more parts are allowed. */
  swallow(start: number): void {
    this.#degraded.add('parts-limit');
    this.openPart(
      {
        mediaType: 'application/octet-stream',
        params: Object.create(null),
        charset: null,
        encoding: '8bit',
        disposition: null,
        name: null,
        contentId: null,
        contentLocation: null,
        description: null,
      },
      start,
      start,
    );
    this.#swallowing = true;
    this.#delimiters.clear();
    this.#longest = 0;
  }

  /** Content of the current part. */
  feed(data: Uint8Array, from: number, to: number): void {
    if (from >= to) return;
    if (this.visible[this.#current] === false) {
      for (let i = from; i < to; i++) {
        if ((data[i] as number) <= 32) continue;
        this.visible[this.#current] = true;
        break;
      }
    }
    if (this.#decoder !== null) this.#decoded += this.#decoder.decode(data, from, to, null, 0);
  }

  /** Ends everything; `contentEnd` is where the current part ends, before a line end that may be a delimiter's. */
  end(size: number, contentEnd: number): void {
    if (this.#levels.some((level) => !level.closed) && !this.#swallowing) this.#degraded.add('unterminated');
    this.#endCurrent(contentEnd);
    for (const level of this.#levels) this.#endContainer(level, size);
  }

  #openLevel(parameter: string | undefined): void {
    const boundary = parameter?.trimEnd() ?? '';
    const usable = boundary.length <= this.#limits.maxBoundaryBytes;
    this.#levels.push({
      part: this.#current,
      declared: usable ? boundary : '',
      guessed: '',
      seen: false,
      closed: false,
      children: 0,
      candidates: 0,
    });
    this.#indexDelimiters();
  }

  #indexDelimiters(): void {
    this.#delimiters.clear();
    this.#longest = 0;
    for (const [index, level] of this.#levels.entries()) {
      if (level.closed) continue;
      for (const text of [level.declared, level.guessed]) {
        if (text === '') continue;
        this.#delimiters.set(text, index);
        this.#longest = Math.max(this.#longest, text.length + 2);
      }
    }
  }

  #endCurrent(end: number): void {
    const part = this.parts[this.#current];
    if (part === undefined || this.currentIsContainer) return;
    part.bodyEnd = Math.max(part.bodyStart, end);
    part.decodedSize =
      this.#decoder === null ? part.bodyEnd - part.bodyStart : this.#decoded + this.#decoder.finish(null, 0);
    this.#decoder = null;
  }

  #endContainer(level: Level, end: number): void {
    const part = this.parts[level.part] as PartIndex;
    part.bodyEnd = Math.max(part.bodyStart, end);
    part.decodedSize = part.bodyEnd - part.bodyStart;
  }
}
