/** HTML with nothing in it that runs, loads without being asked, or sends: written anew from what is known to be harmless. */
import { readAttributes } from './html-tags.ts';

/** Elements that stay. What is in others stays without them. */
const ALLOWED = new Set(
  (
    'a abbr acronym address article aside b bdi bdo big blockquote body br caption center cite code col colgroup dd ' +
    'del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i img ins ' +
    'kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody ' +
    'td tfoot th thead title tr tt u ul var wbr'
  ).split(' '),
);
/** Elements that go with all that is in them. */
const WITH_CONTENT = new Set(
  'script style iframe frame frameset object embed applet noscript noembed noframes template svg math audio video textarea select xmp plaintext portal'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'col', 'hr', 'img', 'wbr']);
const ATTRIBUTES = new Set(
  (
    'abbr align alt axis bgcolor border cellpadding cellspacing char charoff cite class clear color cols colspan ' +
    'compact datetime dir face headers height hspace href id lang name noshade nowrap rel rowspan rows rules scope ' +
    'size span src start style summary target title type valign value vspace width'
  ).split(' '),
);
const ADDRESSES = new Set(['href', 'src', 'cite']);
/** Addresses of links; of pictures those in the message itself too. */
const LINK = /^(?:https?:|mailto:|tel:|sms:|callto:|cid:|mid:|news:|ftp:|#|\/(?!\/)|[^:/?#]+(?:[/?#]|$)|$)/i;
const PICTURE = /^(?:https?:|cid:|mid:|data:image\/(?:png|gif|jpe?g|webp|bmp);)/i;
const STYLE_DANGER =
  /expression|javascript|vbscript|behaviou?r|binding|@import|\\|url\s*\(|position\s*:\s*(?:fixed|sticky)/i;

/** HTML without scripts, frames, forms, styles of the page, handlers and addresses that run. One pass; never throws. */
export function safeHtml(html: string): string {
  const out: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    out.push(html.slice(at, open));
    at = takeMarkup(html, open, out);
  }
  out.push(html.slice(at));
  return out.join('');
}

/** Index behind what begins at a `<`. */
function takeMarkup(html: string, open: number, out: string[]): number {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4);
    return end < 0 ? html.length : end + 3;
  }
  const closing = html[open + 1] === '/';
  const name = /^[a-z][a-z0-9:-]{0,40}/i
    .exec(html.slice(open + (closing ? 2 : 1), open + 48))?.[0]
    .toLowerCase();
  if (name === undefined) {
    // Declarations and instructions go; a `<` that begins nothing is text.
    if (/^<[!?/]/.test(html.slice(open, open + 2))) {
      const end = html.indexOf('>', open);
      return end < 0 ? html.length : end + 1;
    }
    out.push('&lt;');
    return open + 1;
  }
  const start = open + (closing ? 2 : 1) + name.length;
  const { attributes, end } = readAttributes(html, start);
  if (WITH_CONTENT.has(name)) return closing ? end : endOf(html, end, name);
  if (!ALLOWED.has(name)) return end;
  if (closing) {
    if (!VOID.has(name)) out.push(`</${name}>`);
    return end;
  }
  const kept = attributes.flatMap(([key, value]) =>
    isSafe(name, key, value) ? ` ${key}="${quoted(value)}"` : [],
  );
  out.push(`<${name}${kept.join('')}>`);
  return end;
}

/** Behind the end tag of an element whose content goes too; what is never closed takes the rest with it. */
function endOf(html: string, from: number, name: string): number {
  const tag = `</${name}`;
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (html.slice(at, at + tag.length).toLowerCase() !== tag) continue;
    const end = html.indexOf('>', at);
    return end < 0 ? html.length : end + 1;
  }
  return html.length;
}

function isSafe(element: string, name: string, value: string): boolean {
  if (!ATTRIBUTES.has(name)) return false;
  const plain = decoded(value);
  if (name === 'style') return !STYLE_DANGER.test(plain.replace(/\/\*.*?\*\//gs, ''));
  if (!ADDRESSES.has(name)) return true;
  // Browsers leave out white space and control characters before they look at the scheme.
  const address = plain.replace(/[\u0000-\u0020\u007f-\u00a0\u200b-\u200f\ufeff]+/g, '');
  return element === 'img' ? PICTURE.test(address) : LINK.test(address);
}

/** Character references that could hide a scheme. */
function decoded(value: string): string {
  return value.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(colon|tab|newline|amp|lpar|rpar|sol|bsol));?/gi,
    (_all, decimal, hex, word) => {
      if (word !== undefined) return NAMED[String(word).toLowerCase()] ?? '';
      const point = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
      return point > 0x10ffff ? '' : String.fromCodePoint(point);
    },
  );
}

const NAMED: Readonly<Record<string, string>> = {
  ...{ colon: ':', tab: '\t', newline: '\n', amp: '&', lpar: '(', rpar: ')', sol: '/', bsol: '\\' },
};

function quoted(value: string): string {
  return value.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
