import type { TraceRows } from '../ports/trace.ts';
import { eventIdOf, type HookEvent } from './events.ts';

/** What webhooks are told of the way of messages: those that are kept out of their mailbox. */
export async function eventsOfTrace({ messages, steps }: TraceRows): Promise<HookEvent[]> {
  const held = steps.filter(({ step, verdict }) => step === 'quarantine' && verdict === 'held');
  return Promise.all(
    held.map(async ({ tenantId, traceId, recipient, at, details }): Promise<HookEvent> => {
      const message = messages.find((one) => one.tenantId === tenantId && one.traceId === traceId);
      return {
        ...{ eventId: await eventIdOf('quarantine.held', tenantId, traceId, recipient), at, tenantId },
        ...{ type: 'quarantine.held', correlationId: message?.correlationId ?? '' },
        data: {
          ...{ itemId: traceId, mailboxId: message?.mailboxId ?? null, reason: details['reason'] ?? null },
          ...{ messageId: message?.messageId ?? null, envelopeFrom: message?.sender ?? null },
          ...{ recipient: message?.recipient ?? recipient, size: message?.size ?? null },
        },
      };
    }),
  );
}
