import { childrenOf, objectId, only } from './der.ts';

/** A certificate with those above it, and its private key. */
export interface CmsSigner {
  /** DER; the first is that of the key. */
  certificates: Uint8Array<ArrayBuffer>[];
  /** DER of RFC 5208. */
  pkcs8: Uint8Array<ArrayBuffer>;
  kind: 'rsa' | 'p256';
}

const SEQUENCE = 0x30;
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const P256 = '1.2.840.10045.3.1.7';

/**
 * Certificates and key in PEM; null when neither is given.
 * @throws Error that names the variable which is wrong
 */
export function readSigner(certificates: string | undefined, key: string | undefined): CmsSigner | null {
  if (!certificates && !key) return null;
  const list = blocks(certificates ?? '', 'CERTIFICATE');
  const [pkcs8] = blocks(key ?? '', 'PRIVATE KEY');
  if (list.length === 0) throw new Error('configuration: PROFILE_CERTIFICATE: no certificate in PEM');
  const kind = pkcs8 === undefined ? null : kindOf(pkcs8);
  if (pkcs8 === undefined || kind === null) {
    throw new Error('configuration: PROFILE_KEY: not a private key in PEM (PKCS #8, RSA or P-256)');
  }
  return { certificates: list, pkcs8, kind };
}

function blocks(pem: string, label: string): Uint8Array<ArrayBuffer>[] {
  const found = pem.matchAll(
    new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g'),
  );
  return Array.from(found, ([, text = '']) =>
    Uint8Array.from(atob(text.replace(/\s/g, '')), (c) => c.charCodeAt(0)),
  );
}

function kindOf(pkcs8: Uint8Array): CmsSigner['kind'] | null {
  const whole = only(pkcs8, { start: 0, end: pkcs8.length }, SEQUENCE);
  const algorithm = whole && childrenOf(pkcs8, whole)?.[1];
  const [name, parameter] = (algorithm && childrenOf(pkcs8, algorithm)) ?? [];
  const id = (one: typeof name) => (one ? objectId(pkcs8.subarray(one.start, one.end)) : '');
  if (id(name) === RSA) return 'rsa';
  return id(name) === EC && id(parameter) === P256 ? 'p256' : null;
}
