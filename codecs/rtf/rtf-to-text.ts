/** Groups whose content is no text of the document (RTF 1.9.1, destinations). */
const SILENT = new Set([
  ...['fonttbl', 'colortbl', 'stylesheet', 'info', 'pict', 'object', 'themedata', 'datastore', 'listtable'],
  ...[
    'listoverridetable',
    'rsidtbl',
    'generator',
    'header',
    'footer',
    'headerl',
    'headerr',
    'footerl',
    'footerr',
  ],
  ...['fldinst', 'filetbl', 'revtbl', 'xmlnstbl', 'latentstyles', 'mmathPr', 'bkmkstart', 'bkmkend'],
]);
const WORDS: Readonly<Record<string, string>> = {
  ...{ par: '\n', line: '\n', sect: '\n', page: '\n', row: '\n', tab: '\t', cell: '\t' },
  ...{ emdash: '\u2014', endash: '\u2013', bullet: '\u2022', lquote: '\u2018', rquote: '\u2019' },
  ...{ ldblquote: '\u201c', rdblquote: '\u201d', emspace: '\u2003', enspace: '\u2002' },
};
/** Groups in groups that are looked at; what is deeper is one group to the reader. */
const MAX_DEPTH = 200;
const TOKEN = /\\([a-zA-Z]+)(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|[{}]|[^\\{}\r\n]+|[\r\n]+|\\/g;

type Decoder = InstanceType<typeof TextDecoder>;

interface Group {
  silent: boolean;
  /** Characters that stand for a `\u` in readers that know none (RTF 1.9.1, \ucN). */
  skip: number;
}

/** The words of an RTF document, in lines. Never fails: what makes no sense is left out. */
export function rtfToText(document: Uint8Array): string {
  const source = new TextDecoder('windows-1252').decode(document);
  const decoder = decoderOf(source);
  const reader = new Reader(decoder);
  for (const match of source.matchAll(TOKEN)) reader.take(match);
  return reader.text();
}

function decoderOf(source: string): Decoder {
  const page = /\\ansicpg(\d{1,5})/.exec(source.slice(0, 1000))?.[1] ?? '1252';
  try {
    return new TextDecoder(page === '65001' ? 'utf-8' : page === '932' ? 'shift_jis' : `windows-${page}`);
  } catch {
    return new TextDecoder('windows-1252');
  }
}

class Reader {
  readonly #decoder: Decoder;
  readonly #out: string[] = [];
  readonly #groups: Group[] = [];
  #group: Group = { silent: false, skip: 1 };
  #deeper = 0;
  #toSkip = 0;
  #bytes: number[] = [];

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
  }

  take(match: RegExpExecArray): void {
    const [token, word, value, hex, symbol] = match;
    if (hex !== undefined) {
      this.#byte(Number.parseInt(hex, 16));
      return;
    }
    this.#flush();
    if (token === '{') this.#open();
    else if (token === '}') this.#close();
    else if (word !== undefined) this.#word(word, value === undefined ? null : Number(value));
    else if (symbol !== undefined) this.#symbol(symbol);
    else if (token !== '\\' && !/^[\r\n]/.test(token)) this.#say(token);
  }

  text(): string {
    this.#flush();
    return this.#out
      .join('')
      .replace(/\n$/, '')
      .replace(/[\u0000-\u0008\u000b-\u001f]/g, '');
  }

  #open(): void {
    if (this.#groups.length >= MAX_DEPTH) this.#deeper++;
    else {
      this.#groups.push(this.#group);
      this.#group = { ...this.#group };
    }
  }

  #close(): void {
    this.#toSkip = 0;
    if (this.#deeper > 0) this.#deeper--;
    else this.#group = this.#groups.pop() ?? this.#group;
  }

  #word(word: string, value: number | null): void {
    if (SILENT.has(word)) this.#group.silent = true;
    else if (word === 'uc' && value !== null) this.#group.skip = Math.min(Math.max(value, 0), 16);
    else if (word === 'u' && value !== null) {
      if (!this.#group.silent) this.#out.push(String.fromCharCode(value & 0xffff));
      this.#toSkip = this.#group.skip;
    } else if (Object.hasOwn(WORDS, word)) this.#say(WORDS[word] ?? '');
  }

  #symbol(symbol: string): void {
    if (symbol === '*') this.#group.silent = true;
    else if (symbol === '~') this.#say('\u00a0');
    else if (symbol === '_') this.#say('-');
    else if (symbol === '\n' || symbol === '\r') this.#say('\n');
    else if ('\\{}'.includes(symbol)) this.#say(symbol);
  }

  #byte(byte: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    else if (!this.#group.silent) this.#bytes.push(byte);
  }

  /** Bytes in a row may be one character of two. */
  #flush(): void {
    if (this.#bytes.length === 0) return;
    this.#out.push(this.#decoder.decode(Uint8Array.from(this.#bytes)));
    this.#bytes = [];
  }

  #say(text: string): void {
    const skipped = Math.min(this.#toSkip, text.length);
    this.#toSkip -= skipped;
    if (!this.#group.silent) this.#out.push(text.slice(skipped));
  }
}
