import { el, type Xml } from '../xml.ts';

export type PlistValue =
  | string
  | number
  | boolean
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

/** A property list in its XML form. */
export function plist(value: PlistValue): string {
  const head =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';
  return `${head}${el('plist version="1.0"', write(value)).xml}\n`;
}

function write(value: PlistValue): Xml {
  if (typeof value === 'string') return el('string', value);
  if (typeof value === 'number') return el('integer', String(value));
  if (typeof value === 'boolean') return el(value ? 'true' : 'false');
  if (isList(value)) return el('array', ...value.map(write));
  return el('dict', ...Object.entries(value).flatMap(([key, one]) => [el('key', key), write(one)]));
}

function isList(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}
