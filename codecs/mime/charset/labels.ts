import codePages from './code-pages.data.json' with { type: 'json' };

/** A name TextDecoder takes, a key of the code page table, or one of the decoders of our own. */
export type Charset =
  | { kind: 'standard'; label: string }
  | { kind: 'code-page'; table: string }
  | { kind: 'utf-7' | 'iso-2022-kr' | 'hz' }
  /** No statement about 8-bit bytes: no charset, us-ascii, or one that nobody knows. */
  | { kind: 'undeclared' };

const UNDECLARED: Charset = { kind: 'undeclared' };

/** Labels found in mail, with every run of space, `_` and `.` written as `-`, that TextDecoder does not know. */
const ALIASES: Record<string, string> = {
  'utf-8-mac': 'utf-8',
  utf8mb4: 'utf-8',
  'utf-8n': 'utf-8',
  cp65001: 'utf-8',
  utf16: 'utf-16le',
  'utf-16': 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  ucs2: 'utf-16le',
  'ucs-2le': 'utf-16le',
  'ucs-2be': 'utf-16be',
  'latin-1': 'windows-1252',
  'latin-2': 'iso-8859-2',
  'latin-9': 'iso-8859-15',
  'iso-latin-1': 'windows-1252',
  'iso-latin-2': 'iso-8859-2',
  ansi: 'windows-1252',
  'mac-roman': 'macintosh',
  macroman: 'macintosh',
  'mac-cyrillic': 'x-mac-cyrillic',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  hebrew: 'iso-8859-8-i',
  'gb-2312': 'gbk',
  'gb-2312-80': 'gbk',
  'gb2312-80': 'gbk',
  'gb-18030': 'gb18030',
  'gb18030-2000': 'gb18030',
  'gb18030-2005': 'gb18030',
  'euc-cn': 'gbk',
  euccn: 'gbk',
  'x-euc-cn': 'gbk',
  'big-5': 'big5',
  big5hkscs: 'big5',
  'big5-eten': 'big5',
  'x-big5': 'big5',
  euckr: 'euc-kr',
  uhc: 'euc-kr',
  'x-windows-949': 'euc-kr',
  'ks-c-5601': 'euc-kr',
  'ks-c-5601-1987': 'euc-kr',
  'ksc-5601': 'euc-kr',
  ksx1001: 'euc-kr',
  eucjp: 'euc-jp',
  'eucjp-ms': 'euc-jp',
  eucjpms: 'euc-jp',
  ujis: 'euc-jp',
  shiftjis: 'shift_jis',
  'shift-jis-2004': 'shift_jis',
  'shift-jisx0213': 'shift_jis',
  'ms-kanji': 'shift_jis',
  'x-ms-cp932': 'shift_jis',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  'iso-2022-jp-2004': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  iso2022jp: 'iso-2022-jp',
  junet: 'iso-2022-jp',
  tis620: 'windows-874',
  'tis-620-2533': 'windows-874',
  'iso-8859-8-e': 'iso-8859-8',
};

/** Numbers of code pages as in cp932, windows-932, ms932, ibm932 or win932. */
const NUMBERED: Record<string, string> = {
  '866': 'ibm866',
  '874': 'windows-874',
  '932': 'shift_jis',
  '943': 'shift_jis',
  '936': 'gbk',
  '949': 'euc-kr',
  '950': 'big5',
  '1250': 'windows-1250',
  '1251': 'windows-1251',
  '1252': 'windows-1252',
  '1253': 'windows-1253',
  '1254': 'windows-1254',
  '1255': 'windows-1255',
  '1256': 'windows-1256',
  '1257': 'windows-1257',
  '1258': 'windows-1258',
  '10000': 'macintosh',
  '20127': 'us-ascii',
  '20866': 'koi8-r',
  '20932': 'euc-jp',
  '21866': 'koi8-u',
  '28591': 'windows-1252',
  '28592': 'iso-8859-2',
  '28605': 'iso-8859-15',
  '50220': 'iso-2022-jp',
  '50221': 'iso-2022-jp',
  '50222': 'iso-2022-jp',
  '51932': 'euc-jp',
  '51949': 'euc-kr',
  '54936': 'gb18030',
  '65000': 'utf-7',
  '65001': 'utf-8',
};

const OWN: Record<string, 'utf-7' | 'iso-2022-kr' | 'hz'> = {
  'utf-7': 'utf-7',
  utf7: 'utf-7',
  'unicode-1-1-utf-7': 'utf-7',
  'unicode-2-0-utf-7': 'utf-7',
  'x-unicode-2-0-utf-7': 'utf-7',
  csunicode11utf7: 'utf-7',
  'iso-2022-kr': 'iso-2022-kr',
  csiso2022kr: 'iso-2022-kr',
  hz: 'hz',
  'hz-gb-2312': 'hz',
};

const NO_STATEMENT = new Set([
  '',
  'us-ascii',
  'ascii',
  'us',
  '646',
  'iso646-us',
  'iso-ir-6',
  'ansi-x3-4-1968',
  'ansi-x3-4-1986',
  'iso-646-irv:1991',
  '7bit',
  '8bit',
  'binary',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  'default',
  'default-charset',
  'none',
]);

function own(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function standard(label: string): Charset | null {
  try {
    return { kind: 'standard', label: new TextDecoder(label).encoding };
  } catch {
    return null; // Not in this runtime, or one of the encodings the standard refuses.
  }
}

function numbered(label: string): string | undefined {
  for (const prefix of ['x-cp', 'cp', 'windows', 'win', 'ibm', 'ms', 'dos', 'oem']) {
    if (!label.startsWith(prefix)) continue;
    const number = label.slice(label.charAt(prefix.length) === '-' ? prefix.length + 1 : prefix.length);
    const table = `cp${Number(number)}`;
    return own(NUMBERED, number) ?? (Object.hasOwn(codePages, table) ? table : undefined);
  }
  return undefined;
}

function resolve(label: string): Charset {
  const dashed = label.replaceAll(/[\s._]/g, '-');
  if (NO_STATEMENT.has(dashed)) return UNDECLARED;
  const name = own(ALIASES, dashed) ?? numbered(dashed) ?? dashed;
  if (name === 'us-ascii') return UNDECLARED;
  const kind = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (kind !== undefined) return { kind };
  if (Object.hasOwn(codePages, name)) return { kind: 'code-page', table: name };
  return standard(name) ?? standard(label) ?? (label.startsWith('x-') ? resolve(label.slice(2)) : UNDECLARED);
}

/** Labels that resolved to something; bounded, since mails can name any number of labels. */
const resolved = new Map<string, Charset>();
const MAX_RESOLVED = 500;

/** What a charset label of a mail means. Never throws. */
export function resolveCharset(label: string | null): Charset {
  if (label === null || label.length > 64) return UNDECLARED;
  const key = label.trim().toLowerCase();
  const known = resolved.get(key);
  if (known !== undefined) return known;
  const charset = resolve(key);
  if (resolved.size < MAX_RESOLVED) resolved.set(key, charset);
  return charset;
}
