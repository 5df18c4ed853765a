import { describe, expect, test } from 'vitest';
import type { AttemptOutcome, Webhook, WebhookDelivery } from '../../core/ports/webhooks.ts';
import { type Subject, unique } from './subject.ts';

export function webhookContract(subject: Subject): void {
  const webhook = (over: Partial<Webhook> = {}): Webhook => ({
    ...{ tenantId: unique('tenant'), webhookId: unique('hook'), url: 'https://a.example/hook' },
    ...{ events: ['mail.*', 'audit.tenant.create'], description: 'Účtárna', status: 'on', secret: 's1' },
    ...{ previousSecret: null, previousUntil: null, createdBy: 'ann', createdAt: 5, failingSince: null },
    ...over,
  });
  const delivery = (of: Webhook, over: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
    ...{ tenantId: of.tenantId, webhookId: of.webhookId, eventId: unique('event'), type: 'mail.received' },
    ...{ body: '{"type":"žluť"}', state: 'waiting', attempts: 0, createdAt: 10, nextAttemptAt: 10 },
    ...{ attemptedAt: null, statusCode: null, durationMs: null, error: '', correlationId: 'c' },
    ...over,
  });

  describe('webhooks', () => {
    test('are of a tenant or of the installation, and change there alone', async () => {
      const { directory } = await subject.open();
      const mine = webhook();
      const next = webhook({ tenantId: mine.tenantId, createdAt: 6, status: 'off' });
      const global = webhook({ tenantId: null });
      for (const one of [next, mine, global]) await directory.putWebhook(one);
      await expect(directory.putWebhook(mine)).rejects.toMatchObject({ code: 'conflict' });
      expect(await directory.listWebhooks(mine.tenantId)).toEqual([mine, next]);
      expect(await directory.listWebhooks(null)).toContainEqual(global);
      expect(await directory.getWebhook(global)).toEqual(global);
      expect(await directory.getWebhook({ ...mine, tenantId: null })).toBeNull();
      const subscriptions = await directory.webhookSubscriptions();
      for (const { tenantId, webhookId, events } of [mine, global])
        expect(subscriptions).toContainEqual({ tenantId, webhookId, events });
      expect(subscriptions.some(({ webhookId }) => webhookId === next.webhookId)).toBe(false);

      expect(await directory.updateWebhook({ ...mine, tenantId: null }, { status: 'off' })).toBe(false);
      const change = { events: ['*'], secret: 's2', previousSecret: 's1', previousUntil: 99 };
      expect(await directory.updateWebhook(mine, change)).toBe(true);
      expect(await directory.replaceWebhookSecret(mine, 's2', 's2b')).toBe(true);
      expect(await directory.replaceWebhookSecret(mine, 's1', 's1b')).toBe(true);
      expect(await directory.replaceWebhookSecret(mine, 's2', 's3')).toBe(false);
      expect(await directory.replaceWebhookSecret({ ...mine, tenantId: null }, 's2b', 's3')).toBe(false);
      expect(await directory.getWebhook(mine)).toMatchObject({ secret: 's2b', previousSecret: 's1b' });
      await directory.updateWebhook(mine, change);
      await directory.noteWebhookFailing(mine, 70);
      await directory.noteWebhookFailing(mine, 80);
      expect(await directory.getWebhook(mine)).toEqual({ ...mine, ...change, failingSince: 70 });
      await directory.updateWebhook(mine, { failingSince: null });
      expect((await directory.getWebhook(mine))?.failingSince).toBeNull();

      await directory.addDeliveries([delivery(mine)]);
      expect(await directory.removeWebhook({ ...mine, tenantId: null })).toBe(false);
      expect(await directory.removeWebhook(mine)).toBe(true);
      expect(await directory.removeWebhook(mine)).toBe(false);
      expect(await directory.listDeliveries(mine, { after: null, limit: 9 })).toEqual([]);
      await directory.removeWebhook(global);
    });
  });

  describe('deliveries', () => {
    test('of one event are there once for each webhook, and listed with the newest first', async () => {
      const { directory } = await subject.open();
      const [mine, other] = [webhook(), webhook()];
      const first = delivery(mine);
      const second = delivery(mine, { eventId: `${first.eventId}b` });
      const third = delivery(mine, { createdAt: 11, state: 'failed', error: 'x'.repeat(600) });
      const theirs = delivery(other, { eventId: first.eventId });
      expect(await directory.addDeliveries([])).toEqual([]);
      const refOf = ({ tenantId, webhookId, eventId }: WebhookDelivery) => ({ tenantId, webhookId, eventId });
      expect(await directory.addDeliveries([first, theirs])).toEqual([refOf(first), refOf(theirs)]);
      expect(await directory.addDeliveries([{ ...first, type: 'ping' }, second, third])).toEqual([
        refOf(second),
        refOf(third),
      ]);
      const kept = { ...third, error: 'x'.repeat(500) };
      expect(await directory.listDeliveries(mine, { after: null, limit: 9 })).toEqual([kept, second, first]);
      expect(await directory.listDeliveries(mine, { after: second, limit: 9 })).toEqual([first]);
      expect(await directory.listDeliveries(mine, { state: 'failed', after: null, limit: 9 })).toEqual([
        kept,
      ]);
      expect(await directory.listDeliveries(mine, { after: null, limit: 1 })).toEqual([kept]);
      expect(await directory.getDelivery(first)).toEqual(first);
      expect(await directory.getDelivery({ ...first, tenantId: other.tenantId })).toBeNull();
    });

    test('are tried by one at a time, and again when they are due or somebody wants it', async () => {
      const { directory } = await subject.open();
      const mine = webhook();
      const one = delivery(mine);
      await directory.addDeliveries([one, delivery(mine, { nextAttemptAt: 500 })]);
      expect(await directory.dueDeliveries(mine, 11, 9)).toEqual([one]);
      expect(await directory.dueDeliveries(mine, 10, 9)).toEqual([]);
      const claims = await Promise.all([
        directory.claimDelivery(one, one, 100),
        directory.claimDelivery(one, one, 101),
      ]);
      expect(claims.toSorted()).toEqual([false, true]);
      const lease = claims[0] ? 100 : 101;
      const failed: AttemptOutcome = {
        ...{ state: 'waiting', nextAttemptAt: 300, attemptedAt: 20, statusCode: 500, durationMs: 7 },
        error: 'HTTP 500',
      };
      expect(await directory.endAttempt(one, 10, failed)).toBe(false);
      expect(await directory.endAttempt(one, lease, failed)).toBe(true);
      expect(await directory.getDelivery(one)).toEqual({ ...one, ...failed, attempts: 1 });
      expect(await directory.claimDelivery(one, { nextAttemptAt: 300 }, 400)).toBe(true);
      const done: AttemptOutcome = { ...failed, state: 'delivered', statusCode: 204, error: '' };
      expect(await directory.endAttempt(one, 400, done)).toBe(true);
      expect(await directory.claimDelivery(one, done, 500)).toBe(false);
      expect(await directory.dueDeliveries(mine, 301, 9)).toEqual([]);
      expect(await directory.replayDelivery({ ...one, tenantId: null }, 600)).toBe(false);
      expect(await directory.replayDelivery(one, 600)).toBe(true);
      expect(await directory.getDelivery(one)).toMatchObject({
        state: 'waiting',
        attempts: 0,
        nextAttemptAt: 600,
      });
    });

    test('are forgotten when they are old, unless they wait', async () => {
      const { directory } = await subject.open();
      const mine = webhook();
      const [waits, old, young] = [
        delivery(mine),
        delivery(mine, { state: 'delivered' }),
        delivery(mine, { state: 'failed', createdAt: 50 }),
      ];
      await directory.addDeliveries([waits, old, young]);
      const before = { done: 50, waiting: 10 };
      expect(await directory.forgetDeliveries(unique('tenant'), before)).toBe(0);
      expect(await directory.forgetDeliveries(mine.tenantId, before)).toBe(1);
      expect(await directory.listDeliveries(mine, { after: null, limit: 9 })).toEqual([young, waits]);
      expect(await directory.giveUpDeliveries({ ...mine, tenantId: null }, 'off')).toBe(0);
      expect(await directory.giveUpDeliveries(mine, 'off')).toBe(1);
      expect(await directory.getDelivery(waits)).toEqual({ ...waits, state: 'failed', error: 'off' });
      expect(await directory.getDelivery(young)).toEqual(young);
      await directory.replayDelivery(waits, 10);
      expect(await directory.forgetDeliveries(mine.tenantId, { done: 10, waiting: 11 })).toBe(1);
      expect(await directory.listDeliveries(mine, { after: null, limit: 9 })).toEqual([young]);
    });
  });
}
