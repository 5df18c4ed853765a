import type { Tenant } from '../identity/types.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { QueuePort, RetentionJob } from '../ports/queues.ts';

/** The setting `retention-run` of a tenant: which mailboxes had their job today. */
const RUN_SETTING = 'retention-run';
const DAY = 24 * 60 * 60 * 1000;
const PAGE = 500;

/**
 * Gives every mailbox its job of the day, at most `limit` jobs a call: the next call goes on where this one ended. A
 * mailbox may get a second job when a call dies half-way, which does no harm. Number of jobs.
 */
export async function startRetention(
  services: {
    directory: Pick<DirectoryStore, 'listTenants' | 'listUsers' | 'getTenantSetting' | 'putTenantSetting'>;
    queues: Pick<QueuePort, 'retention'>;
    now(): number;
  },
  limit: number,
  correlationId: string,
): Promise<number> {
  let sent = 0;
  const day = Math.floor(services.now() / DAY);
  for (const tenant of await services.directory.listTenants()) {
    const { tenantId } = tenant;
    let run = readRun(await services.directory.getTenantSetting(tenantId, RUN_SETTING), day);
    while (!run.done && sent < limit) {
      const users = await services.directory.listUsers(tenantId, run.after, Math.min(PAGE, limit - sent));
      await services.queues.retention(users.map((user) => jobOf(tenant, user.userId, correlationId)));
      sent += users.length;
      const after = users.at(-1)?.address;
      run = { day, after: after ?? run.after, done: after === undefined };
      await services.directory.putTenantSetting(tenantId, RUN_SETTING, run);
    }
    if (sent >= limit) break;
  }
  return sent;
}

export function jobOf(
  { tenantId, mailShard }: Tenant,
  mailboxId: string,
  correlationId: string,
): RetentionJob {
  return { v: 1, tenantId, mailboxId, shard: mailShard, correlationId };
}

interface Run {
  day: number;
  after: string;
  done: boolean;
}

function readRun(value: unknown, day: number): Run {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<keyof Run, unknown>
  >;
  // A clock that went back starts no second run (I30).
  if (typeof given.day !== 'number' || typeof given.after !== 'string' || given.day < day) {
    return { day, after: '', done: false };
  }
  return { day: given.day, after: given.after, done: given.done === true };
}
