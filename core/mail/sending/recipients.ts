import type { MessageIndex } from '../../../codecs/mime/types.ts';
import { canonicalAddress } from '../recipients.ts';
import type { MailAddress } from '../types.ts';
import { MAX_RECIPIENTS } from './limits.ts';

export interface Recipient {
  /** Canonical, or as it was written when it has no canonical form. */
  address: string;
  canonical: boolean;
  name: string;
  /** Named in Bcc alone. */
  bcc: boolean;
}

/**
 * Everybody that To, Cc and Bcc name, groups dissolved, each once. 'too-many' also when the fields hold more than
 * was read of them. A name without an address is nobody.
 */
export function recipientsOf(
  index: Pick<MessageIndex, 'to' | 'cc' | 'bcc' | 'degraded'>,
): Recipient[] | 'too-many' {
  const found = new Map<string, Recipient>();
  const take = ({ name, address: written }: MailAddress, bcc: boolean) => {
    if (written === '') return;
    const canonical = canonicalAddress(written);
    const address = canonical ?? written;
    const known = found.get(address);
    if (known === undefined) found.set(address, { address, canonical: canonical !== null, name, bcc });
    else if (known.name === '') known.name = name;
  };
  for (const one of [...index.to, ...index.cc]) take(one, false);
  for (const one of index.bcc) take(one, true);
  if (found.size > MAX_RECIPIENTS || index.degraded.includes('addresses-limit')) return 'too-many';
  return [...found.values()];
}

/** Recipients that are given beside the message: none of them is named in it. */
export function givenRecipients(addresses: readonly string[]): Recipient[] | 'too-many' {
  const found = new Map<string, Recipient>();
  for (const written of addresses) {
    const canonical = canonicalAddress(written);
    const address = canonical ?? written;
    if (written !== '') found.set(address, { address, canonical: canonical !== null, name: '', bcc: false });
  }
  return found.size > MAX_RECIPIENTS ? 'too-many' : [...found.values()];
}
