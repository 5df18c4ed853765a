import { cutText } from './tidy.ts';

/** Longer bodies are looked at up to here: a quotation that begins later stays. */
const MAX_INPUT = 2 * 1024 * 1024;
/** Lines that may stand between the two lines of a wrapped introduction, itself included. */
const INTRODUCTION_LINES = 3;

/** What mail clients put before the message they answer or forward. */
const SEPARATOR =
  /^\s*[-_]{2,}\s*(?:original message|original appointment|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message transféré|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|begin forwarded message)\s*[-_]{2,}\s*$/i;
/** Line of an Outlook header block, the first of at least two of a kind. */
const HEADER_LINE =
  /^\s*\*?(?:from|von|de|da|van|från|fra|sent|gesendet|date|datum|to|an|à|subject|betreff|objet)\*?\s?:\s/i;
const FROM_LINE = /^\s*\*?(?:from|von|de|da|van|från|fra)\*?\s?:\s/i;
const SENT_LINE =
  /^\s*\*?(?:sent|date|gesendet|datum|envoyé|inviato|enviado|verzonden|skickat|sendt)\*?\s?:\s/i;
/** How the line before a quotation begins and ends; between, mail programs wrap it. */
const INTRODUCTION_START = /^\s*(?:on|am|le|il|el|op|den|em|\d)/i;
const INTRODUCTION =
  /(?:^|\s)(?:wrote|schrieb|a écrit|ha scritto|escribió|escreveu|schreef|skrev|kirjoitti|napisał(?:\(a\))?)(?:\s.{0,200})?\s?:$/i;

/**
 * The part of a plain text that its author wrote, without the message that follows it as a quotation
 * (MS-ASCON 3.2.5.6). Answers between the lines stay with the lines they answer: only a quotation that goes on to
 * the end is taken off. All of the text when nothing else would remain.
 */
export function uniqueText(text: string): string {
  if (text.length > MAX_INPUT) return text;
  const lines = text.split('\n');
  const end = endOfOwn(lines.map((line) => line.trimEnd()));
  const own = lines.slice(0, end);
  while (own.length > 0 && own.at(-1)?.trim() === '') own.pop();
  return end === lines.length || own.length === 0 ? text : own.join('\n').replace(/\r$/, '');
}

function endOfOwn(lines: string[]): number {
  const mark = lines.findIndex(
    (line, i) =>
      SEPARATOR.test(line) ||
      (/^\s*_{20,}\s*$/.test(line) && FROM_LINE.test(nextLine(lines, i))) ||
      (FROM_LINE.test(line) && (SENT_LINE.test(lines[i + 1] ?? '') || headerRun(lines, i) >= 3)),
  );
  if (mark >= 0) return mark;
  let at = lines.length;
  while (at > 0 && isQuotedOrEmpty(lines[at - 1])) at--;
  if (!lines.slice(at).some((line) => line.startsWith('>'))) return lines.length;
  return introductionBefore(lines, at);
}

function isQuotedOrEmpty(line: string | undefined): boolean {
  return line === undefined || line === '' || line.startsWith('>');
}

function nextLine(lines: string[], i: number): string {
  return lines.slice(i + 1, i + 3).find((line) => line !== '') ?? '';
}

function headerRun(lines: string[], from: number): number {
  let n = 0;
  while (n < 6 && HEADER_LINE.test(lines[from + n] ?? '')) n++;
  return n;
}

/** Index of the "… wrote:" that ends before line `at`, else `at`. */
function introductionBefore(lines: string[], at: number): number {
  let last = at - 1;
  while (last >= 0 && lines[last] === '') last--;
  if (last < 0 || !lines[last]?.endsWith(':')) return at;
  for (let first = last; first >= 0 && last - first < INTRODUCTION_LINES; first--) {
    if (lines[first] === '') break;
    const begins = INTRODUCTION_START.test(lines[first] ?? '');
    if (begins && INTRODUCTION.test(lines.slice(first, last + 1).join(' '))) return first;
  }
  return INTRODUCTION.test(lines[last] ?? '') ? last : at;
}

/** Openings of the element in which mail clients wrap what they quote. Bounded, so that each is linear. */
const HTML_MARKS: readonly RegExp[] = [
  /<div\b[^>]{0,300}\bid\s?=\s?["']?(?:x_)?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION|reply-intro|isForwardContent|isReplyContent)\b/i,
  /<hr\b[^>]{0,300}\bid\s?=\s?["']?stopSpelling\b/i,
  /<(?:div|blockquote)\b[^>]{0,300}\bclass\s?=\s?["']?[^"'>]{0,100}\b(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra|tutanota_quote|WordSection1_quote)\b/i,
  /<blockquote\b[^>]{0,300}\btype\s?=\s?["']?cite\b/i,
  /<div\b[^>]{0,300}\bstyle\s?=\s?["'][^"']{0,300}border-top\s?:\s?solid\s?#(?:E1E1E1|B5C4DF)\s[^>]{0,200}>\s*(?:<p\b[^>]{0,300}>)?\s*(?:<[a-z][^>]{0,200}>\s*){0,6}(?:from|von|de|da|van)\s?:/i,
  /-{2,}\s?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)\s?-{2,}/i,
];

/**
 * The part of an HTML body that its author wrote: everything before the first mark of a quotation
 * (MS-ASCON 3.2.5.6). All of it when there is no mark, or nothing to see before it.
 */
export function uniqueHtml(html: string): string {
  const seen = cutText(html, MAX_INPUT);
  let end = seen.length;
  for (const mark of HTML_MARKS) {
    const at = seen.slice(0, end).search(mark);
    if (at >= 0) end = at;
  }
  if (end === seen.length) return html;
  const own = seen.slice(0, end);
  const body = own.slice(own.search(/<body\b/i) < 0 ? 0 : own.search(/<body\b/i));
  if (body.replace(/<[^>]*>|&nbsp;|&#160;|\s/g, '') === '' && !/<img\b/i.test(body)) return html;
  const close = (/<body\b/i.test(own) ? '</body>' : '') + (/<html\b/i.test(own) ? '</html>' : '');
  return own + close;
}
