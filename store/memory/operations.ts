import type { OperationsStore, QueueFailure } from '../../core/ports/operations.ts';
import { cleanFailure } from '../repos/directory/operations.ts';

/** The installation's notes in memory. */
export function createMemoryOperationsStore(): OperationsStore {
  const failures = new Map<string, QueueFailure>();
  const cursors = new Map<string, string>();
  const key = (queue: string, digest: string) => JSON.stringify([queue, digest]);
  return {
    async noteFailures(list) {
      for (const failure of list) failures.set(key(failure.queue, failure.digest), cleanFailure(failure));
    },
    failuresOf: async (queue, digests) =>
      structuredClone(digests.flatMap((digest) => failures.get(key(queue, digest)) ?? [])),
    async forgetFailures(queue, digests) {
      for (const digest of digests) failures.delete(key(queue, digest));
    },
    async forgetFailuresBefore(at) {
      for (const [name, { failedAt }] of failures) if (failedAt < at) failures.delete(name);
    },
    async getCursor(name) {
      const text = cursors.get(name);
      return text === undefined ? null : (JSON.parse(text) as unknown);
    },
    async putCursor(name, value) {
      cursors.set(name, JSON.stringify(value));
    },
  };
}
