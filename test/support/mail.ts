/** Messages for tests: RFC 5322 bytes from a few words. Runs in Node and in workerd. */

export interface MailOptions {
  from?: string;
  to?: string;
  cc?: string;
  subject?: string;
  /** With angle brackets; a random one when left out, none when null. */
  messageId?: string | null;
  inReplyTo?: string;
  references?: string[];
  date?: Date;
  text?: string;
  html?: string;
  attachments?: { name: string; type?: string; content: Uint8Array | string; contentId?: string }[];
  /** Header lines before all others, e.g. `Received: …`. */
  trace?: string[];
  /** Header lines after all others. */
  headers?: string[];
}

let counter = 0;

/** A fresh Message-ID with angle brackets. */
function newMessageId(): string {
  counter++;
  return `<${counter}.${crypto.randomUUID()}@sender.example>`;
}

/** The raw bytes. Text and HTML are UTF-8 in 8bit, attachments base64, lines end in CRLF. */
export function buildMail(options: MailOptions = {}): Uint8Array {
  const head: string[] = [...(options.trace ?? [])];
  head.push(`From: ${options.from ?? 'Sender <sender@sender.example>'}`);
  head.push(`To: ${options.to ?? 'someone@example.com'}`);
  if (options.cc !== undefined) head.push(`Cc: ${options.cc}`);
  head.push(`Subject: ${encodeHeader(options.subject ?? 'Hello')}`);
  const messageId = options.messageId === undefined ? newMessageId() : options.messageId;
  if (messageId !== null) head.push(`Message-ID: ${messageId}`);
  if (options.inReplyTo !== undefined) head.push(`In-Reply-To: ${options.inReplyTo}`);
  if (options.references !== undefined) head.push(`References: ${options.references.join('\r\n ')}`);
  head.push(
    `Date: ${(options.date ?? new Date(Date.UTC(2026, 10, 21))).toUTCString().replace('GMT', '+0000')}`,
  );
  head.push('MIME-Version: 1.0', ...(options.headers ?? []));
  return new TextEncoder().encode(`${head.join('\r\n')}\r\n${body(options)}`);
}

function body({ text, html, attachments = [] }: MailOptions): string {
  const leaves: string[] = [];
  if (text !== undefined || html === undefined) leaves.push(textPart('plain', text ?? 'Hello there.\r\n'));
  if (html !== undefined) leaves.push(textPart('html', html));
  const shown = leaves.length === 1 ? (leaves[0] ?? '') : multipart('alternative', 'alt', leaves);
  if (attachments.length === 0) return shown;
  return multipart('mixed', 'mix', [shown, ...attachments.map(attachmentPart)]);
}

function textPart(subtype: string, content: string): string {
  const type = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit`;
  return `${type}\r\n\r\n${content.replace(/\r?\n/g, '\r\n')}`;
}

function multipart(subtype: string, boundary: string, parts: string[]): string {
  const head = `Content-Type: multipart/${subtype}; boundary="=_${boundary}"\r\n\r\n`;
  return `${head}${parts.map((p) => `--=_${boundary}\r\n${p}\r\n`).join('')}--=_${boundary}--\r\n`;
}

function attachmentPart(a: NonNullable<MailOptions['attachments']>[number]): string {
  const bytes = typeof a.content === 'string' ? new TextEncoder().encode(a.content) : a.content;
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  const lines = btoa(binary).replace(/.{76}/g, '$&\r\n');
  const id = a.contentId === undefined ? '' : `Content-ID: <${a.contentId}>\r\n`;
  const disposition = a.contentId === undefined ? 'attachment' : 'inline';
  return (
    `Content-Type: ${a.type ?? 'application/octet-stream'}; name="${a.name}"\r\n${id}` +
    `Content-Disposition: ${disposition}; filename="${a.name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}`
  );
}

/** RFC 2047 for values that are not ASCII. */
function encodeHeader(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  const binary = String.fromCharCode(...new TextEncoder().encode(value));
  return `=?utf-8?B?${btoa(binary)}?=`;
}

/** The same message as another hop hands it over: one more trace header on top. */
export function withHop(raw: Uint8Array, hop: string): Uint8Array {
  return concat(
    new TextEncoder().encode(`Received: from ${hop} by mx.example; Sat, 21 Nov 2026 00:00:00 +0000\r\n`),
    raw,
  );
}

/** A message of about this many bytes, text for the most part. */
export function mailOfSize(bytes: number, options: MailOptions = {}): Uint8Array {
  const line = 'The quick brown fox jumps over the lazy dog and goes on its way again.\r\n';
  return buildMail({ ...options, text: line.repeat(Math.max(1, Math.ceil((bytes - 400) / line.length))) });
}

function concat(...chunks: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/** A stream of the bytes in pieces of `chunk` bytes. */
export function streamOf(raw: Uint8Array, chunk = 65_536): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= raw.length) return controller.close();
      controller.enqueue(raw.slice(at, at + chunk));
      at += chunk;
    },
  });
}

export async function sha256Hex(raw: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', raw as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
}
