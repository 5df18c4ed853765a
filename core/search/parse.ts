import { QUERY_LIMITS, type Query, type TextField } from './query.ts';
import { fieldsNamed, type Operator, type ParseContext, restriction } from './restrictions.ts';
import { foldWords } from './words.ts';

type Token =
  | { kind: 'open' }
  | { kind: 'close' }
  | { kind: 'quoted'; text: string }
  /** `glued`: what follows stands right after it, as in `subject:"…"`. */
  | { kind: 'word'; text: string; glued: boolean };

const PIECES = /[("“”„)]|[^\s()"“”„]+|\s+/g;

/**
 * What a person typed into a search field, in the part of the Keyword Query Language (MS-KQL) that people use: words,
 * `"phrases"`, AND, OR, NOT, `-word`, parentheses, `property:value` with the properties of restrictions.ts, and
 * `begin*`. Words without an operator between them must all be there. A word outside of quotes is also found as the
 * beginning of a longer one (MS-ASCMD 2.2.3.142.2). Never fails: what is not understood is searched for as words.
 * null when there is nothing to search for.
 */
export function parseQuery(text: string, context: ParseContext): Query | null {
  const parser = new Parser(tokens(text.slice(0, QUERY_LIMITS.text)), context);
  const parts: Query[] = [];
  while (!parser.atEnd) {
    const part = parser.any(0);
    if (part !== null) parts.push(part);
    parser.skipClose();
  }
  return together('and', parts);
}

function tokens(text: string): Token[] {
  const out: Token[] = [];
  const pieces = text.match(PIECES) ?? [];
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] ?? '';
    if (piece === '(' || piece === ')') out.push({ kind: piece === '(' ? 'open' : 'close' });
    else if (isQuote(piece)) {
      const end = pieces.findIndex((p, n) => n > i && isQuote(p));
      const inside = pieces.slice(i + 1, end < 0 ? undefined : end).join('');
      out.push({ kind: 'quoted', text: inside });
      i = end < 0 ? pieces.length : end;
    } else if (piece.trim() !== '') {
      const next = pieces[i + 1];
      out.push({ kind: 'word', text: piece, glued: next === '(' || (next !== undefined && isQuote(next)) });
    }
  }
  return out;
}

function isQuote(piece: string): boolean {
  return piece.length === 1 && '"“”„'.includes(piece);
}

function together(kind: 'and' | 'or', parts: Query[]): Query | null {
  return parts.length <= 1 ? (parts[0] ?? null) : { kind, of: parts };
}

class Parser {
  readonly #tokens: Token[];
  readonly #context: ParseContext;
  #at = 0;

  constructor(list: Token[], context: ParseContext) {
    this.#tokens = list;
    this.#context = context;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** A parenthesis that closes nothing. */
  skipClose(): void {
    if (this.#tokens[this.#at]?.kind === 'close') this.#at++;
  }

  /** Alternatives, up to a closing parenthesis or the end. */
  any(depth: number, fields: readonly TextField[] | null = null): Query | null {
    const parts: Query[] = [];
    for (;;) {
      const part = this.#all(depth, fields);
      if (part !== null) parts.push(part);
      if (!this.#takeWord('OR', '|', '||')) return together('or', parts);
    }
  }

  #all(depth: number, fields: readonly TextField[] | null): Query | null {
    const parts: Query[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === 'close' || this.#isWord('OR', '|', '||')) {
        return together('and', parts);
      }
      if (this.#takeWord('AND', '&', '&&', '+')) continue;
      const part = this.#one(depth, fields);
      if (part !== null) parts.push(part);
    }
  }

  #one(depth: number, fields: readonly TextField[] | null): Query | null {
    let negative = false;
    while (this.#takeWord('NOT', '-', '!')) negative = !negative;
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'close') return null;
    this.#at++;
    if (token.kind === 'word' && /^[-+].|^![^\s]/.test(token.text)) {
      if (!token.text.startsWith('+')) negative = !negative;
      token.text = token.text.slice(1);
    }
    const found = this.#operand(token, depth, fields);
    return found === null || !negative ? found : { kind: 'not', of: found };
  }

  #operand(token: Token, depth: number, fields: readonly TextField[] | null): Query | null {
    if (token.kind === 'open') return this.#group(depth, fields);
    if (token.kind === 'quoted') return words(token.text, false, fields);
    if (token.kind === 'close') return null;
    return this.#property(token, depth) ?? words(token.text, true, fields);
  }

  #group(depth: number, fields: readonly TextField[] | null): Query | null {
    // ATTACKS: each level is a level of our own stack. Deeper parentheses are taken for spaces.
    if (depth >= QUERY_LIMITS.depth) return null;
    const inside = this.any(depth + 1, fields);
    this.skipClose();
    return inside;
  }

  #property(token: Token & { kind: 'word' }, depth: number): Query | null {
    const match = /^([a-z]{2,20})(:|>=|<=|<>|>|<|=)(.*)$/i.exec(token.text);
    if (match === null) return null;
    const property = (match[1] ?? '').toLowerCase();
    const operator = match[2] as Operator;
    let value = match[3] ?? '';
    const fields = operator === ':' || operator === '=' ? fieldsNamed(property) : null;
    const next = this.#tokens[this.#at];
    if (value === '' && token.glued && next?.kind === 'open' && fields !== null) {
      this.#at++;
      return this.#group(depth, fields);
    }
    const quoted = value === '' && token.glued && next?.kind === 'quoted' ? next : null;
    if (quoted !== null) value = quoted.text;
    const found =
      fields === null
        ? restriction(property, operator, value, this.#context)
        : value === ''
          ? null
          : quoted === null
            ? words(value, true, fields)
            : words(value, false, fields);
    if (found !== null && quoted !== null) this.#at++;
    return found;
  }

  #isWord(...words: string[]): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' && words.includes(token.text);
  }

  #takeWord(...words: string[]): boolean {
    if (!this.#isWord(...words)) return false;
    this.#at++;
    return true;
  }
}

/** null for signs alone: they ask for nothing. */
function words(text: string, prefix: boolean, fields: readonly TextField[] | null): Query | null {
  return foldWords(text).length === 0 ? null : { kind: 'text', text, prefix, fields };
}
