/** What a spreadsheet would take for a formula and carry out (CSV injection). */
const FORMULA = /^['=+\-@\t\r]/;

/** A field as it may be shown in a spreadsheet: text that looks like a formula has an apostrophe before it. */
export function shielded(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe off again that `shielded` puts before a text. */
export function unshielded(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/** Records as comma separated values with CRLF line ends (RFC 4180). */
export function writeCsv(records: readonly (readonly string[])[]): string {
  return records.map((fields) => `${fields.map(field).join(',')}\r\n`).join('');
}

function field(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
