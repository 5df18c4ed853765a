/** What the last failed attempt at a queue message said. The digest stands for its body, by which it is the same. */
export interface QueueFailure {
  queue: string;
  digest: string;
  error: string;
  attempts: number;
  /** Milliseconds since the epoch. */
  failedAt: number;
}

/** Notes of the installation about its own work. */
export interface OperationsStore {
  /** The last word on each message wins. */
  noteFailures(failures: readonly QueueFailure[]): Promise<void>;
  failuresOf(queue: string, digests: readonly string[]): Promise<QueueFailure[]>;
  forgetFailures(queue: string, digests: readonly string[]): Promise<void>;
  /** Those of messages of which nothing was heard since this time. */
  forgetFailuresBefore(at: number): Promise<void>;
  /** Where work that goes on from run to run has come to; null before its first run. */
  getCursor(name: string): Promise<unknown>;
  putCursor(name: string, value: unknown, at: number): Promise<void>;
}
