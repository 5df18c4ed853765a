import { beforeAll, describe, expect, test } from 'vitest';
import type { TraceMessage } from '../../../core/ports/trace.ts';
import { firstIdOf } from '../../../core/trace/ids.ts';
import { createD1Stores } from '../../../store/index.ts';
import { freshRef } from '../../contract/subject.ts';
import { noting, type Statement } from '../noting.ts';
import { bindings, migrateD1 } from '../support.ts';

const statements: Statement[] = [];

const { DIRECTORY, SEARCH, AUDIT, MAIL_1 } = bindings;
const { trace, quarantine, mail } = createD1Stores({
  ...{
    directory: DIRECTORY,
    mail: { MAIL_1: noting(MAIL_1, statements) },
    search: SEARCH,
    audit: noting(AUDIT, statements),
  },
});
const T = 'plan-tenant';
const ref = { ...freshRef(), tenantId: T };

beforeAll(async () => {
  await migrateD1();
  const messages = Array.from(
    { length: 2000 },
    (_, n): TraceMessage => ({
      ...{
        tenantId: n % 2 === 0 ? T : 'other',
        traceId: `${firstIdOf(n)}${n}`,
        recipient: `r${n % 50}@x`,
        at: n,
      },
      ...{ direction: 'in', sender: `s${n % 40}@x`, domain: `d${n % 3}.x`, messageId: `m${n}@x` },
      ...{ correlationId: `c${n}`, mailboxId: 'm', size: 1 },
    }),
  );
  const steps = messages.map(({ tenantId, traceId, at }) => ({
    ...{ tenantId, traceId, key: 'place', at, recipient: '', step: 'place', verdict: 'inbox', details: {} },
  }));
  await trace.add({ messages, steps });
  await AUDIT.prepare('analyze').run();
}, 60_000);

const after = { traceId: firstIdOf(1500), recipient: 'r' };
const QUESTIONS: Record<string, () => Promise<unknown>> = {
  everything: () => trace.list(T, { limit: 50, after }),
  time: () => trace.list(T, { since: 5, before: 900, limit: 50 }),
  sender: () => trace.list(T, { sender: 's2@x', limit: 50, after }),
  recipient: () => trace.list(T, { recipient: 'r4@x', since: 5, limit: 50 }),
  'Message-ID': () => trace.list(T, { messageId: 'm8@x', limit: 50 }),
  'correlation id': () => trace.list(T, { correlationId: 'c8', limit: 50 }),
  domain: () => trace.list(T, { domain: 'd1.x', limit: 50, after }),
  'sender and recipient': () => trace.list(T, { sender: 's2@x', recipient: 'r4@x', limit: 50 }),
  'sender of a domain': () => trace.list(T, { sender: 's2@x', domain: 'd1.x', limit: 50 }),
  'one message': () => trace.message(T, firstIdOf(8), 100),
  steps: () => trace.steps(T, [`${firstIdOf(8)}8`, `${firstIdOf(10)}10`], 100),
  'what is old': () => trace.prune('other', 10),
  'held, of a tenant': () => quarantine.list(T, 'MAIL_1', { state: 'held', limit: 50 }),
  'held, of a mailbox': () =>
    quarantine.list(T, 'MAIL_1', {
      mailboxId: 'm',
      state: 'held',
      limit: 50,
      after: { heldAt: 5, itemId: 'i' },
    }),
  'held, by its raw': () => mail.mailbox(ref).knownRawKeys(['a', 'b']),
  'held for too long': () => quarantine.expired(T, 'MAIL_1', 50, 50),
};

describe('the trace and the quarantine on D1', () => {
  test.each(Object.keys(QUESTIONS))('are asked by an index: %s', async (name) => {
    statements.length = 0;
    await QUESTIONS[name]?.();
    expect(statements.length).toBeGreaterThan(0);
    for (const { database, sql, params } of statements) {
      const { results } = await database
        .prepare(`explain query plan ${sql}`)
        .bind(...params)
        .all<{ detail: string }>();
      const walks = results
        .map(({ detail }) => detail)
        .filter((detail) => /^SCAN (?!input|json_each|CONSTANT)/.test(detail) || /TEMP B-TREE/.test(detail))
        // The steps of a page are put in order; they are few.
        .filter((detail) => !(name === 'steps' && detail.endsWith('ORDER BY')));
      expect(walks, sql).toEqual([]);
      const searched = results.filter(({ detail }) => /^SEARCH (trace_|quarantined)/.test(detail));
      for (const { detail } of searched)
        expect(detail, sql).not.toMatch(/\((?:mailbox_id=\?|tenant_id=\?)\)$/);
    }
  });
});
