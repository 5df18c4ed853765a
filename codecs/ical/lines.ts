import { ICalError } from './errors.ts';

export interface ContentLine {
  /** Unfolded. */
  text: string;
  /** Of its beginning, counted from 1. */
  line: number;
}

export interface LineLimits {
  /** Characters of all of it. */
  size: number;
  /** Lines after unfolding. */
  lines: number;
  /** Characters of one of these: an inline attachment is one line. */
  lineLength: number;
}

/**
 * Content lines, unfolded (RFC 5545 3.1). Bare LF and bare CR end lines too; control characters are dropped (they are no
 * part of any value, and XML cannot carry them).
 * @throws ICalError beyond a limit.
 */
export function* contentLines(text: string, limits: LineLimits): Generator<ContentLine> {
  if (text.length > limits.size) throw new ICalError('too-large', 1, `more than ${limits.size} characters`);
  let parts: string[] = [];
  let length = 0;
  let [began, line, told] = [1, 0, 0];
  let isFirst = true;
  const flush = function* (): Generator<ContentLine> {
    const joined = parts.join('');
    if (joined.trim() === '') return;
    if (++told > limits.lines)
      throw new ICalError('too-many-lines', began, `more than ${limits.lines} lines`);
    yield { text: joined, line: began };
  };
  for (const one of rawLines(text)) {
    line++;
    // Ends of lines that were doubled on the way: what follows is still folded.
    if (one === '') continue;
    const folded = !isFirst && (one.startsWith(' ') || one.startsWith('\t'));
    isFirst = false;
    if (!folded) {
      yield* flush();
      [parts, length, began] = [[], 0, line];
    }
    const clean = (folded ? one.slice(1) : one).replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g,
      '',
    );
    length += clean.length;
    if (length > limits.lineLength) throw new ICalError('line-too-long', began, 'a line is too long');
    parts.push(clean);
  }
  yield* flush();
}

function* rawLines(text: string): Generator<string> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  while (at <= text.length) {
    let end = at;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    yield text.slice(at, end);
    at = end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1);
  }
}
