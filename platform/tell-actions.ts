import type { MailboxStore, MailStore } from '../core/ports/mail.ts';
import type { QueuePort } from '../core/ports/queues.ts';
import { describeError, type Logger } from './log.ts';

/** What belongs to a mailbox as a whole: nobody waits for it to change, so that no other job tells of it. */
const TOLD = [
  'putSetting',
  'setConversationRule',
  'putRules',
  'setRuleError',
] as const satisfies readonly (keyof MailboxStore)[];

/** The mail store, telling the queue `actions` when something changed that has no place in a change feed (I28). */
export function tellActions(
  mail: MailStore,
  services: { queues: Pick<QueuePort, 'actions'>; log: Logger; defer(work: Promise<unknown>): void },
): MailStore {
  return {
    ...mail,
    mailbox(ref) {
      const box = mail.mailbox(ref);
      const tell = () => {
        const { tenantId, mailboxId, shard } = ref;
        const job = { v: 1 as const, tenantId, mailboxId, shard, correlationId: '' };
        // What is not told is found by the cron.
        const told = services.queues.actions([job]).catch((error: unknown) => {
          services.log.warn('actions.not-told', { tenantId, mailboxId, error: describeError(error) });
        });
        services.defer(told);
      };
      const telling = Object.fromEntries(
        TOLD.map((name) => {
          const call = box[name] as (...given: unknown[]) => Promise<unknown>;
          const changed = async (...given: unknown[]) => {
            const result = await call(...given);
            tell();
            return result;
          };
          return [name, changed];
        }),
      );
      return { ...box, ...telling };
    },
  };
}
