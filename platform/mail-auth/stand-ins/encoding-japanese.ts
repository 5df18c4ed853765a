/** In the place of the package of this name, as iconv-lite beside it: to UTF-16 code units, which is all that libmime asks. */
export function convert(bytes: Uint8Array, { from }: { from: string }): string {
  return new TextDecoder(LABELS[from.toLowerCase()] ?? from).decode(bytes);
}

const LABELS: Record<string, string> = { jis: 'iso-2022-jp', eucjp: 'euc-jp' };
