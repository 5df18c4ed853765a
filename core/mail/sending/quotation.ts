/** The message that is answered or forwarded, below what its reader wrote. */
import { textToHtml } from '../../../codecs/text/index.ts';
import type { MailAddress } from '../types.ts';

/** The facts that stand above a quotation. */
interface QuotedHead {
  from: readonly MailAddress[];
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  subject: string;
  /** Milliseconds since the epoch. */
  date: number | null;
}

export interface Quotation {
  head: QuotedHead;
  /** The lines of a reply are marked as quoted, those of a forward are as they were. */
  kind: 'reply' | 'forward';
}

function headLines({ from, to, cc, subject, date }: QuotedHead): [name: string, value: string][] {
  const lines: [string, string][] = [
    ['From', people(from)],
    ['Sent', date === null ? '' : new Date(date).toUTCString()],
    ['To', people(to)],
    ['Cc', people(cc)],
  ];
  return [...lines.filter(([, value]) => value !== ''), ['Subject', subject]];
}

function people(list: readonly MailAddress[]): string {
  return list
    .map(({ name, address }) => (name === '' || name === address ? address : `${name} <${address}>`))
    .join('; ');
}

/** Plain text: what was written, then the quotation. */
export function quoteText(own: string, original: string, { head, kind }: Quotation): string {
  const block = headLines(head).map(([name, value]) => `${name}: ${value}`);
  const above = `${own.trimEnd()}\r\n\r\n-----Original Message-----\r\n${block.join('\r\n')}\r\n\r\n`;
  return `${above}${kind === 'reply' ? quoted(original) : original}`;
}

/** Empty lines at the end are no part of what somebody said. */
function quoted(text: string): string {
  const said = text.trimEnd();
  const rest = text.slice(said.length);
  return `${said
    .split(/\r\n|\r|\n/)
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\r\n')}${rest}`;
}

/** HTML: the quotation put at the end of the document that was written. `original` is HTML too. */
export function quoteHtml(own: string, original: string, { head, kind }: Quotation): string {
  const block = headLines(head).map(([name, value]) => `<b>${name}:</b> ${textToHtml(value)}`);
  const shown = bodyOf(original);
  const quotation =
    kind === 'reply'
      ? `<blockquote type="cite">\r\n${shown}\r\n</blockquote>`
      : `<div>\r\n${shown}\r\n</div>`;
  const below = `<hr>\r\n<div id="divRplyFwdMsg" dir="ltr">${block.join('<br>\r\n')}</div>\r\n<br>\r\n${quotation}\r\n`;
  const end = endOfBody(own);
  return `${own.slice(0, end)}${below}${own.slice(end)}`;
}

/** Offset before the tags that close the document. */
function endOfBody(html: string): number {
  return lastTag(html, 'body') ?? lastTag(html, 'html') ?? html.length;
}

function lastTag(html: string, name: string): number | null {
  let at: number | null = null;
  for (const match of html.matchAll(new RegExp(`</${name}\\s{0,9}>`, 'gi'))) at = match.index;
  return at;
}

/** What a document shows, as a fragment, with the styles that it shows it by. */
function bodyOf(html: string): string {
  const open = /<body\b[^<>]{0,4000}>/i.exec(html);
  const start = open === null ? afterHead(html) : open.index + open[0].length;
  const end = endOfBody(html);
  return `${stylesOf(html.slice(0, start))}${html.slice(start, Math.max(start, end))}`;
}

function afterHead(html: string): number {
  const end =
    /<\/head\s{0,9}>/i.exec(html) ??
    /^\s{0,99}(?:<!doctype[^<>]{0,400}>\s{0,99})?(?:<html\b[^<>]{0,400}>)?/i.exec(html);
  return end === null ? 0 : end.index + end[0].length;
}

function stylesOf(head: string): string {
  const styles: string[] = [];
  for (let at = 0; ; ) {
    const open = /<style\b[^<>]{0,400}>/gi;
    open.lastIndex = at;
    const begin = open.exec(head);
    if (begin === null) break;
    const close = head.slice(open.lastIndex).search(/<\/style\s{0,9}>/i);
    if (close < 0) break;
    styles.push(`${begin[0]}${head.slice(open.lastIndex, open.lastIndex + close)}</style>\r\n`);
    at = open.lastIndex + close;
  }
  return styles.join('');
}
