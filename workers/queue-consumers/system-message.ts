import { ConflictError } from '../../core/errors.ts';
import { rawKey } from '../../core/mail/place-key.ts';
import type { MailboxRef } from '../../core/mail/types.ts';
import type { Services } from '../../platform/services.ts';

export interface SystemMessage {
  ref: MailboxRef;
  /** Address that it is for; it comes from the postmaster of its domain. */
  to: string;
  /** The same id again is the same message. */
  itemId: string;
  /** Milliseconds since the epoch; part of the place of its raw, so the same for the same id. */
  at: number;
  /** ASCII, without line ends. */
  subject: string;
  /** ASCII with CRLF line ends. */
  text: string;
  correlationId: string;
}

/** Puts a message of the installation itself into a mailbox, whatever its limits are. Doing it again changes nothing. */
export async function placeSystemMessage(
  services: Pick<Services, 'blobs' | 'queues'>,
  { ref, to, itemId, at, subject, text, correlationId }: SystemMessage,
): Promise<void> {
  const domain = to.slice(to.lastIndexOf('@') + 1);
  const raw = new TextEncoder().encode(
    [
      `From: Mail System <postmaster@${domain}>`,
      `To: <${to}>`,
      `Subject: ${subject}`,
      `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
      `Message-ID: <${itemId}@${domain}>`,
      // RFC 3834 5: nothing automatic answers this.
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      text,
    ].join('\r\n'),
  );
  const key = rawKey(ref.tenantId, at, itemId);
  try {
    await services.blobs.putRaw(key, raw, {
      ...ref,
      ...{ mailFrom: '', rcptTo: to, receivedAt: at, rawSize: raw.length, correlationId, authResults: '' },
      submitted: true,
    });
  } catch (error) {
    // An earlier attempt put it there.
    if (!(error instanceof ConflictError)) throw error;
  }
  await services.queues.ingest([{ v: 1, key, ...ref, size: raw.length, sha256: null, correlationId }]);
}
