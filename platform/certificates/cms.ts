import type { CmsSigner } from './cms-signer.ts';
import { childrenOf, only } from './der.ts';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
/** [0] of TBSCertificate: its version. */
const VERSION = 0xa0;

const OIDS = {
  data: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01],
  signedData: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02],
  contentType: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03],
  messageDigest: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04],
  signingTime: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05],
  sha256: [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
  rsa: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
  ecdsaSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
} as const;

/** Signed data with its content inside of it (RFC 5652 5), over SHA-256, with all certificates of the signer. */
export async function signCms(
  content: Uint8Array<ArrayBuffer>,
  signer: CmsSigner,
  at: Date,
): Promise<Uint8Array<ArrayBuffer>> {
  const [certificate] = signer.certificates;
  if (certificate === undefined) throw new Error('cms: there is no certificate');
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  // DER orders the members of a set by their bytes (X.690 11.6).
  const attributes = [
    attribute(OIDS.contentType, oid(OIDS.data)),
    attribute(OIDS.signingTime, time(at)),
    attribute(OIDS.messageDigest, tlv(OCTET_STRING, digest)),
  ].sort(compare);
  // What is signed is the set under its own tag, not under that of its place (RFC 5652 5.4).
  const signature = await sign(signer, tlv(SET, ...attributes));
  const sha256 = tlv(SEQUENCE, oid(OIDS.sha256), tlv(0x05));
  const algorithm =
    signer.kind === 'rsa' ? tlv(SEQUENCE, oid(OIDS.rsa), tlv(0x05)) : tlv(SEQUENCE, oid(OIDS.ecdsaSha256));
  const info = tlv(
    SEQUENCE,
    tlv(INTEGER, [1]),
    issuerAndSerial(certificate),
    sha256,
    tlv(0xa0, ...attributes),
    algorithm,
    tlv(OCTET_STRING, signature),
  );
  return tlv(
    SEQUENCE,
    oid(OIDS.signedData),
    tlv(
      0xa0,
      tlv(
        SEQUENCE,
        tlv(INTEGER, [1]),
        tlv(SET, sha256),
        tlv(SEQUENCE, oid(OIDS.data), tlv(0xa0, tlv(OCTET_STRING, content))),
        tlv(0xa0, ...signer.certificates),
        tlv(SET, info),
      ),
    ),
  );
}

async function sign(signer: CmsSigner, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const rsa = signer.kind === 'rsa';
  const key = await crypto.subtle.importKey(
    'pkcs8',
    signer.pkcs8,
    rsa ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const algorithm = rsa ? 'RSASSA-PKCS1-v1_5' : { name: 'ECDSA', hash: 'SHA-256' };
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, key, bytes));
  if (rsa) return raw;
  // WebCrypto gives the two numbers one after the other; here they are a sequence (RFC 5753 7.2).
  return tlv(SEQUENCE, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
}

/** Who made the certificate, and its number there, as they stand in it. */
function issuerAndSerial(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const certificate = only(der, { start: 0, end: der.length }, SEQUENCE);
  const tbs = certificate && childrenOf(der, certificate)?.[0];
  const fields = (tbs && childrenOf(der, tbs)) ?? [];
  const [serial, , issuer] = fields[0]?.tag === VERSION ? fields.slice(1) : fields;
  if (serial?.tag !== INTEGER || issuer?.tag !== SEQUENCE) throw new Error('cms: not a certificate');
  return tlv(
    SEQUENCE,
    tlv(SEQUENCE, der.subarray(issuer.start, issuer.end)),
    tlv(INTEGER, der.subarray(serial.start, serial.end)),
  );
}

function attribute(type: readonly number[], value: Uint8Array): Uint8Array<ArrayBuffer> {
  return tlv(SEQUENCE, oid(type), tlv(SET, value));
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5652 11.3). */
function time(at: Date): Uint8Array<ArrayBuffer> {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  const early = at.getUTCFullYear() < 2050;
  return tlv(early ? 0x17 : 0x18, new TextEncoder().encode(early ? digits.slice(2) : digits));
}

/** A positive number: a first bit that is set would make it negative. */
function integer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const from = bytes.findIndex((byte) => byte !== 0);
  const plain = from < 0 ? Uint8Array.of(0) : bytes.subarray(from);
  return (plain[0] ?? 0) >= 0x80 ? tlv(INTEGER, [0], plain) : tlv(INTEGER, plain);
}

function oid(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  return tlv(0x06, bytes);
}

function tlv(tag: number, ...parts: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [tag, ...lengthOf(length)];
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
