import type { DkimAlgorithm } from '../ports/dkim.ts';

export interface DkimKeyPair {
  /** Value of `p=`: SubjectPublicKeyInfo for RSA, the bare key for Ed25519 (RFC 6376 3.6.1, RFC 8463 4). */
  publicKey: string;
  /** PKCS #8. */
  privateKey: Uint8Array;
}

export type PrivateKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** RFC 8301 3.2: signers should use 2048 bits; the record of a longer key outgrows a message of plain DNS. */
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash: 'SHA-256',
};
const ED25519 = { name: 'Ed25519' };

export async function generateKeyPair(algorithm: DkimAlgorithm): Promise<DkimKeyPair> {
  const { subtle } = crypto;
  const isRsa = algorithm === 'rsa-sha256';
  const pair = isRsa
    ? await subtle.generateKey(RSA, true, ['sign', 'verify'])
    : await subtle.generateKey(ED25519, true, ['sign', 'verify']);
  if (!('publicKey' in pair)) throw new Error('dkim: not a pair of keys');
  const publicKey = (await subtle.exportKey(isRsa ? 'spki' : 'raw', pair.publicKey)) as ArrayBuffer;
  const privateKey = (await subtle.exportKey('pkcs8', pair.privateKey)) as ArrayBuffer;
  return { publicKey: base64(new Uint8Array(publicKey)), privateKey: new Uint8Array(privateKey) };
}

/** A private key that signs and can do nothing else. */
export async function importPrivateKey(algorithm: DkimAlgorithm, pkcs8: Uint8Array): Promise<PrivateKey> {
  const { subtle } = crypto;
  const bytes = Uint8Array.from(pkcs8);
  return algorithm === 'rsa-sha256'
    ? await subtle.importKey('pkcs8', bytes, { name: RSA.name, hash: RSA.hash }, false, ['sign'])
    : await subtle.importKey('pkcs8', bytes, ED25519, false, ['sign']);
}

/** Signature over the data of a signature (RFC 6376 3.7); Ed25519 signs its hash as a message (RFC 8463 3). */
export async function signData(
  algorithm: DkimAlgorithm,
  key: PrivateKey,
  data: Uint8Array,
): Promise<Uint8Array> {
  const { subtle } = crypto;
  const bytes = Uint8Array.from(data);
  return new Uint8Array(
    algorithm === 'rsa-sha256'
      ? await subtle.sign(RSA.name, key, bytes)
      : await subtle.sign(ED25519.name, key, await subtle.digest('SHA-256', bytes)),
  );
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''));
}
