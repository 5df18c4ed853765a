import type { SendMailOptions } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';

export const DEMO_DOMAIN = 'demo.test';
export const ALICE = `Alice Example <alice@${DEMO_DOMAIN}>`;
export const BOB = `Bob Example <bob@${DEMO_DOMAIN}>`;
export const CAROL = `Carol Example <carol@${DEMO_DOMAIN}>`;

/** One message of the demo tenant: its envelope, its age, and its bytes when they are wanted. */
export interface DemoMessage {
  from: string;
  to: string;
  /** Minutes before now that the Date field says. */
  age: number;
  raw(now: number): Promise<Uint8Array>;
}

export const HOUR = 60;
export const DAY = 24 * HOUR;

export interface Composed extends SendMailOptions {
  /** Envelope recipient within the demo domain. */
  envelopeTo: string;
  envelopeFrom: string;
  /** First part of the Message-ID, unique in the demo. */
  slug: string;
  age: number;
  /** Slugs of the messages before it in the thread, oldest first. */
  thread?: string[];
}

export function messageId(slug: string): string {
  return `<${slug}@mail.waypost.test>`;
}

/** A message that MailComposer builds. */
export function compose({
  envelopeTo,
  envelopeFrom,
  slug,
  age,
  thread = [],
  ...options
}: Composed): DemoMessage {
  const last = thread.at(-1);
  return {
    from: envelopeFrom,
    to: envelopeTo,
    age,
    raw: (now) =>
      new MailComposer({
        ...options,
        date: new Date(now - age * 60_000),
        messageId: messageId(slug),
        ...(last === undefined ? {} : { inReplyTo: messageId(last), references: thread.map(messageId) }),
        newline: 'windows',
      })
        .compile()
        .build(),
  };
}

/** A message written by hand: header fields and body as bytes, for what a composer would never make. */
export function byHand(
  envelope: { from: string; to: string; slug: string; age: number },
  headers: (string | Uint8Array)[],
  body: string | Uint8Array,
): DemoMessage {
  return {
    from: envelope.from,
    to: envelope.to,
    age: envelope.age,
    raw: async (now) => {
      const date = `Date: ${rfc5322Date(now - envelope.age * 60_000)}`;
      const lines = [...headers, date, `Message-ID: ${messageId(envelope.slug)}`, 'MIME-Version: 1.0'];
      return Buffer.concat([...lines.flatMap((l) => [Buffer.from(l), CRLF]), CRLF, Buffer.from(body)]);
    },
  };
}

const CRLF = Buffer.from('\r\n');

/** RFC 5322 3.3 */
export function rfc5322Date(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

/** Lines joined with CRLF, ended with one. */
export function lines(...text: string[]): string {
  return text.map((line) => `${line}\r\n`).join('');
}
