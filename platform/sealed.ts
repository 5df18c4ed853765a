import type { SecretSeal } from '../core/ports/seal.ts';

/**
 * Secrets at rest: AES-256-GCM under a key that is derived (HKDF, RFC 5869) from a secret and from what the value
 * belongs to, so that a sealed value that is moved to another owner does not open.
 */
const VERSION = 'v1';
const IV_BYTES = 12;

/**
 * @param secret of the installation (`SECRETS_KEY`), at least 32 characters
 * @param previous secrets before it: they open what they sealed
 */
export function createSeal(secret: string, ...previous: string[]): SecretSeal {
  const utf8 = new TextEncoder();
  const secrets = [secret, ...previous].map((one) => utf8.encode(one));
  return {
    async seal(owner, plain) {
      return `${VERSION}.${await encrypt(await materialOf(utf8.encode(secret)), owner, plain)}`;
    },
    async open(owner, sealed) {
      const dot = sealed.indexOf('.');
      if (sealed.slice(0, dot) !== VERSION) throw new Error('seal: not a sealed value');
      for (const one of secrets) {
        const plain = await decrypt(await materialOf(one), owner, sealed.slice(dot + 1));
        if (plain !== null) return plain;
      }
      throw new Error('seal: the value does not open with this secret');
    },
    async secretId() {
      const key = await crypto.subtle.importKey('raw', utf8.encode(secret), 'HKDF', false, ['deriveBits']);
      return hex(new Uint8Array(await crypto.subtle.deriveBits(derivation('secret-id'), key, 64)));
    },
  };
}

/** A key that others are derived from; named by what both sets of types have. */
export type KeyMaterial = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** The same of raw bytes. */
export function materialOf(secret: Uint8Array): Promise<KeyMaterial> {
  return crypto.subtle.importKey('raw', secret as Uint8Array<ArrayBuffer>, 'HKDF', false, ['deriveKey']);
}

/** `<iv>.<ciphertext>`, base64. */
export async function encrypt(material: KeyMaterial, owner: string, plain: Uint8Array): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await keyOf(material, owner);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain as Uint8Array<ArrayBuffer>);
  return `${base64(iv)}.${base64(new Uint8Array(sealed))}`;
}

/** Null when it is of another key or owner, or was changed. Rejects when it is nothing of ours. */
export async function decrypt(
  material: KeyMaterial,
  owner: string,
  sealed: string,
): Promise<Uint8Array | null> {
  const [iv, text] = sealed.split('.');
  if (iv === undefined || text === undefined) throw new Error('seal: not a sealed value');
  try {
    const key = await keyOf(material, owner);
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv) }, key, bytes(text));
    return new Uint8Array(plain);
  } catch {
    return null;
  }
}

function keyOf(material: KeyMaterial, owner: string): Promise<KeyMaterial> {
  return crypto.subtle.deriveKey(derivation(owner), material, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}

function derivation(info: string) {
  return {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: new TextEncoder().encode(info),
  };
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
