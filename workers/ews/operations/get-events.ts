import { textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { findSubscriptions, subscriptionNotFound } from '../live/find.ts';
import { decodeWatermark } from '../live/ids.ts';
import { newsOf, notification } from '../live/news.ts';
import { eachMessage } from '../response-messages.ts';

/** GetEvents (MS-OXWSNTIF 3.1.4.1): of a pull subscription, after a watermark; asked again, the same is told again. */
export const getEvents: Operation = async (request, context) => {
  const id = textOf(request, 'SubscriptionId');
  const mark = textOf(request, 'Watermark');
  if (id === null || mark === null)
    throw new SchemaError('GetEvents must have a SubscriptionId and a Watermark.');
  const { services, principal, correlationId } = context;
  return eachMessage(context, 'GetEventsResponseMessage', [id], async () => {
    const [found] = await findSubscriptions(context, [id]);
    if (!found) throw subscriptionNotFound();
    if (found.kind !== 'pull') {
      throw new EwsError('ErrorInvalidPullSubscriptionId', 'The subscription is none that can be asked.');
    }
    const after = decodeWatermark(mark);
    const news = await newsOf(services, principal, found, { after, marks: true, correlationId });
    // The mailbox was made again from what is kept of it, and has not come so far.
    if (news.position < after) {
      throw new EwsError('ErrorEventNotFound', 'The event of the watermark was not found in the mailbox.');
    }
    const { position, tree } = news;
    const progress = { position, tree, expiresAt: services.now() + found.keptMs };
    await services.live.progress(found.ref, found.userId, found.subscriptionId, progress, null);
    return { Notification: notification(found, news, after) };
  });
};
