import type { Operation } from '../context.ts';
import { EwsError } from '../errors.ts';
import { encodeSubscriptionId, encodeWatermark } from '../live/ids.ts';
import { readSubscription } from '../live/request.ts';
import { eachMessage } from '../response-messages.ts';

/** Subscribe (MS-OXWSNTIF 3.1.4.3): pull, push and streaming. */
export const subscribe: Operation = async (request, context) =>
  eachMessage(context, 'SubscribeResponseMessage', [request], async () => {
    const { live, now } = context.services;
    const subscription = await readSubscription(request, context);
    if (!(await live.subscribe(subscription, now()))) {
      throw new EwsError(
        'ErrorExceededSubscriptionCount',
        'You have exceeded the available subscriptions for your account. Remove unnecessary subscriptions and try again.',
      );
    }
    const { subscriptionId: id, ref, position, kind } = subscription;
    return {
      SubscriptionId: encodeSubscriptionId({ mailboxId: ref.mailboxId, id }),
      ...(kind === 'streaming' ? {} : { Watermark: encodeWatermark(position) }),
    };
  });
