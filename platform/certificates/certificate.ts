import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { type Extension, extensionsOf, keyUsageBits, pathLength } from './der.ts';

/** Longest DER that is looked at. */
const MAX_DER = 65_536;

const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
/** Extensions that may be critical because they are obeyed here, or say nothing about validity (RFC 5280 4.2). */
const KNOWN = new Set([KEY_USAGE, BASIC_CONSTRAINTS, '2.5.29.37', '2.5.29.17', '2.5.29.32']);
/** Where revocation could be asked for: CRL distribution points, and authority information access for OCSP. */
const REVOCATION = ['2.5.29.31', '1.3.6.1.5.5.7.1.1'];

/** Bits of KeyUsage (RFC 5280 4.2.1.3). */
export const KEY_USE = {
  digitalSignature: 1,
  nonRepudiation: 2,
  keyEncipherment: 4,
  keyAgreement: 16,
  certSign: 32,
};

/** A parsed certificate with the facts that checking it needs. */
export interface Certificate {
  x509: X509Certificate;
  /** Lower-case hex SHA-256 of the DER. */
  fingerprint: string;
  subject: string;
  issuer: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  isCa: boolean;
  /** Certificates that may lie between it and the last one it stands above. */
  pathLength: number;
  /** Bits of KEY_USE; null when the certificate does not limit its use. */
  keyUsage: number | null;
  /** Object ids of extended key usage; null when there are none. */
  purposes: string[] | null;
  hasUnknownCritical: boolean;
  /** Names a place that knows whether it was revoked. */
  namesRevocation: boolean;
}

/** A certificate in DER, PEM, or base64 of either; null for anything else. */
export function parseCertificate(bytes: Uint8Array): Certificate | null {
  const der = derOf(bytes);
  if (der === null || der.length > MAX_DER) return null;
  const extensions = extensionsOf(der);
  if (extensions === null) return null;
  try {
    return factsOf(new X509Certificate(der), extensions);
  } catch {
    return null;
  }
}

/** Some clients send the base64 of a base64. */
function derOf(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] === 0x30) return bytes;
  if (bytes.length > 2 * MAX_DER) return null;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, '');
  const der = decodeBase64(text);
  return der?.[0] === 0x30 ? der : null;
}

/** Strict but for white space and missing padding; null for other characters. */
export function decodeBase64(text: string): Uint8Array | null {
  const plain = text.replace(/[\s]+/g, '');
  return plain !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(plain)
    ? new Uint8Array(Buffer.from(plain, 'base64'))
    : null;
}

function factsOf(x509: X509Certificate, extensions: Map<string, Extension>): Certificate {
  const usage = extensions.get(KEY_USAGE);
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  return {
    x509,
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: x509.subject ?? '',
    issuer: x509.issuer ?? '',
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    isCa: x509.ca,
    pathLength: constraints === undefined ? Number.POSITIVE_INFINITY : pathLength(constraints.value),
    keyUsage: usage === undefined ? null : keyUsageBits(usage.value),
    purposes: x509.keyUsage ?? null,
    hasUnknownCritical: [...extensions].some(([oid, e]) => e.critical && !KNOWN.has(oid)),
    namesRevocation: REVOCATION.some((oid) => extensions.has(oid)),
  };
}

/** Whether the key of `issuer` made the signature; a key of a kind that is not known made none. */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    return certificate.x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}
