import { displayName } from '../../../core/contacts/name.ts';
import type { Card } from '../../../core/contacts/types.ts';
import { EwsError } from '../errors.ts';
import type { ItemView } from '../items/view.ts';

/** A contact or a list as a vCard (RFC 6350); null for another item. */
export async function writeCard({ pim }: ItemView): Promise<Uint8Array | null> {
  if (pim?.kind !== 'contact') return null;
  // Loaded when it is asked for: most requests read no vCard.
  const { cardToVCard } = await import('../../../core/contacts/vcard/index.ts');
  return new TextEncoder().encode(cardToVCard(pim.document, '3.0'));
}

/** The card of a vCard. @throws EwsError ErrorMimeContentInvalid */
export async function readCard(bytes: Uint8Array, defaults: { uid: string; now: string }): Promise<Card> {
  const [{ readVCard, VCardError }, { cardFromVCard }] = await Promise.all([
    import('../../../codecs/vcard/index.ts'),
    import('../../../core/contacts/vcard/index.ts'),
  ]);
  try {
    const { card } = cardFromVCard(readVCard(bytes), defaults);
    if (displayName(card) !== '') return card;
  } catch (error) {
    if (!(error instanceof VCardError)) throw error;
  }
  throw new EwsError('ErrorMimeContentInvalid', 'The MIME content is no vCard that can be read.');
}
