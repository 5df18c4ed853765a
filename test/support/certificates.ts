/** Certificates made for a test: X.509 v3 with keys on P-256, written in DER by hand. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const DAY = 86_400_000;

interface Issuer {
  name: string;
  key: KeyObject;
}

export interface CertificateOptions {
  name: string;
  /** Without one the certificate is signed with its own key. */
  issuer?: Issuer;
  notBefore?: number;
  notAfter?: number;
  ca?: boolean;
  pathLength?: number;
  /** Bits of the first byte of KeyUsage, 0x80 digitalSignature … 0x04 keyCertSign. */
  keyUsage?: number;
  /** Dotted object ids. */
  purposes?: string[];
  crlUrl?: string;
  /** Names and IPv4 addresses of a server (SubjectAltName). */
  hosts?: string[];
  /** An extension that nobody knows, marked critical. */
  critical?: boolean;
  /** Spoils the signature. */
  forged?: boolean;
}

export interface TestCertificate extends Issuer {
  der: Buffer;
  base64: string;
}

export const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export function makeCertificate(options: CertificateOptions): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own: Issuer = { name: options.name, key: privateKey };
  const issuer = options.issuer ?? own;
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer.name),
    sequence(time(options.notBefore ?? Date.now() - DAY), time(options.notAfter ?? Date.now() + 3650 * DAY)),
    distinguishedName(options.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...extensions(options),
  );
  const signature = sign('sha256', tbs, issuer.key);
  if (options.forged === true)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
  const der = sequence(tbs, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { ...own, der, base64: der.toString('base64') };
}

function extensions(options: CertificateOptions): Buffer[] {
  const list: Buffer[] = [];
  const add = (id: string, critical: boolean, value: Buffer) =>
    list.push(sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value)));
  if (options.ca !== undefined) {
    const length = options.pathLength === undefined ? [] : [integer(options.pathLength)];
    add('2.5.29.19', true, options.ca ? sequence(tlv(0x01, Buffer.from([0xff])), ...length) : sequence());
  }
  if (options.keyUsage !== undefined) add('2.5.29.15', true, tlv(0x03, Buffer.from([0, options.keyUsage])));
  if (options.purposes !== undefined) add('2.5.29.37', false, sequence(...options.purposes.map(oid)));
  if (options.hosts !== undefined) {
    const names = options.hosts.map((host) =>
      /^[0-9.]+$/.test(host)
        ? tlv(0x87, Buffer.from(host.split('.').map(Number)))
        : tlv(0x82, Buffer.from(host, 'latin1')),
    );
    add('2.5.29.17', false, sequence(...names));
  }
  if (options.crlUrl !== undefined) {
    const uri = tlv(0x86, Buffer.from(options.crlUrl, 'latin1'));
    add('2.5.29.31', false, sequence(sequence(tlv(0xa0, tlv(0xa0, uri)))));
  }
  if (options.critical === true) add('1.3.6.1.4.1.55555.1', true, sequence());
  return list.length === 0 ? [] : [tlv(0xa3, sequence(...list))];
}

function distinguishedName(name: string): Buffer {
  return sequence(tlv(0x31, sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(name)))));
}

/** UTCTime up to 2049, GeneralizedTime after it (RFC 5280 4.1.2.5). */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? tlv(0x17, Buffer.from(digits.slice(2)))
    : tlv(0x18, Buffer.from(digits));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const groups = [part & 0x7f];
    for (let n = part >>> 7; n > 0; n >>>= 7) groups.unshift((n & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

function integer(value: number): Buffer {
  return tlv(0x02, Buffer.from([value]));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, content: Buffer): Buffer {
  const n = content.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
