import type { Subscription } from '../../../core/live/types.ts';
import type { EwsContext } from '../context.ts';
import { EwsError } from '../errors.ts';
import { decodeSubscriptionId } from './ids.ts';

export function subscriptionNotFound(): EwsError {
  return new EwsError('ErrorSubscriptionNotFound', 'The subscription could not be found.');
}

/** The user's own subscriptions by the ids that clients have; null for what is none, has ended, or is another's (I22). */
export async function findSubscriptions(
  { services, principal, own }: Pick<EwsContext, 'services' | 'principal' | 'own'>,
  ids: readonly string[],
): Promise<(Subscription | null)[]> {
  const names = ids.map(decodeSubscriptionId);
  const { tenantId, mailShard: shard } = { ...principal.tenant, tenantId: own.ref.tenantId };
  const found = new Map<string, Subscription>();
  for (const mailboxId of new Set(names.flatMap((one) => one?.mailboxId ?? []))) {
    const here = names.flatMap((one) => (one?.mailboxId === mailboxId ? [one.id] : []));
    const ref = { tenantId, mailboxId, shard };
    const list = await services.live.subscriptions(ref, principal.user.userId, here, services.now());
    for (const one of list) found.set(`${mailboxId} ${one.subscriptionId}`, one);
  }
  return names.map((one) => (one === null ? null : (found.get(`${one.mailboxId} ${one.id}`) ?? null)));
}
