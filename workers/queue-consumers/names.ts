import type { QueueBatch } from './settle.ts';

/** The batch under the name that its queue has in every installation, whatever stands before it here (QUEUE_PREFIX). */
export function underPlainName(batch: QueueBatch, prefix: string): QueueBatch {
  const { queue, messages } = batch;
  return prefix !== '' && queue.startsWith(prefix) ? { queue: queue.slice(prefix.length), messages } : batch;
}
