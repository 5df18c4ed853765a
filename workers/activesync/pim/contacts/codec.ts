import { utf8Length } from '../../../../codecs/text/index.ts';
import { settle } from '../../../../core/contacts/slots.ts';
import type { Card } from '../../../../core/contacts/types.ts';
import { pimFacts } from '../../../../core/pim/facts.ts';
import { MAX_DOCUMENT_BYTES } from '../../../../core/pim/types.ts';
import type { EasContext } from '../../context.ts';
import { STATUS } from '../../status.ts';
import type { ItemCodec, Taken } from '../codec.ts';
import { renderContact } from './render.ts';
import { takeContact } from './take.ts';

const REFUSED: Taken = { kind: 'refused', status: STATUS.sync.conversion };

/** Contacts on the wire (MS-ASCNTC). */
export const contactCodec: ItemCodec = {
  kind: 'contact',
  async take(context, { data, present, itemId, folderId, supported }) {
    const now = new Date(context.services.now()).toISOString();
    const before = present?.kind === 'contact' ? present.document : newCard(itemId, now);
    const card = takeContact(before, data, { supported, emptyPictureSaysNothing: isApple(context) });
    if (card === null) return REFUSED;
    const isSame = present !== null && JSON.stringify(card) === JSON.stringify(settle(before));
    const document: Card = isSame ? before : { ...card, updated: now };
    if (utf8Length(JSON.stringify(document)) > MAX_DOCUMENT_BYTES) return REFUSED;
    const facts = pimFacts('contact', document);
    return { kind: 'item', item: { itemId, folderId, kind: 'contact', document, facts }, announce: false };
  },
  async render({ version }, item, options, whole) {
    return item.kind === 'contact' ? renderContact(item.document, options, version, whole) : [];
  },
};

/** Named after the item, so that a repeat of the Add makes the same. */
function newCard(itemId: string, now: string): Card {
  return { '@type': 'Card', version: '1.0', uid: itemId, created: now, updated: now };
}

function isApple({ query }: EasContext): boolean {
  return /^(?:iPhone|iPad|iPod)/i.test(query.deviceType);
}
