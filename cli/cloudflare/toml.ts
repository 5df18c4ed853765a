type Scalar = string | number | boolean;
export type TomlValue = Scalar | readonly TomlValue[] | { readonly [key: string]: TomlValue | undefined };
export type TomlTable = { readonly [key: string]: TomlValue | undefined };

/** Keys of a table whose values stand on lines of their own before any sub-table (TOML 1.0, Table). */
export function scalarLines(table: TomlTable): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    value === undefined || isTable(value) || isTables(value) ? [] : [`${keyOf(key)} = ${inline(value)}`],
  );
}

/** Tables and lists of tables, each with its header; `path` is the name of what holds them. */
export function tableLines(table: TomlTable, path = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = path === '' ? keyOf(key) : `${path}.${keyOf(key)}`;
    if (value === undefined) return [];
    if (isTable(value)) {
      const own = scalarLines(value);
      return [...(own.length > 0 ? ['', `[${name}]`, ...own] : []), ...tableLines(value, name)];
    }
    if (!isTables(value)) return [];
    return value.flatMap((one) => ['', `[[${name}]]`, ...scalarLines(one), ...tableLines(one, name)]);
  });
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

function isTables(value: TomlValue): value is readonly TomlTable[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

function inline(value: TomlValue): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const pairs = Object.entries(value).flatMap(([k, v]) =>
    v === undefined ? [] : [`${keyOf(k)} = ${inline(v)}`],
  );
  return `{ ${pairs.join(', ')} }`;
}

function keyOf(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A basic string: its escapes are those of JSON, but that DEL must be written out too. */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
