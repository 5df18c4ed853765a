const HEAD = '{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Calibri;}}\\uc1\\pard\\f0\\fs22 ';

/** Plain text as an RTF document of the same lines. ASCII only: everything else is written as `\u` (RTF 1.9.1, Unicode). */
export function textToRtf(text: string): string {
  const out = [HEAD];
  for (const line of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n')) {
    out.push(line.replace(/[\\{}\t]|[^\x20-\x7e]/g, escapeUnit), '\\par\r\n');
  }
  out.push('}');
  return out.join('');
}

/** One UTF-16 unit; `?` is for readers that know no Unicode. */
function escapeUnit(unit: string): string {
  if (unit === '\t') return '\\tab ';
  if (unit === '\\' || unit === '{' || unit === '}') return `\\${unit}`;
  const code = unit.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return '';
  return `\\u${code > 0x7fff ? code - 0x1_0000 : code}?`;
}
