import { stripVTControlCharacters } from 'node:util';

/** Where a command writes: tables and lines for people, or one JSON value for scripts. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing in JSON mode. */
  line(text?: string): void;
  /** A result: JSON in JSON mode, otherwise what `people` prints. */
  result(value: unknown, people: () => void): void;
  /** A table for people. */
  table(columns: string[], rows: (string | number | null)[][], empty: string): void;
  /** A remark that is no result: standard error. */
  note(text: string): void;
}

export interface Streams {
  out: { write(text: string): unknown };
  err: { write(text: string): unknown };
}

export function createOutput(json: boolean, streams: Streams): Output {
  const line = (text = '') => {
    if (!json) streams.out.write(`${text}\n`);
  };
  return {
    json,
    line,
    result(value, people) {
      if (json) streams.out.write(`${JSON.stringify(value, null, 2)}\n`);
      else people();
    },
    table(columns, rows, empty) {
      for (const text of rows.length === 0 ? [empty] : tableLines(columns, rows)) line(text);
    },
    note: (text) => streams.err.write(`${text}\n`),
  };
}

/** Lines of a table whose columns are as wide as their widest cell. */
export function tableLines(columns: string[], rows: (string | number | null)[][]): string[] {
  const cells = [
    columns.map((c) => c.toUpperCase()),
    ...rows.map((r) => r.map((v) => printable(String(v ?? '-')))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => displayWidth(row[i] ?? ''))));
  return cells.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/**
 * Text from a mail as it may be shown on a terminal: no escape sequences or other controls, no marks that
 * reverse the direction of what follows (ATTACKS A56), one line.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

const segmenter = new Intl.Segmenter();
/** East Asian wide and full-width characters and emoji take two columns (UAX 11, close enough for a table). */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text cut to a number of columns, with … when something is missing. */
export function shorten(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let out = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += displayWidth(segment);
    if (width > columns - 1) break;
    out += segment;
  }
  return `${out}…`;
}

/** Local date and time to the minute. */
export function shortTime(at: number): string {
  const d = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}
