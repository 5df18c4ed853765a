/** Longest text that is looked at as a name and an address; what is longer is kept as it is. */
const MAX_TEXT = 2000;

/** MS-ASDTYPE 2.7.3: `"Name" <address>`, or the address alone. Text that is neither counts as an address. */
export function parseEmailText(text: string): { address: string; name: string } {
  const bare = { address: text, name: '' };
  if (text.length > MAX_TEXT || !text.trimEnd().endsWith('>')) return bare;
  const open = text.lastIndexOf('<');
  if (open < 0) return bare;
  const address = text.slice(open + 1, text.lastIndexOf('>')).trim();
  if (address === '') return bare;
  const before = text.slice(0, open).trim();
  const isQuoted = before.length >= 2 && before.startsWith('"') && before.endsWith('"');
  const name = isQuoted ? before.slice(1, -1).replace(/\\(["\\])/g, '$1') : before;
  return { address, name: name === address ? '' : name };
}

export function emailText({ address, name }: { address: string; name: string }): string {
  return name === '' ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}
