import type { XmlElement } from '../../../codecs/soap/parse.ts';
import { answerReceipt, type ReceiptAnswer } from '../../../core/automatic/reports/receipts.ts';
import { NotFoundError } from '../../../core/errors.ts';
import type { EwsContext } from '../context.ts';
import { SchemaError } from '../errors.ts';
import type { ItemView } from './view.ts';

/**
 * Whether senders that ask for a receipt are to be told: where the request says so in as many words
 * (SuppressReadReceipts, MS-OXWSCORE 3.1.4.9). Without a word nobody is.
 */
export function tellsSenders({ attributes }: XmlElement): boolean {
  const given = attributes['SuppressReadReceipts'];
  if (given !== undefined && !/^(?:true|false|0|1)$/.test(given))
    throw new SchemaError('SuppressReadReceipts is no boolean.');
  return given === 'false' || given === '0';
}

/** Tells whoever asked for it what became of messages that were not read before; only their own reader does. */
export async function tellSenders(
  { services, correlationId }: EwsContext,
  views: readonly ItemView[],
  disposition: ReceiptAnswer['disposition'],
): Promise<void> {
  for (const { box, message, state } of views) {
    if (message === null || message.isDraft || state.isRead || !box.own) continue;
    const { itemId } = message;
    await answerReceipt(services, { ref: box.ref, itemId, disposition, correlationId }).catch(
      (error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
      },
    );
  }
}
