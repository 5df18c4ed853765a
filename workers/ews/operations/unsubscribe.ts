import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { findSubscriptions, subscriptionNotFound } from '../live/find.ts';
import { eachMessage } from '../response-messages.ts';

/** Unsubscribe (MS-OXWSNTIF 3.1.4.4): pull and streaming. */
export const unsubscribe: Operation = async (request, context) => {
  const id = textOf(request, 'SubscriptionId');
  if (id === null) throw new SchemaError('Unsubscribe must have a SubscriptionId.');
  return eachMessage(context, 'UnsubscribeResponseMessage', [id], async () => {
    const [found] = await findSubscriptions(context, [id]);
    const { live } = context.services;
    // MS-OXWSNTIF 3.1.4.4: what is pushed is ended by the answer of who is sent to.
    if (found?.kind === 'push') throw new EwsError('ErrorInvalidSubscription', 'Subscription is invalid.');
    if (!found || !(await live.unsubscribe(found.ref, found.userId, found.subscriptionId))) {
      throw subscriptionNotFound();
    }
    return {};
  });
};
