import type { MailboxRef } from '../../../core/mail/types.ts';
import { DataError } from '../../../shared/data/errors.ts';
import { RAW_TYPE } from '../../../shared/data/operations.ts';
import { memoryBytes } from '../bytes.ts';
import type { DataContext, Handler } from '../context.ts';
import { notThere, openTenant } from '../scope.ts';

// Mail of a group that goes on to its members has the group where others have their user: the outbox knows both.

/** RFC 3463 codes of who says nothing closer. */
const STATUS = { sent: '2.0.0', retry: '4.0.0', failed: '5.0.0', uncertain: '4.4.2' } as const;

const overtaken = () => new DataError('ABORTED', 'the lease is over');

async function senderRef(context: DataContext, asked: { tenant: string; user: string }): Promise<MailboxRef> {
  const { tenantId, mailShard } = await openTenant(context, asked.tenant);
  return { tenantId, mailboxId: asked.user, shard: mailShard };
}

export const dequeue: Handler<'dequeue'> = async (context, { tenant, limit, leaseSeconds }) => {
  const { tenantId } = await openTenant(context, tenant);
  const leaseMs = leaseSeconds * 1000;
  const taken = await context.services.outbound.external.take(tenantId, { limit, leaseMs });
  if (taken === null) {
    throw new DataError('PERMISSION_DENIED', 'the mail of this tenant does not wait for a sender outside');
  }
  return {
    entries: taken.map(({ entry, lease, size, needs, uncertain }) => ({
      ...{ tenant: entry.ref.tenantId, user: entry.ref.mailboxId, submission: entry.submissionId },
      ...{ lease, leaseUntil: entry.nextAttemptAt, mailFrom: entry.mailFrom, messageId: entry.messageId },
      recipients: entry.recipients
        .filter(({ mailbox, state }) => mailbox === null && state === 'sending')
        .map(({ address, attempts }) => ({ address, attempts, uncertain: uncertain.includes(address) })),
      ...{ size, smtpUtf8: needs.smtputf8, eightBit: needs.eightBit },
      ...{ createdAt: entry.createdAt, correlationId: entry.correlationId },
    })),
  };
};

export const getQueueContent: Handler<'getQueueContent'> = async (context, input) => {
  const ref = await senderRef(context, input);
  const bytes = await context.services.outbound.external.open(ref, input.submission, input.lease);
  if (bytes === null) throw notThere();
  if (bytes === 'lost') throw overtaken();
  return memoryBytes(bytes, { mediaType: RAW_TYPE, name: null, range: input.range });
};

export const extendLease: Handler<'extendLease'> = async (context, input) => {
  const ref = await senderRef(context, input);
  const { external } = context.services.outbound;
  const outcome = await external.extend(ref, input.submission, input.lease, input.leaseSeconds * 1000);
  if (outcome === null) throw notThere();
  if (outcome === 'lost') throw overtaken();
  return { leaseUntil: outcome.until };
};

export const ack: Handler<'ack'> = async (context, input) => {
  const ref = await senderRef(context, input);
  const results = input.results.map(({ address, outcome, status, text, remoteId, host }) => ({
    ...{ address, outcome, text, status: status ?? STATUS[outcome] },
    ...(remoteId === undefined ? {} : { remoteId }),
    ...(host === undefined ? {} : { host }),
  }));
  const wrong = results.find(({ outcome, status }) => STATUS[outcome][0] !== status[0]);
  if (wrong !== undefined) {
    throw new DataError('INVALID_ARGUMENT', `results: ${wrong.status} does not mean ${wrong.outcome}`);
  }
  const settled = await context.services.outbound.external.settle(
    ref,
    input.submission,
    input.lease,
    results,
  );
  if (settled === null) throw notThere();
  const { entry, ignored } = settled;
  if (ignored.length === results.length) throw overtaken();
  const known = new Map(entry.recipients.map((one) => [one.address, one]));
  return {
    state: entry.state,
    recipients: results.map(({ address }) => {
      const recipient = known.get(address);
      return {
        ...{ address, applied: !ignored.includes(address) },
        ...{ state: recipient?.state ?? null, nextAttemptAt: recipient?.nextAttemptAt ?? null },
      };
    }),
  };
};
