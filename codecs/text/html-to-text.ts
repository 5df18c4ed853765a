import { compile, type HtmlToTextOptions } from 'html-to-text';
import { stripHtml } from './html-strip.ts';
import { tidyText } from './tidy.ts';

export interface HtmlTextOptions {
  /** Longest text that is wanted, in UTF-16 units. Default 1,048,576. */
  maxLength?: number;
  /** Give the target of a link after its text, in brackets. Default false. */
  links?: boolean;
}

const MAX_LENGTH = 1024 * 1024;
/** What the converter is given at most. Beyond it, time and memory per character are no longer those of a mail. */
const MAX_INPUT = 512 * 1024;
/** Elements cost the converter about 4 µs each, whatever they hold. */
const MAX_TAGS = 20_000;
/** Deeper elements, over which the converter would recurse, are written as an ellipsis: the other way is taken. */
const MAX_DEPTH = 250;
/** Nested quotations and lists indent every line below them: 500 KB could become 100 MB. */
const MAX_INDENT = 30;

type Selector = NonNullable<HtmlToTextOptions['selectors']>[number];

function options(links: boolean): HtmlToTextOptions {
  const skipped = [
    'head',
    'title',
    'style',
    'script',
    'noscript',
    'template',
    'img',
    'object',
    'svg',
    'select',
  ];
  const selectors: Selector[] = [
    ...skipped.map((selector) => ({ selector, format: 'skip' })),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    {
      selector: 'a',
      options: links ? { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } : { ignoreHref: true },
    },
    // Neighbouring cells would run into one word.
    ...['td', 'th'].map((selector) => ({ selector, format: 'inlineSurround', options: { suffix: ' ' } })),
    { selector: 'hr', options: { length: 8 } },
  ];
  return {
    wordwrap: false,
    // Browsers show what stands outside body too; gateways put their banners there.
    baseElements: { selectors: [], returnDomByDefault: true },
    limits: { maxInputLength: MAX_INPUT, maxDepth: MAX_DEPTH, maxChildNodes: MAX_TAGS },
    selectors,
  };
}

type Convert = ReturnType<typeof compile>;
const converters = new Map<boolean, Convert>();

/** Compiling the selectors takes tens of milliseconds of a script's start, of which most requests have no use. */
function converter(links: boolean): Convert {
  let kept = converters.get(links);
  if (kept === undefined) {
    kept = compile(options(links));
    converters.set(links, kept);
  }
  return kept;
}

/** Elements that are never closed, or that mails leave open without nesting them. */
const FLAT = /^(?:br|hr|img|input|meta|link|wbr|col|li|p|td|tr|option)[\s/>]/i;
const INDENTING = /^(?:blockquote|ul|ol)[\s/>]/i;

/** Whether the converter's work and output stay in proportion to the input, by cheap upper bounds. */
function isTame(html: string): boolean {
  if (html.length > MAX_INPUT) return false;
  let tags = 0;
  let depth = 0;
  let indent = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    if (++tags > MAX_TAGS) return false;
    const closing = html.charCodeAt(at + 1) === 47;
    const letter = html.charCodeAt(at + (closing ? 2 : 1)) | 32;
    if (letter < 97 || letter > 122) continue;
    const name = html.slice(at + (closing ? 2 : 1), at + 13);
    if (FLAT.test(name)) continue;
    const step = closing ? -1 : 1;
    if (INDENTING.test(name)) indent = Math.max(0, indent + step);
    depth = Math.max(0, depth + step);
    if (depth > MAX_DEPTH || indent > MAX_INDENT) return false;
  }
  return true;
}

/**
 * Plain text of an HTML body: for previews, for the full-text index, and as body for clients that ask for text.
 * What is not shown (head, style, script, comments, images) is left out. Nothing is sanitised: the result is
 * text, not HTML. Linear in time and never throws: what exceeds the converter's limits is stripped of its tags.
 */
export function htmlToText(html: string, opts: HtmlTextOptions = {}): string {
  const maxLength = opts.maxLength ?? MAX_LENGTH;
  let text: string;
  try {
    text = isTame(html) ? converter(opts.links === true)(html) : stripHtml(html, maxLength);
  } catch {
    text = stripHtml(html, maxLength);
  }
  return tidyText(text, maxLength);
}
