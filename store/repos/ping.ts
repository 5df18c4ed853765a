import { sql } from 'drizzle-orm';
import type { Executor } from '../dialect/types.ts';

/** Cheap proof that a database answers. */
export async function ping(executor: Executor): Promise<void> {
  await executor.atomic([sql`select 1`]);
}
