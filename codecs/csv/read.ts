/** Text with a line that cannot be read; the file as a whole is no table then. */
export class CsvError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = 'CsvError';
    this.line = line;
  }
}

export interface CsvRecord {
  /** Where it begins, from 1: a quoted field may hold line ends. */
  line: number;
  fields: string[];
}

/** What programs put between fields. Spreadsheets take a semicolon where the comma stands in numbers. */
const DELIMITERS = [',', ';', '\t'] as const;
const BOM = '\ufeff';

/**
 * Reads comma separated values (RFC 4180), as programs write them: any line ends, a byte order mark, semicolons or tabs
 * in the place of commas (told by the first record, or `sep=;` before it). Blank lines are left out.
 * @throws CsvError for a quote that is never closed, or text behind one that was
 */
export function readCsv(text: string): CsvRecord[] {
  const whole = text.startsWith(BOM) ? text.slice(1) : text;
  const said = /^sep=([^\r\n])(?:\r\n?|\n|$)/i.exec(whole);
  const start = said?.[0].length ?? 0;
  const delimiter = said?.[1] ?? delimiterOf(whole);
  const records: CsvRecord[] = [];
  let line = said === null ? 1 : 2;
  for (let at = start; at < whole.length; ) {
    const record = readRecord(whole, at, delimiter, line);
    const { fields } = record;
    if (fields.length > 1 || fields[0] !== '') records.push({ line, fields });
    at = record.end;
    line = record.line;
  }
  return records;
}

function readRecord(text: string, start: number, delimiter: string, firstLine: number) {
  const fields: string[] = [];
  let [at, line] = [start, firstLine];
  for (;;) {
    if (text[at] === '"') {
      const quoted = readQuoted(text, at, line);
      fields.push(quoted.value);
      ({ at, line } = quoted);
      const next = text[at];
      if (next !== undefined && next !== delimiter && next !== '\r' && next !== '\n')
        throw new CsvError(line, 'there is text behind a closing quote');
    } else {
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== '\r' && text[end] !== '\n') end++;
      fields.push(text.slice(at, end));
      at = end;
    }
    if (text[at] !== delimiter) break;
    at++;
  }
  if (text[at] === '\r' && text[at + 1] === '\n') at++;
  return { fields, end: at + 1, line: line + 1 };
}

/** RFC 4180 2.5 to 2.7: two quotes stand for one. */
function readQuoted(text: string, start: number, firstLine: number) {
  const parts: string[] = [];
  let line = firstLine;
  for (let at = start + 1; ; ) {
    const end = text.indexOf('"', at);
    if (end < 0) throw new CsvError(firstLine, 'a quote is never closed');
    const part = text.slice(at, end);
    line += part.match(/\r\n?|\n/g)?.length ?? 0;
    parts.push(part);
    if (text[end + 1] !== '"') return { value: parts.join('"'), at: end + 1, line };
    at = end + 2;
  }
}

/** The one that stands most often in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const counts = new Map<string, number>(DELIMITERS.map((one) => [one, 0]));
  let isQuoted = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '\r' || char === '\n')) break;
    else if (!isQuoted) {
      const count = counts.get(char);
      if (count !== undefined) counts.set(char, count + 1);
    }
  }
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
