import { randomUUID } from 'node:crypto';
import { reasonOf } from '../admin-client.ts';
import { CommandError } from '../command.ts';

export type Delivery =
  | { kind: 'accepted' }
  /** The Worker refused it for good, as a 5xx answer to the sender. */
  | { kind: 'rejected'; reason: string }
  /** A fault: the sender would try again. */
  | { kind: 'failed'; reason: string };

export interface Envelope {
  from: string;
  to: string;
}

/** Hands a raw message to the email() handler of the Worker at `base`, as Email Routing does in production. */
export async function handIn(base: URL, { from, to }: Envelope, raw: Uint8Array): Promise<Delivery> {
  const url = new URL('/cdn-cgi/handler/email', base);
  url.search = new URLSearchParams({ format: 'json', from, to }).toString();
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(raw),
      signal: AbortSignal.timeout(60_000),
    });
  } catch (error) {
    throw new CommandError(`${base.origin} does not answer: ${reasonOf(error)}`);
  }
  const text = await response.text();
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    // What the local runtime itself refuses, it refuses in plain text.
    return { kind: 'failed', reason: text.trim().slice(0, 300) };
  }
  if (typeof result === 'object' && result !== null) {
    if ('rejectReason' in result && typeof result.rejectReason === 'string') {
      return { kind: 'rejected', reason: result.rejectReason };
    }
    if ('outcome' in result && result.outcome === 'ok') return { kind: 'accepted' };
  }
  return { kind: 'failed', reason: 'the Worker threw: the sender would try again later' };
}

/** The header block of a raw message, one byte to a character. */
export function headerBlock(raw: Uint8Array): string {
  // Two megabytes of header are no message anybody wrote: no more is looked at.
  const text = Buffer.from(raw.subarray(0, 2_000_000)).toString('latin1');
  return /^[\s\S]*?(?=\r?\n\r?\n)/.exec(text)?.[0] ?? text;
}

/** The message itself when it has a Message-ID, otherwise a copy with one on top: the local runtime asks for it. */
export function withMessageId(raw: Uint8Array): Uint8Array {
  if (/^message-id[ \t]*:/im.test(headerBlock(raw))) return raw;
  return Buffer.concat([Buffer.from(`Message-ID: <${randomUUID()}@waypost.test>\r\n`), raw]);
}

/** The first address of the From field, or null. */
export function senderOf(raw: Uint8Array): string | null {
  const field = /^from[ \t]*:(.*(?:\r?\n[ \t].*)*)/im.exec(headerBlock(raw))?.[1];
  return /[^\s<>"(),:;]+@[^\s<>"(),:;]+/.exec(field ?? '')?.[0] ?? null;
}
