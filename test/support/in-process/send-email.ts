import { randomUUID } from 'node:crypto';
import type { EmailMessage } from './cloudflare-email.ts';
import type { Pace } from './pace.ts';

interface SentMail {
  from: string;
  to: string;
  raw: string;
  messageId: string;
}

/** A `send_email` binding that keeps what it is handed. */
export function createSendEmail(pace: Pace) {
  const sent: SentMail[] = [];
  return {
    /** What has gone out, for looking. */
    sent,
    async send({ from, to, raw }: EmailMessage): Promise<{ messageId: string }> {
      await pace();
      const messageId = `<${randomUUID()}@email.test>`;
      sent.push({ from, to, raw: await new Response(raw).text(), messageId });
      return { messageId };
    },
  };
}
