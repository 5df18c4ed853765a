import { escapeXml } from '../../codecs/soap/escape.ts';

/** XML that is written already. */
export interface Xml {
  readonly xml: string;
}

/**
 * An element with its content: elements, or text that is escaped. Attributes stand in the name, as they are to be
 * written: they are ours and never a client's.
 */
export function el(open: string, ...content: (Xml | string | null)[]): Xml {
  const name = open.split(' ', 1)[0] ?? '';
  const inner = content
    .map((one) => (one === null ? '' : typeof one === 'string' ? escapeXml(one) : one.xml))
    .join('');
  return { xml: inner === '' ? `<${open}/>` : `<${open}>${inner}</${name}>` };
}

export function xmlResponse(
  root: Xml,
  { type = 'text/xml', status = 200 }: { type?: string; status?: number } = {},
): Response {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' };
  return new Response(`<?xml version="1.0" encoding="utf-8"?>\n${root.xml}`, { status, headers });
}
