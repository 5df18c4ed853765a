import {
  child,
  children,
  el,
  textOf,
  type WbxmlElement,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import type { ActiveSyncClient } from '../client.ts';
import { must, StatusError } from '../errors.ts';

export interface EstimateWish {
  collectionId: string;
  syncKey: string;
  filterType?: number;
}

export interface Estimate {
  /** null when the server could not say which. */
  collectionId: string | null;
  /** 1 success, 2 no such collection, 3 not yet synchronised, 4 invalid SyncKey. */
  status: number;
  estimate: number | null;
}

const RULE = 'MS-ASCMD 2.2.1.9';

/** GetItemEstimate: how many changes a Sync would bring. */
export async function getItemEstimate(client: ActiveSyncClient, wishes: EstimateWish[]): Promise<Estimate[]> {
  const { document } = await client.request(
    'GetItemEstimate',
    el(
      'GetItemEstimate:GetItemEstimate',
      el(
        'GetItemEstimate:Collections',
        wishes.map((w) => wishNode(client, w)),
      ),
    ),
  );
  const root = document ?? undefined;
  const top = textOf(root, 'GetItemEstimate:Status');
  if (top !== undefined && top !== '1') throw new StatusError('GetItemEstimate', Number(top));
  const estimates = children(root, 'GetItemEstimate:Response').map(read);
  must(
    estimates.length === wishes.length,
    RULE,
    `${estimates.length} answers to ${wishes.length} collections`,
  );
  for (const { collectionId } of estimates) {
    must(
      collectionId === null || wishes.some((w) => w.collectionId === collectionId),
      RULE,
      `an estimate for ${collectionId}, which was not asked for`,
    );
  }
  return estimates;
}

function wishNode(client: ActiveSyncClient, { collectionId, syncKey, filterType }: EstimateWish): WbxmlNode {
  const key = el('AirSync:SyncKey', syncKey);
  const id = el('GetItemEstimate:CollectionId', collectionId);
  const filter = filterType === undefined ? null : el('AirSync:FilterType', filterType);
  if (Number(client.version) < 14) return el('GetItemEstimate:Collection', id, filter, key);
  return el('GetItemEstimate:Collection', key, id, filter === null ? null : el('AirSync:Options', filter));
}

function read(response: WbxmlElement): Estimate {
  const status = Number(textOf(response, 'GetItemEstimate:Status') ?? Number.NaN);
  must(status >= 1, 'MS-ASCMD 2.2.3.177.5', 'a Response without Status');
  const collection = child(response, 'GetItemEstimate:Collection');
  const estimate = textOf(collection, 'GetItemEstimate:Estimate');
  if (status === 1) {
    must(estimate !== undefined && /^\d+$/.test(estimate), 'MS-ASCMD 2.2.3.62', `Estimate "${estimate}"`);
  }
  return {
    collectionId: textOf(collection, 'GetItemEstimate:CollectionId') ?? null,
    status,
    estimate: estimate === undefined ? null : Number(estimate),
  };
}
