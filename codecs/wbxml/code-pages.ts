import data from './code-pages.data.json' with { type: 'json' };

/** Protocol versions that the tables know (MS-ASHTTP 2.2.1.1.2.4). */
export type EasVersion = '2.5' | '12.0' | '12.1' | '14.0' | '14.1' | '16.0' | '16.1';

interface Page {
  page: number;
  namespace: string;
  tokens: Record<string, number>;
  versions?: Record<string, string[]>;
  opaque?: string[];
  legacy?: Record<string, number>;
}

export interface TagInfo {
  /** `Namespace:Name`. */
  tag: string;
  page: number;
  /** Token without the content bit, 0x05 to 0x3F. */
  token: number;
  /** Versions that have the tag; null means all. */
  versions: ReadonlySet<string> | null;
  /** Byte-array content, always written as OPAQUE (MS-ASWBXML 2.1.2). */
  opaque: boolean;
  /** Of protocol 2.x only: read, never written. */
  legacy: boolean;
}

interface Tables {
  tags: ReadonlyMap<string, TagInfo>;
  pages: readonly (readonly (string | undefined)[] | undefined)[];
}

/** Made when the first document is read or written: the start of a script has no use for them. */
let tables: Tables | null = null;

function made(): Tables {
  if (tables === null) {
    const all = (data.pages as unknown as Page[]).flatMap(tagsOf);
    tables = { tags: new Map(all.map((info) => [info.tag, info])), pages: byToken(all) };
  }
  return tables;
}

/** Every tag by `Namespace:Name` (MS-ASWBXML 2.1.2.1). */
export function allTags(): Tables['tags'] {
  return made().tags;
}

/** Tag names by page and token; a page that does not exist is undefined. */
export function codePages(): Tables['pages'] {
  return made().pages;
}

function tagsOf(page: Page): TagInfo[] {
  const info = (name: string, token: number, legacy: boolean): TagInfo => ({
    tag: `${page.namespace}:${name}`,
    page: page.page,
    token,
    versions: page.versions?.[name] === undefined ? null : new Set(page.versions[name]),
    opaque: page.opaque?.includes(name) ?? false,
    legacy,
  });
  return [
    ...Object.entries(page.tokens).map(([name, token]) => info(name, token, false)),
    ...Object.entries(page.legacy ?? {}).map(([name, token]) => info(name, token, true)),
  ];
}

function byToken(all: readonly TagInfo[]): (string | undefined)[][] {
  const pages: (string | undefined)[][] = [];
  for (const { tag, page, token } of all) {
    pages[page] ??= [];
    const names = pages[page];
    if (names !== undefined) names[token] ??= tag;
  }
  return pages;
}
