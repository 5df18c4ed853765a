import { type Chunks, encodeText, has8Bit } from './bytes.ts';
import { encodeTextPart } from './text-part.ts';

/** What a message consists of; each part with its own header. */
export interface Content {
  text: string | null;
  html: string | null;
  /** A text/calendar part that is one more form of the body. */
  calendar: Chunks | null;
  /** Parts that the HTML shows by their Content-ID. */
  inline: Chunks[];
  attachments: Chunks[];
}

/** The content as one part, beginning with the header fields that describe it (RFC 2046 5.1, RFC 2387). */
export function assemble({ text, html, calendar, inline, attachments }: Content): Chunks {
  const forms: Chunks[] = [];
  // RFC 2046 5.1.4: the plainest first.
  if (text !== null || html === null) forms.push(encodeTextPart('plain', text ?? ''));
  const shown = html === null ? null : related(encodeTextPart('html', html), inline);
  if (shown !== null) forms.push(shown);
  if (calendar !== null) forms.push(calendar);
  const [only] = forms;
  const body = forms.length === 1 && only !== undefined ? only : multipart('alternative', forms);
  // Without HTML nothing shows them where they belong.
  const files = html === null ? [...inline, ...attachments] : attachments;
  return files.length === 0 ? body : multipart('mixed', [body, ...files]);
}

function related(html: Chunks, inline: Chunks[]): Chunks {
  return inline.length === 0 ? html : multipart('related', [html, ...inline], '; type="text/html"');
}

/** Parts one after the other. The boundary is random: nothing that is carried over can hold it. */
export function multipart(subtype: string, parts: readonly Chunks[], params = ''): Chunks {
  const random = crypto.getRandomValues(new Uint8Array(15));
  const boundary = `=_${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const encoding = parts.some(has8Bit) ? 'Content-Transfer-Encoding: 8bit\r\n' : '';
  const head = `Content-Type: multipart/${subtype}${params};\r\n boundary="${boundary}"\r\n${encoding}\r\n`;
  return [
    encodeText(head),
    ...parts.flatMap((part) => [encodeText(`--${boundary}\r\n`), ...part, encodeText('\r\n')]),
    encodeText(`--${boundary}--\r\n`),
  ];
}
