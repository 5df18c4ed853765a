import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { Correspondent } from '../../../core/mail/types.ts';
import { weightedRank } from '../../../core/people/rank.ts';

/**
 * Properties of an item of the recipient information cache, in the order of their schema (MS-ASCNTC 2.2.2.62). Alias is
 * left out as Exchange leaves it out: an address outside the tenant has none.
 */
export function recipientCacheProperties(correspondent: Correspondent, now: number): WbxmlNode[] {
  const { address, name } = correspondent;
  return [
    el('Contacts:Email1Address', address),
    el('Contacts:FileAs', name === '' ? address : name),
    el('Contacts:WeightedRank', weightedRank(correspondent, now)),
  ];
}
