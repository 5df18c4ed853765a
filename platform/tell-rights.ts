import type { MailboxRef } from '../core/mail/types.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { LivePort } from './live-port.ts';
import { describeError, type Logger } from './log.ts';

/** Rights that are written in quick succession are told of together. */
const GATHER_MS = 50;

/**
 * The mail store, telling who listens to a mailbox that its rights have changed, whatever edge has changed them, so that
 * a stream ends with the right to it (I21).
 */
export function tellRights(
  mail: MailStore,
  services: { live: Pick<LivePort, 'revoked'>; log: Logger; defer(work: Promise<unknown>): void },
): MailStore {
  const waiting = new Set<string>();
  async function tell(ref: MailboxRef, key: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    waiting.delete(key);
    const { tenantId, mailboxId } = ref;
    await services.live.revoked(ref).catch((error: unknown) => {
      // They ask by themselves before long.
      services.log.warn('rights.not-told', { tenantId, mailboxId, error: describeError(error) });
    });
  }
  return {
    ...mail,
    mailbox(ref) {
      const box = mail.mailbox(ref);
      const changed = () => {
        const key = `${ref.tenantId}/${ref.mailboxId}`;
        if (waiting.has(key)) return;
        waiting.add(key);
        services.defer(tell(ref, key));
      };
      return {
        ...box,
        async putGrant(grant) {
          await box.putGrant(grant);
          changed();
        },
        async dropGrantee(granteeId) {
          await box.dropGrantee(granteeId);
          changed();
        },
      };
    },
  };
}
