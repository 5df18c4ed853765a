/** queue(): one file for each queue of wrangler.toml. */
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { consumeActions } from './actions.ts';
import { consumeArrived } from './arrived.ts';
import { consumeAudit } from './audit.ts';
import { consumeDeadLetters } from './dead-letters.ts';
import { apart, keepFailures } from './failures.ts';
import { consumeIndexText } from './index-text.ts';
import { consumeIngest } from './ingest.ts';
import { consumeNotify } from './notify.ts';
import { consumeOutbound } from './outbound.ts';
import { consumeRetention } from './retention.ts';
import { consumeScheduling } from './scheduling.ts';
import { noteFailure, type QueueBatch } from './settle.ts';
import { consumeWebhooks } from './webhooks.ts';

const CONSUMERS: Record<string, (services: Services, batch: QueueBatch) => Promise<void>> = {
  'mail-ingest': consumeIngest,
  index: consumeIndexText,
  notify: consumeNotify,
  audit: consumeAudit,
  outbound: consumeOutbound,
  arrived: consumeArrived,
  actions: consumeActions,
  retention: consumeRetention,
  scheduling: consumeScheduling,
  webhooks: consumeWebhooks,
};

/**
 * The queue() handler. Every message of a batch is acknowledged or given back by itself; it rejects, and the whole
 * batch comes again, only for a queue that it does not know.
 */
export function createQueueConsumers(services: Services): (batch: QueueBatch) => Promise<void> {
  return async (batch) => {
    const consume = batch.queue.startsWith('dlq-') ? consumeDeadLetters : CONSUMERS[batch.queue];
    if (consume === undefined) throw new Error(`no consumer for the queue ${batch.queue}`);
    if (consume === consumeDeadLetters) return consume(services, batch);
    try {
      // Ingest has ways of its own, which place a deadly message too.
      await consume(services, consume === consumeIngest ? batch : await apart(services, batch));
    } catch (error) {
      for (const message of batch.messages) noteFailure(message, describeError(error));
      throw error;
    } finally {
      await keepFailures(services, batch);
    }
  };
}
