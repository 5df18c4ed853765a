import { availableParallelism } from 'node:os';

/** Test files that run beside each other. One more than there are cores: much of their time they wait for somebody. */
export const WORKERS = Math.max(3, availableParallelism() + 1);
