/** Authentication-Results as others wrote it (RFC 8601 2.2). */

export interface AuthResultEntry {
  /** Lower case, e.g. `spf`. */
  method: string;
  /** Lower case, e.g. `pass`. */
  result: string;
  /** By `ptype.property` in lower case, e.g. `smtp.mailfrom`; the first of each counts. */
  props: ReadonlyMap<string, string>;
}

export interface AuthResults {
  /** Lower case. */
  authservId: string;
  entries: AuthResultEntry[];
}

const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

/** Entries of one field that are looked at. */
const MAX_ENTRIES = 100;
/** Characters of one field that are looked at. */
const MAX_LENGTH = 64 * 1024;

/**
 * Reads the value of a field. null when it is none, or when a comment or a quoted string in it never closes: half of
 * what stands in such a field comes from the sender (envelope addresses, domains, comments), and must not be able
 * to pass for a result (ATTACKS A25).
 */
export function parseAuthResults(value: string): AuthResults | null {
  const scanner = new Scanner(value.slice(0, MAX_LENGTH));
  const authservId = scanner.word(false);
  if (authservId === null || authservId === '') return null;
  // An optional version stands between the id and the first semicolon.
  scanner.word(false);
  const entries: AuthResultEntry[] = [];
  while (scanner.semicolon() && entries.length < MAX_ENTRIES) {
    const entry = readEntry(scanner);
    if (entry === 'broken') return null;
    if (entry !== null) entries.push(entry);
  }
  return scanner.broken || !scanner.atEnd ? null : { authservId: authservId.toLowerCase(), entries };
}

/** The authserv-id alone, in lower case; null when it cannot be told. `value` may be cut after it. */
export function authservIdOf(value: string): string | null {
  const id = new Scanner(value.slice(0, MAX_LENGTH)).word(false);
  return id === null || id === '' ? null : id.toLowerCase();
}

/** null for `none` and what has no result. */
function readEntry(scanner: Scanner): AuthResultEntry | null | 'broken' {
  const method = scanner.word(true);
  if (method === null) return scanner.broken ? 'broken' : null;
  if (!scanner.equals()) return scanner.broken ? 'broken' : null;
  const result = scanner.word(false);
  const props = new Map<string, string>();
  for (;;) {
    const key = scanner.word(true);
    if (key === null) break;
    const value = scanner.equals() ? (scanner.word(false) ?? '') : null;
    // A word that stands alone says nothing.
    const name = key.toLowerCase();
    if (value !== null && name !== 'reason' && !props.has(name)) props.set(name, value);
  }
  if (scanner.broken) return 'broken';
  return {
    // Without the version of the method.
    method: (method.split('/')[0] ?? '').trim().toLowerCase(),
    result: (result ?? '').toLowerCase(),
    props,
  };
}

/** Words between comments and white space; quoted strings are parts of words. */
class Scanner {
  readonly #text: string;
  #at = 0;
  broken = false;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    this.#space();
    return this.#at >= this.#text.length;
  }

  semicolon(): boolean {
    return this.#take(';');
  }

  equals(): boolean {
    return this.#take('=');
  }

  /** The next word, without its quotes; null when there is none. `key`: it ends at `=`. */
  word(key: boolean): string | null {
    this.#space();
    const start = this.#at;
    let word = '';
    let from = start;
    while (this.#at < this.#text.length && !this.broken) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) {
        word += this.#text.slice(from, this.#at) + this.#quoted();
        from = this.#at;
        continue;
      }
      if (code === SEMICOLON || code === OPEN || isSpace(code) || (key && code === EQUALS)) break;
      this.#at++;
    }
    return this.broken || this.#at === start ? null : word + this.#text.slice(from, this.#at);
  }

  #take(c: string): boolean {
    this.#space();
    if (this.broken || this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #quoted(): string {
    let word = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at] as string;
      if (c === '"') {
        this.#at++;
        return word;
      }
      if (c === '\\') this.#at++;
      word += this.#text[this.#at] ?? '';
    }
    this.broken = true;
    return word;
  }

  /** CFWS (RFC 5322 3.2.2): white space and comments, which nest. */
  #space(): void {
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === OPEN) depth++;
      else if (depth > 0) {
        if (code === CLOSE) depth--;
        else if (code === BACKSLASH) this.#at++;
      } else if (!isSpace(code)) return;
    }
    if (depth > 0) this.broken = true;
  }
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
}
