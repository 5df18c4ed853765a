import entities from './entities.data.json' with { type: 'json' };

/** Elements whose content is not shown, and is not markup (script, style) or not worth reading as such. */
const HIDDEN = new Set(['script', 'style', 'title', 'noscript', 'template', 'select', 'svg', 'object']);
/** Elements that begin and end a line. */
const BLOCKS = new Set(
  'address article aside blockquote center dd div dl dt figcaption fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const MAX_NAME = 12;

function isLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
}

/** Index after the `>` that ends the tag, or the length of the text. Quoted values can hold `>`. */
function tagEnd(html: string, from: number): number {
  let quote = 0;
  let afterEquals = false;
  for (let i = from; i < html.length; i++) {
    const unit = html.charCodeAt(i);
    if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === 62) return i + 1;
    else if ((unit === 34 || unit === 39) && afterEquals) quote = unit;
    if (unit === 61) afterEquals = true;
    else if (unit > 32) afterEquals = false;
  }
  return html.length;
}

function tagName(html: string, from: number): string {
  let end = from;
  while (end < html.length && end - from <= MAX_NAME) {
    const unit = html.charCodeAt(end);
    if (!isLetter(unit) && !(unit >= 48 && unit <= 57)) break;
    end++;
  }
  return html.slice(from, end).toLowerCase();
}

/** Index of the end tag of `name`, or the length: what is never closed is never shown. */
function endTag(html: string, from: number, name: string): number {
  for (let at = html.indexOf('</', from); at >= 0; at = html.indexOf('</', at + 2)) {
    if (tagName(html, at + 2) === name) return at;
  }
  return html.length;
}

/** A text node: entities decoded, white space as single spaces. `&` that begins no entity stays. */
function decodeText(text: string): string {
  const collapsed = text.replace(/[\t\n\f\r ]+/g, ' ');
  if (!collapsed.includes('&')) return collapsed;
  return collapsed.replace(/&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});?/g, (whole, body: string) => {
    if (body.charAt(0) !== '#') return (entities as Record<string, string>)[body] ?? whole;
    const hex = body.charAt(1) === 'x' || body.charAt(1) === 'X';
    const point = Number.parseInt(body.slice(hex ? 2 : 1), hex ? 16 : 10);
    return point === 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)
      ? '\ufffd'
      : String.fromCodePoint(point);
  });
}

/**
 * Text of HTML of any size and shape in one pass without recursion: tags go, blocks become lines, entities are
 * decoded. Rougher than a parser. Stops when `maxLength` UTF-16 units are found. Never throws.
 */
export function stripHtml(html: string, maxLength: number): string {
  const out: string[] = [];
  let length = 0;
  let atLineStart = true;
  const push = (text: string): void => {
    const piece = atLineStart ? text.trimStart() : text;
    if (piece === '') return;
    out.push(piece);
    length += piece.length;
    atLineStart = piece.endsWith('\n');
  };
  let i = 0;
  while (i < html.length && length < maxLength) {
    let open = html.indexOf('<', i);
    if (open < 0) open = html.length;
    if (open > i) push(decodeText(html.slice(i, open)));
    if (open === html.length) break;
    const next = html.charCodeAt(open + 1);
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      i = end < 0 ? html.length : end + 3;
    } else if (next === 33 || next === 63) {
      const end = html.indexOf('>', open);
      i = end < 0 ? html.length : end + 1;
    } else if (isLetter(next)) {
      const name = tagName(html, open + 1);
      i = tagEnd(html, open + 1);
      if (HIDDEN.has(name)) i = endTag(html, i, name);
      else if (BLOCKS.has(name)) push(atLineStart ? '' : '\n');
      else if (name === 'br') breakLine();
      else if (name === 'td' || name === 'th') push(' ');
    } else if (next === 47 && isLetter(html.charCodeAt(open + 2))) {
      const name = tagName(html, open + 2);
      i = tagEnd(html, open + 2);
      if (BLOCKS.has(name) && !atLineStart) push('\n');
    } else {
      // A bare `<` is text. A run of them is one piece, not one for each.
      let end = open + 1;
      while (html.charCodeAt(end) === 60 && !opensMarkup(html, end)) end++;
      push(html.slice(open, end));
      i = end;
    }
  }
  return out.join('');

  function breakLine(): void {
    out.push('\n');
    length++;
    atLineStart = true;
  }
}

function opensMarkup(html: string, at: number): boolean {
  const next = html.charCodeAt(at + 1);
  return isLetter(next) || next === 33 || next === 63 || (next === 47 && isLetter(html.charCodeAt(at + 2)));
}
