/** A token of SQL; what stands in parentheses is one token. */
export type Token =
  | { kind: 'word'; text: string; quoted: boolean }
  | { kind: 'param'; index: number }
  | { kind: 'literal' }
  | { kind: 'mark'; text: string }
  | { kind: 'group'; tokens: Token[] };

const LEXEME =
  /\s+|--[^\n]*|"((?:[^"]|"")*)"|'(?:[^']|'')*'|\$(\d+)|\?|[A-Za-z_]\w*|\d+(?:\.\d+)?|<>|<=|>=|->>|->|::|@@|\|\||[^\s]/g;

/** Enough of a parser for the statements that the stores make; it knows nothing of their meaning. */
export function parse(sql: string): Token[] {
  const root: Token[] = [];
  const open: Token[][] = [root];
  let params = 0;
  for (const match of sql.matchAll(LEXEME)) {
    const [text, quoted, numbered] = match;
    const into = open.at(-1) ?? root;
    if (/^(\s|--)/.test(text)) continue;
    if (text === '(') {
      const group: Token = { kind: 'group', tokens: [] };
      into.push(group);
      open.push(group.tokens);
    } else if (text === ')') open.pop();
    else if (quoted !== undefined) into.push({ kind: 'word', text: quoted, quoted: true });
    else if (text === '?') into.push({ kind: 'param', index: params++ });
    else if (numbered !== undefined) into.push({ kind: 'param', index: Number(numbered) - 1 });
    else if (/^['\d]/.test(text)) into.push({ kind: 'literal' });
    else if (/^[A-Za-z_]/.test(text)) into.push({ kind: 'word', text: text.toLowerCase(), quoted: false });
    else into.push({ kind: 'mark', text });
  }
  return root;
}

export function isKeyword(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && !token.quoted && words.includes(token.text);
}

export function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

/** Parts between the tokens that `separates` names. */
export function split(tokens: readonly Token[], separates: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (separates(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

export interface TableUse {
  table: string;
  /** What columns of it are qualified with. */
  name: string;
  /** Columns named after INSERT INTO, else null. */
  insertColumns: string[] | null;
}

/** One SELECT, UPDATE, DELETE or INSERT with the tables it names itself and the conditions of its WHERE and ONs. */
export interface QueryScope {
  tables: TableUse[];
  conditions: Token[][];
}

const ENDS_CONDITION = [
  ...['where', 'on', 'join', 'inner', 'left', 'right', 'cross', 'group', 'order', 'having'],
  ...['limit', 'returning', 'union', 'for', 'window', 'set', 'do'],
];

/** Every query of a statement, those in parentheses too. */
export function scopesOf(tokens: readonly Token[]): QueryScope[] {
  const nested = tokens.flatMap((token) => (token.kind === 'group' ? scopesOf(token.tokens) : []));
  const own = split(tokens, (token) => isKeyword(token, 'union'))
    .map(scopeOf)
    .filter((scope) => scope.tables.length > 0);
  return [...own, ...nested];
}

function scopeOf(tokens: readonly Token[]): QueryScope {
  const scope: QueryScope = { tables: [], conditions: [] };
  let inFrom = false;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    const conflict = isKeyword(token, 'on') && isKeyword(next, 'conflict');
    if (isKeyword(token, 'where') || (isKeyword(token, 'on') && !conflict)) {
      const rest = tokens.slice(i + 1);
      const end = rest.findIndex((t) => isKeyword(t, ...ENDS_CONDITION));
      scope.conditions.push(end < 0 ? rest : rest.slice(0, end));
    }
    // `do update set` and `for update` name no table.
    const updates = isKeyword(token, 'update') && !isKeyword(tokens[i - 1], 'do', 'for');
    if (isKeyword(token, 'from', 'join', 'into') || updates || (inFrom && isMark(token, ','))) {
      const use = tableUse(tokens, i + 1, isKeyword(token, 'into'));
      if (use !== null) scope.tables.push(use);
    }
    if (isKeyword(token, 'from')) inFrom = true;
    else if (isKeyword(token, ...ENDS_CONDITION)) inFrom = isKeyword(token, 'join', 'inner', 'left', 'cross');
  }
  return scope;
}

function tableUse(tokens: readonly Token[], at: number, inserts: boolean): TableUse | null {
  let i = at;
  let table: string | null = null;
  for (;;) {
    const token = tokens[i];
    if (token?.kind !== 'word') break;
    table = token.text;
    if (!isMark(tokens[i + 1], '.')) break;
    i += 2;
  }
  if (table === null) return null;
  let after = tokens[i + 1];
  if (inserts) {
    const columns = after?.kind === 'group' ? after.tokens : [];
    return { table, name: table, insertColumns: columns.flatMap((t) => (t.kind === 'word' ? [t.text] : [])) };
  }
  const explicit = isKeyword(after, 'as');
  if (explicit) after = tokens[i + 2];
  const alias =
    after?.kind === 'word' && (explicit || after.quoted || !isKeyword(after, ...ENDS_CONDITION, 'as'))
      ? after.text
      : table;
  return { table, name: alias, insertColumns: null };
}
