/** A passkey authenticator in software: ES256, no attestation (Web Authentication 6.1, 6.5; RFC 9052 7). */
import { webcrypto } from 'node:crypto';

const { subtle } = webcrypto;
const base64Url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const utf8 = (text: string) => new TextEncoder().encode(text);

const [PRESENT, VERIFIED, ATTESTED] = [1, 4, 64];

interface AddOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
}

/** What a page or an authenticator that lies says otherwise. */
export interface Lies {
  origin?: string;
  rpId?: string;
  challenge?: string;
  crossOrigin?: boolean;
  unverified?: boolean;
  counter?: number;
}

export class Authenticator {
  readonly #id = webcrypto.getRandomValues(new Uint8Array(16));
  readonly #origin: string;
  #keys: webcrypto.CryptoKeyPair | null = null;
  #userHandle = '';
  counter = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async make(options: AddOptions, lies: Lies = {}) {
    this.#keys = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    this.#userHandle = options.user.id;
    const jwk = await subtle.exportKey('jwk', this.#keys.publicKey);
    const [x, y] = [jwk.x, jwk.y].map((part) => Buffer.from(part ?? '', 'base64url'));
    if (x === undefined || y === undefined) throw new Error('no key');
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    const cose = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]),
      x,
      Buffer.from([0x22, 0x58, 32]),
      y,
    ]);
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.#id.length]), this.#id, cose]);
    const data = Buffer.concat([await this.#data(lies.rpId ?? options.rp.id, ATTESTED, lies), attested]);
    // {"fmt": "none", "attStmt": {}, "authData": data}
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3, 0x63]),
      utf8('fmt'),
      Buffer.from([0x64]),
      utf8('none'),
      Buffer.from([0x67]),
      utf8('attStmt'),
      Buffer.from([0xa0, 0x68]),
      utf8('authData'),
      Buffer.from([0x58, data.length]),
      data,
    ]);
    const clientDataJSON = this.#client('webauthn.create', options.challenge, lies);
    return this.#credential({ clientDataJSON, attestationObject: base64Url(attestationObject) });
  }

  async sign(options: { challenge: string; rpId?: string }, lies: Lies = {}) {
    if (this.#keys === null) throw new Error('nothing was made');
    this.counter = lies.counter ?? this.counter + 1;
    const data = await this.#data(lies.rpId ?? options.rpId ?? '', 0, lies);
    const clientDataJSON = this.#client('webauthn.get', options.challenge, lies);
    const hash = await subtle.digest('SHA-256', Buffer.from(clientDataJSON, 'base64url'));
    const signed = Buffer.concat([data, Buffer.from(hash)]);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const raw = Buffer.from(await subtle.sign(algorithm, this.#keys.privateKey, signed));
    return this.#credential({
      clientDataJSON,
      authenticatorData: base64Url(data),
      signature: base64Url(Buffer.concat([der(raw.subarray(0, 32), raw.subarray(32))])),
      userHandle: this.#userHandle,
    });
  }

  #credential<T extends object>(response: T) {
    const id = base64Url(this.#id);
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  async #data(rpId: string, flags: number, { unverified, counter }: Lies): Promise<Buffer> {
    const all = PRESENT | (unverified === true ? 0 : VERIFIED) | flags;
    const tail = Buffer.alloc(5);
    tail.writeUInt8(all);
    tail.writeUInt32BE(counter ?? this.counter, 1);
    return Buffer.concat([Buffer.from(await subtle.digest('SHA-256', utf8(rpId))), tail]);
  }

  #client(type: string, challenge: string, lies: Lies): string {
    const { origin = this.#origin, crossOrigin = false } = lies;
    return base64Url(
      utf8(JSON.stringify({ type, challenge: lies.challenge ?? challenge, origin, crossOrigin })),
    );
  }
}

/** ECDSA-Sig-Value (RFC 3279 2.2.3) of the two numbers. */
function der(r: Uint8Array, s: Uint8Array): Buffer {
  const numbers = [r, s].map((bytes) => {
    const from = bytes.findIndex((byte) => byte !== 0);
    const short = bytes.subarray(from < 0 ? bytes.length - 1 : from);
    const body = (short[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), short]) : Buffer.from(short);
    return Buffer.concat([Buffer.from([2, body.length]), body]);
  });
  const body = Buffer.concat(numbers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
