import type { Tenant } from '../../core/identity/types.ts';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import { type Budget, takeCall } from './scan.ts';

const HEADS_AT_A_TIME = 6;

export interface MissingReport {
  sampled: number;
  /** Messages whose raw object is gone: someone must look (I7). */
  missing: number;
}

export interface SampleOptions {
  /** Mailboxes of a tenant, and messages of a mailbox, that one run looks at. */
  mailboxes: number;
  messages: number;
  now: number;
  /** In [0, 1): where in the mailboxes and in their messages the sample begins. */
  random(): number;
}

/** Looks for the raw objects of a sample of a tenant's messages. The start is random, so that runs cover everything. */
export async function sampleMissing(
  services: Pick<Services, 'directory' | 'mail' | 'blobs' | 'log'>,
  tenant: Tenant,
  options: SampleOptions,
  budget: Budget,
): Promise<MissingReport> {
  const report: MissingReport = { sampled: 0, missing: 0 };
  const start = Math.floor(options.random() * 36).toString(36);
  const users = await wrapped(start, options.mailboxes, budget, (after, limit) =>
    services.directory.listUsers(tenant.tenantId, after, limit),
  );
  for (const user of users) {
    const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const mailbox = services.mail.mailbox(ref);
    // Item ids begin with their time: a random moment of the past year is a random place in a living mailbox.
    const after = newId(options.now - options.random() * 365 * 24 * 3600 * 1000);
    const rows = await wrapped(after, options.messages, budget, (from, limit) =>
      mailbox.rawKeys(from, limit),
    );
    for (let i = 0; i < rows.length; i += HEADS_AT_A_TIME) {
      const group = rows.slice(i, i + HEADS_AT_A_TIME).filter(() => takeCall(budget));
      const heads = await Promise.all(group.map((row) => services.blobs.head(row.rawKey)));
      report.sampled += group.length;
      for (const [n, row] of group.entries()) {
        if (heads[n] !== null) continue;
        report.missing++;
        services.log.error('blob-missing', { ...ref, itemId: row.itemId, key: row.rawKey });
      }
    }
  }
  return report;
}

/** `limit` rows after a place, going on from the beginning at the end: all rows when there are no more than that. */
async function wrapped<T>(
  after: string,
  limit: number,
  budget: Budget,
  read: (after: string, limit: number) => Promise<T[]>,
): Promise<T[]> {
  if (!takeCall(budget)) return [];
  const rows = await read(after, limit);
  if (rows.length >= limit || !takeCall(budget)) return rows;
  const seen = new Set(rows.map((row) => JSON.stringify(row)));
  const first = await read('', limit);
  return [...rows, ...first.filter((row) => !seen.has(JSON.stringify(row)))].slice(0, limit);
}
