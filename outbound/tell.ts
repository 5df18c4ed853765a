import type { OutboxEntry, OutboxRecipient } from '../core/ports/outbox.ts';
import { type EventData, type EventType, eventIdOf, type HookEvent } from '../core/webhooks/events.ts';
import type { OutboundServices } from './services.ts';

/** Most recipients that one event names; a list of more is cut, and its number is still told. */
const MOST_NAMED = 100;
const TRIES = 3;

/**
 * Tells webhooks, behind the answer, what has become of an entry. `before`: as it was when the recipients it is about were
 * still on their way; null when it was accepted just now. The same happening has the same id, however often it is told.
 */
export function tell(services: OutboundServices, before: OutboxEntry | null, after: OutboxEntry): void {
  if (services.hooks === undefined) return;
  services.defer(
    tellNow(services, before, after).catch((error: unknown) => {
      const { submissionId, correlationId } = after;
      services.log.error('outbound.not-told', { correlationId, submissionId, error: String(error) });
    }),
  );
}

async function tellNow(
  services: OutboundServices,
  before: OutboxEntry | null,
  after: OutboxEntry,
): Promise<void> {
  const known = new Map(before?.recipients.map(({ address, state }) => [address, state]));
  // What is handed in a second time is told of again: of what became of it since then, others have told.
  const isNew = ({ address, state, attempts }: OutboxRecipient) =>
    before === null ? attempts === 0 : known.get(address) !== state;
  const now = (state: OutboxRecipient['state']) =>
    after.recipients.filter((r) => r.state === state && isNew(r));
  const events: HookEvent[] = [];
  const add = async (type: EventType, recipients: readonly OutboxRecipient[], whole = false) => {
    if (recipients.length === 0 || !(await services.hooks?.isWanted(after.ref.tenantId, type))) return;
    events.push(await eventOf(services, type, after, recipients, whole));
  };
  // A message that was held back is accepted long before it leaves.
  if (before === null || before.recipients.every(({ attempts }) => attempts <= 1))
    await add('mail.sent', after.recipients, true);
  await add('mail.delivered', now('sent'));
  await add('mail.bounced', now('failed'));
  if (events.length === 0) return;
  for (let n = 1; ; n++) {
    try {
      return await services.hooks?.emit(events);
    } catch (error) {
      if (n === TRIES) throw error;
    }
  }
}

async function eventOf(
  { now }: OutboundServices,
  type: EventType,
  entry: OutboxEntry,
  recipients: readonly OutboxRecipient[],
  whole: boolean,
): Promise<HookEvent> {
  const { ref, submissionId, messageId, mailFrom, rawSize, automatic, correlationId } = entry;
  const addresses = recipients.map(({ address }) => address).sort();
  const data: EventData = {
    ...{ mailboxId: ref.mailboxId, submissionId, messageId, from: mailFrom, size: rawSize, automatic },
    recipientCount: recipients.length,
    recipients: recipients.slice(0, MOST_NAMED).map(({ address, failure, carrier, remoteId }) => ({
      address,
      ...(type === 'mail.delivered' ? { carrier: carrier ?? 'local', remoteId } : {}),
      ...(type === 'mail.bounced' ? { status: failure?.status ?? '', by: failure?.by ?? null } : {}),
    })),
  };
  const parts = whole ? [] : addresses;
  const eventId = await eventIdOf(type, ref.mailboxId, submissionId, ...parts);
  return { eventId, type, at: now(), tenantId: ref.tenantId, correlationId, data };
}
