import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { EstimateRequest } from '../../../core/ports/device.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { numberOf } from '../mail/body-preference.ts';
import { STATUS } from '../status.ts';

/** MS-ASCMD 3.1.5.8: more collections than this in one request are refused. */
const MAX_COLLECTIONS = 1000;

/** GetItemEstimate (MS-ASCMD 2.2.1.9). */
export async function getItemEstimate(context: EasContext): Promise<Reply> {
  const list = children(
    child(context.body ?? undefined, 'GetItemEstimate:Collections'),
    'GetItemEstimate:Collection',
  );
  if (list.length === 0 || list.length > MAX_COLLECTIONS) {
    return wbxml(
      el('GetItemEstimate:GetItemEstimate', el('GetItemEstimate:Status', STATUS.common.invalidXml)),
    );
  }
  const replies = await context.device.estimate(list.map(parseCollection));
  return wbxml(
    el(
      'GetItemEstimate:GetItemEstimate',
      replies.map((r) =>
        el(
          'GetItemEstimate:Response',
          el('GetItemEstimate:Status', r.status),
          r.status === STATUS.estimate.ok
            ? el(
                'GetItemEstimate:Collection',
                el('GetItemEstimate:CollectionId', r.collectionId),
                el('GetItemEstimate:Estimate', r.estimate),
              )
            : null,
        ),
      ),
    ),
  );
}

function parseCollection(element: WbxmlElement): EstimateRequest {
  const options = child(element, 'AirSync:Options');
  return {
    collectionId: textOf(element, 'GetItemEstimate:CollectionId') ?? '',
    syncKey: textOf(element, 'AirSync:SyncKey') ?? '0',
    // 12.1 has it directly in the collection.
    filterType: numberOf(options, 'AirSync:FilterType') ?? numberOf(element, 'AirSync:FilterType'),
  };
}
