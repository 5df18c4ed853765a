import { child, children, textOf } from '../../../codecs/soap/read.ts';
import type { Operation } from '../context.ts';
import { EwsError, SchemaError } from '../errors.ts';
import { chunkOf } from '../live/chunk.ts';
import { findSubscriptions } from '../live/find.ts';
import { streamOf } from '../live/stream.ts';
import { errorMessage } from '../response-messages.ts';

const MINUTE = 60_000;
const MAX_SUBSCRIPTIONS = 100;

/** GetStreamingEvents (MS-OXWSNTIF 3.1.4.2): an answer that goes on until the time is over. */
export const getStreamingEvents: Operation = async (request, context) => {
  const ids = children(child(request, 'SubscriptionIds'), 'SubscriptionId').map((one) => one.text.trim());
  if (ids.length === 0 || ids.length > MAX_SUBSCRIPTIONS) {
    throw new SchemaError(`SubscriptionIds must hold 1 to ${MAX_SUBSCRIPTIONS} ids.`);
  }
  const timeout = textOf(request, 'ConnectionTimeout') ?? '';
  if (!/^\d{1,4}$/.test(timeout) || Number(timeout) < 1 || Number(timeout) > 30) {
    throw new SchemaError('ConnectionTimeout must be 1 to 30 minutes.');
  }
  const found = await findSubscriptions(context, ids);
  const bad = ids.filter((_, i) => found[i]?.kind !== 'streaming');
  if (bad.length > 0) return refused(bad);
  const subscriptions = [
    ...new Map(found.flatMap((one) => (one === null ? [] : [[one.subscriptionId, one] as const]))).values(),
  ];
  const { services } = context;
  const hold = Math.min(Number(timeout) * MINUTE, services.config.pingHoldMaxSeconds * 1000);
  return streamed(await streamOf(context, subscriptions, services.now() + hold));
};

/** Also an answer of one part goes out like this: clients that read a stream cannot read it in another form. */
function streamed(body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>): { response: Response } {
  const headers = {
    'content-type': 'text/xml; charset=utf-8',
    'cache-control': 'private, no-store, no-transform',
    // Said so that nobody in between packs it, for which parts would be kept back.
    'content-encoding': 'identity',
  };
  return { response: new Response(body, { headers }) };
}

function refused(ids: readonly string[]): { response: Response } {
  const error = new EwsError('ErrorInvalidSubscription', 'Subscription is invalid.');
  return streamed(
    chunkOf({
      ...errorMessage(error),
      // Of an id that is long, a part is enough to know it by.
      ErrorSubscriptionIds: { SubscriptionId: ids.map((one) => one.slice(0, 256) || '-') },
      ConnectionStatus: 'Closed',
    }),
  );
}
