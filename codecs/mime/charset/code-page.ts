/** Windows code pages by what TextDecoder calls the charset, and of those that it does not tell apart. */
const CODE_PAGES: Record<string, number> = {
  'utf-8': 65001,
  'utf-7': 65000,
  'utf-16le': 1200,
  'utf-16be': 1201,
  'us-ascii': 20127,
  'iso-8859-1': 28591,
  'iso-8859-2': 28592,
  'iso-8859-3': 28593,
  'iso-8859-4': 28594,
  'iso-8859-5': 28595,
  'iso-8859-6': 28596,
  'iso-8859-7': 28597,
  'iso-8859-8': 28598,
  'iso-8859-8-i': 38598,
  'iso-8859-9': 28599,
  'iso-8859-13': 28603,
  'iso-8859-15': 28605,
  'koi8-r': 20866,
  'koi8-u': 21866,
  shift_jis: 932,
  'iso-2022-jp': 50220,
  'euc-jp': 51932,
  'euc-kr': 51949,
  'ks_c_5601-1987': 949,
  gb2312: 936,
  gbk: 936,
  gb18030: 54936,
  'hz-gb-2312': 52936,
  big5: 950,
  'tis-620': 874,
  macintosh: 10000,
};

/** Code page of a charset as a message names it; that of UTF-8 for none and for an unknown one. */
export function codePageOf(charset: string | null): number {
  const name = charset?.trim().toLowerCase() ?? '';
  const windows = /^(?:windows-|cp)(8\d\d|9\d\d|12\d\d)$/.exec(name)?.[1];
  return windows === undefined ? (CODE_PAGES[name] ?? 65001) : Number(windows);
}
