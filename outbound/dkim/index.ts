/** Signatures of the sender's domain over what leaves (RFC 6376, RFC 8463); docs/design/0012-dkim.md. */
import { encodeText, join } from '../../codecs/mime/edit/index.ts';
import { signData } from '../../core/dkim/key-pair.ts';
import { canonicalDomain } from '../../core/mail/recipients.ts';
import { headerIndex, type WholeMessage } from '../prepare.ts';
import { relaxedBodyHash } from './body-hash.ts';
import { signedFields } from './header-data.ts';
import { createKeyRing, type KeyRing, type KeyServices } from './key-ring.ts';
import { relaxedUnsigned, signedField, unsignedField } from './signature-field.ts';

export { createKeyRing, type KeyRing } from './key-ring.ts';

/** Our clock may be fast (I30), and some verifiers refuse a signature that was made in their future. */
const CLOCK_SLACK_S = 3600;

export interface DkimServices extends KeyServices {
  /** How long a signature holds, in seconds: longer than a message is tried for. */
  dkimExpirySeconds: number;
  /** Keys that were opened before; without it each signer opens them by itself. */
  keyRing?: KeyRing;
}

export interface Dkim {
  /**
   * The DKIM-Signature fields for a message, one for each key that the domain of its author signs with, each with its
   * line end; empty when the domain has no key, is not the tenant's (A24), or is not the one in From. The message is
   * the one that leaves, without its Bcc. Rejects when the keys cannot be had now.
   */
  signatures(tenantId: string, fromDomain: string, message: WholeMessage): Promise<string>;
  /** The message with those fields at its beginning; its body is the very bytes. */
  sign(tenantId: string, fromDomain: string, message: WholeMessage): Promise<WholeMessage>;
}

export function createDkim(services: DkimServices): Dkim {
  const ring = services.keyRing ?? createKeyRing();

  async function signatures(tenantId: string, fromDomain: string, message: WholeMessage): Promise<string> {
    const domain = canonicalDomain(fromDomain);
    if (domain === null) return '';
    const keys = await ring.keysOf(services, tenantId, domain);
    if (keys.length === 0 || authorDomain(message) !== domain) return '';
    const [head, body] = message;
    const { names, data } = signedFields(head);
    const bodyHash = relaxedBodyHash(body);
    const now = Math.floor(services.now() / 1000);
    const fields = await Promise.all(
      keys.map(async ({ algorithm, selector, key }) => {
        const field = unsignedField({
          ...{ algorithm, domain, selector, names, bodyHash },
          signedAt: now - CLOCK_SLACK_S,
          expiresAt: now + services.dkimExpirySeconds,
        });
        return signedField(field, await signData(algorithm, key, join([data, relaxedUnsigned(field)])));
      }),
    );
    return fields.join('');
  }

  return {
    signatures,
    async sign(tenantId, fromDomain, message) {
      const fields = await signatures(tenantId, fromDomain, message);
      return fields === '' ? message : [join([encodeText(fields), message[0]]), message[1]];
    },
  };
}

/** Domain of the author, canonical; null when From has none, or is not there exactly once. */
function authorDomain([head]: WholeMessage): string | null {
  const index = headerIndex(head);
  const address = index.from[0]?.address ?? '';
  return canonicalDomain(address.slice(address.lastIndexOf('@') + 1));
}
