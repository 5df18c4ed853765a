import { cutText } from './tidy.ts';

/** MS-ASAIRS 2.2.2.35: a preview has at most 255 characters. */
const PREVIEW_LENGTH = 255;
/** How much of a body is looked at. */
const MAX_INPUT = 16 * 1024;
/** How much of it nearly always is enough. */
const USUAL_INPUT = 1024;

/** Addresses in any of the brackets that text renderings put around them. */
const LINK = /[<[(]?(?:https?:\/\/|mailto:|cid:)[^\s<>[\]]*[>\])]?/gi;
/** What clients write in place of an image: `[image: logo]`, `[cid:image001.png@…]`, `<image001.png>`. */
const IMAGE = /\[(?:image|cid|inline image|bild|img)\b[^[\]\n]{0,200}\]|<image\d{1,4}\.[a-z]{3,4}>/gi;
const RULE = /[-_=*~#+.]{4,}/g;
/** White space and characters without width, of which newsletters put hundreds after their preheader. */
const BLANK =
  /(?:[\s\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\ufeff]|\u034f)+/g;
const HAS_SPACE = /[\s\u2800]/;
const SAYS_SOMETHING = /[\p{L}\p{N}\p{S}]/u;

function collapse(text: string): string {
  // A single joiner inside a word belongs to it (Persian, emoji).
  return text
    .replace(BLANK, (run) =>
      HAS_SPACE.test(run) || run.length > 1 ? ' ' : run === '\u200c' || run === '\u200d' ? run : '',
    )
    .trim();
}

/** Without links, markers of images and rules. */
function plain(text: string): string {
  return collapse(text.replace(IMAGE, ' ').replace(LINK, ' ').replace(RULE, ' '));
}

/**
 * The first lines. What is replaced never reaches over the end of a line but for white space, so that the beginning of
 * what is made of these lines is that of what is made of all of them.
 */
function beginning(lines: readonly string[]): string {
  let size = 0;
  let n = 0;
  while (n < lines.length && size < USUAL_INPUT) size += (lines[n++] ?? '').length + 1;
  return lines.slice(0, n).join('\n');
}

/** Without quotations, the line that introduces each, and everything from the signature on (RFC 3676 4.3). */
function ownLines(lines: string[]): string[] {
  const out: string[] = [];
  for (const line of lines) {
    if (line === '-- ' || line === '--') break;
    if (line.trimStart().startsWith('>')) {
      while (out.at(-1)?.trim() === '') out.pop();
      if (out.at(-1)?.trimEnd().endsWith(':')) out.pop();
      continue;
    }
    out.push(line);
  }
  return out;
}

/**
 * What a list of messages shows of a plain text: at most 255 UTF-16 units on one line. Quotations, signature,
 * links and image markers are left out as long as anything else remains. Never cuts a code point.
 */
export function previewOf(text: string): string {
  const head = cutText(text, MAX_INPUT);
  const lines = head.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n');
  const mine = ownLines(lines);
  const usual = plain(beginning(mine));
  if (usual.length > PREVIEW_LENGTH && SAYS_SOMETHING.test(usual))
    return cutText(usual, PREVIEW_LENGTH).trimEnd();
  const own = mine.join('\n');
  const candidates = [() => plain(own), () => collapse(own), () => plain(head), () => collapse(head)];
  for (const candidate of candidates) {
    const preview = candidate();
    if (SAYS_SOMETHING.test(preview)) return cutText(preview, PREVIEW_LENGTH).trimEnd();
  }
  return cutText(collapse(head), PREVIEW_LENGTH).trimEnd();
}
