import { and, asc, desc, eq, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type {
  DeliveryRef,
  WebhookDelivery,
  WebhookDirectory,
  WebhookRef,
} from '../../../core/ports/webhooks.ts';
import { askedId } from '../../text.ts';
import { cleanDelivery, cleanError } from '../../webhooks.ts';
import type { DirectoryContext } from './tenants.ts';

/** Tenant of what belongs to the installation. */
const NONE = '';

type Deliveries = Pick<
  WebhookDirectory,
  | 'addDeliveries'
  | 'getDelivery'
  | 'listDeliveries'
  | 'claimDelivery'
  | 'endAttempt'
  | 'replayDelivery'
  | 'dueDeliveries'
  | 'giveUpDeliveries'
  | 'forgetDeliveries'
>;

export function createDeliveries({
  executor,
  tables: { webhookDeliveries: t },
}: DirectoryContext): Deliveries {
  const { build } = executor;
  const ofWebhook = ({ tenantId, webhookId }: WebhookRef) =>
    and(eq(t.tenantId, tenantId ?? NONE), eq(t.webhookId, askedId(webhookId)));
  const isOne = (ref: DeliveryRef) => and(ofWebhook(ref), eq(t.eventId, askedId(ref.eventId)));

  async function select(which: SQL | undefined, order: SQL[], limit: number): Promise<WebhookDelivery[]> {
    const rows = await executor.all(
      build
        .select({
          tenantId: t.tenantId,
          webhookId: t.webhookId,
          eventId: t.eventId,
          type: t.type,
          body: t.body,
          state: t.state,
          attempts: t.attempts,
          createdAt: t.createdAt,
          nextAttemptAt: t.nextAttemptAt,
          attemptedAt: t.attemptedAt,
          statusCode: t.statusCode,
          durationMs: t.durationMs,
          error: t.error,
          correlationId: t.correlationId,
        })
        .from(t)
        .where(which)
        .orderBy(...order)
        .limit(limit),
    );
    return rows.map(({ tenantId, state, ...row }) => ({
      ...row,
      tenantId: tenantId === NONE ? null : tenantId,
      state: state as WebhookDelivery['state'],
    }));
  }

  return {
    async addDeliveries(deliveries) {
      if (deliveries.length === 0) return [];
      const results = await executor.atomic(
        deliveries.map((delivery) =>
          build
            .insert(t)
            .values({ ...cleanDelivery(delivery), tenantId: delivery.tenantId ?? NONE })
            .onConflictDoNothing(),
        ),
      );
      return deliveries
        .filter((_, n) => results[n]?.changes === 1)
        .map(({ tenantId, webhookId, eventId }) => ({ tenantId, webhookId, eventId }));
    },
    async getDelivery(ref) {
      const [delivery] = await select(isOne(ref), [asc(t.eventId)], 1);
      return delivery ?? null;
    },
    listDeliveries: (ref, { state, after, limit }) =>
      select(
        and(
          ofWebhook(ref),
          state === undefined ? undefined : eq(t.state, state),
          after === null
            ? undefined
            : or(
                lt(t.createdAt, after.createdAt),
                and(eq(t.createdAt, after.createdAt), lt(t.eventId, askedId(after.eventId))),
              ),
        ),
        [desc(t.createdAt), desc(t.eventId)],
        limit,
      ),
    async claimDelivery(ref, { nextAttemptAt }, leaseUntil) {
      const [done] = await executor.atomic([
        build
          .update(t)
          .set({ nextAttemptAt: leaseUntil, attempts: sql`${t.attempts} + 1` })
          .where(and(isOne(ref), eq(t.state, 'waiting'), eq(t.nextAttemptAt, nextAttemptAt))),
      ]);
      return done?.changes === 1;
    },
    async endAttempt(ref, leaseUntil, outcome) {
      const [done] = await executor.atomic([
        build
          .update(t)
          .set({ ...outcome, error: cleanError(outcome.error) })
          .where(and(isOne(ref), eq(t.state, 'waiting'), eq(t.nextAttemptAt, leaseUntil))),
      ]);
      return done?.changes === 1;
    },
    async replayDelivery(ref, at) {
      const [done] = await executor.atomic([
        build.update(t).set({ state: 'waiting', attempts: 0, nextAttemptAt: at }).where(isOne(ref)),
      ]);
      return done?.changes === 1;
    },
    dueDeliveries: (ref, before, limit) =>
      select(
        and(ofWebhook(ref), eq(t.state, sql`'waiting'`), lt(t.nextAttemptAt, before)),
        [asc(t.nextAttemptAt), asc(t.eventId)],
        limit,
      ),
    async giveUpDeliveries(ref, error) {
      const [done] = await executor.atomic([
        build
          .update(t)
          .set({ state: 'failed', error: cleanError(error) })
          .where(and(ofWebhook(ref), eq(t.state, sql`'waiting'`))),
      ]);
      return done?.changes ?? 0;
    },
    async forgetDeliveries(tenantId, { done, waiting }) {
      const ofTenant = eq(t.tenantId, tenantId ?? NONE);
      const results = await executor.atomic([
        build.delete(t).where(and(ofTenant, ne(t.state, sql`'waiting'`), lt(t.createdAt, done))),
        build.delete(t).where(and(ofTenant, eq(t.state, sql`'waiting'`), lt(t.createdAt, waiting))),
      ]);
      return results.reduce((sum, { changes }) => sum + changes, 0);
    },
  };
}
