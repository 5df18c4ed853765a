import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { SchemaError } from '../errors.ts';
import { findSubscriptions, subscriptionNotFound } from '../live/find.ts';
import { eachMessage } from '../response-messages.ts';

/** Unsubscribe (MS-OXWSNTIF 3.1.4.4). */
export const unsubscribe: Operation = async (request, context) => {
  const id = textOf(request, 'SubscriptionId');
  if (id === null) throw new SchemaError('Unsubscribe must have a SubscriptionId.');
  return eachMessage(context, 'UnsubscribeResponseMessage', [id], async () => {
    const [found] = await findSubscriptions(context, [id]);
    const { live } = context.services;
    if (!found || !(await live.unsubscribe(found.ref, found.userId, found.subscriptionId))) {
      throw subscriptionNotFound();
    }
    return {};
  });
};
