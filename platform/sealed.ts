import type { Seal } from '../core/ports/seal.ts';

/**
 * Secrets at rest: AES-256-GCM under a key that is derived (HKDF, RFC 5869) from the installation's secret and from
 * what the secret belongs to, so that a sealed value that is moved to another owner does not open.
 */
const VERSION = 'v1';
const IV_BYTES = 12;

/** @param secret of the installation (`SECRETS_KEY`), at least 32 characters. */
export function createSeal(secret: string): Seal {
  return {
    async seal(owner, plain) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const key = await keyOf(secret, owner);
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv },
        key,
        plain as Uint8Array<ArrayBuffer>,
      );
      return [VERSION, base64(iv), base64(new Uint8Array(sealed))].join('.');
    },
    async open(owner, sealed) {
      const [version, iv, text] = sealed.split('.');
      if (version !== VERSION || iv === undefined || text === undefined)
        throw new Error('seal: not a sealed value');
      try {
        const key = await keyOf(secret, owner);
        const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(iv) }, key, bytes(text));
        return new Uint8Array(plain);
      } catch (error) {
        throw new Error('seal: the value does not open with this secret', { cause: error });
      }
    },
  };
}

async function keyOf(secret: string, owner: string) {
  const utf8 = new TextEncoder();
  const material = await crypto.subtle.importKey('raw', utf8.encode(secret), 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8.encode(owner) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(''));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
