import { type Certificate, isSignedBy, KEY_USE } from '../../../platform/certificates/certificate.ts';

/** Status of one certificate (MS-ASCMD 2.2.3.177.18). */
export const CERTIFICATE = {
  ok: 1,
  badSignature: 3,
  untrusted: 4,
  badChain: 5,
  notForMail: 6,
  expired: 7,
  chainExpired: 8,
  misused: 9,
  notAnAuthority: 11,
  revocationUnknown: 16,
} as const;

export type CertificateStatus = (typeof CERTIFICATE)[keyof typeof CERTIFICATE];

const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const ANY_PURPOSE = '2.5.29.37.0';
/** Uses that a mail certificate may have: signing, and taking encrypted mail. */
const MAIL_USES =
  KEY_USE.digitalSignature | KEY_USE.nonRepudiation | KEY_USE.keyEncipherment | KEY_USE.keyAgreement;
/** Certificates between one and its root. */
const MAX_DEPTH = 10;
/** Certificates of the same name that are tried as the issuer of one. */
const MAX_CANDIDATES = 8;

export interface CheckOptions {
  /** Certificates that may stand between one and its root. */
  chain: readonly Certificate[];
  /** Fingerprints and certificates of the authorities that are trusted. */
  roots: readonly Certificate[];
  /** Milliseconds since the epoch. */
  now: number;
  /** A status of revocation that cannot be found out is not passed over (MS-ASCMD 2.2.3.26). */
  checkRevocation: boolean;
}

/** Checks one certificate for use with mail (RFC 5280 6.1 without policies and name constraints, RFC 8550 4). */
export function checkCertificate(certificate: Certificate, options: CheckOptions): CertificateStatus {
  const path = pathTo(certificate, options);
  if (typeof path === 'number') return path;
  const fault = faultOfPath(path, options.now);
  if (fault !== null) return fault;
  if (!isValidAt(certificate, options.now)) return CERTIFICATE.expired;
  if (!isForMail(certificate)) return CERTIFICATE.notForMail;
  // Lists of revoked certificates are not fetched: what names one cannot be known to be good.
  const doubtful = path.slice(0, -1).some((c) => c.namesRevocation);
  return options.checkRevocation && doubtful ? CERTIFICATE.revocationUnknown : CERTIFICATE.ok;
}

/** From the certificate to a trusted root, both included; or why there is no such path. */
function pathTo(certificate: Certificate, { chain, roots }: CheckOptions): Certificate[] | CertificateStatus {
  const trusted = new Set(roots.map((root) => root.fingerprint));
  const path = [certificate];
  const seen = new Set([certificate.fingerprint]);
  for (;;) {
    const last = path.at(-1) ?? certificate;
    if (trusted.has(last.fingerprint)) return path;
    const isOwnIssuer = last.subject === last.issuer;
    if (isOwnIssuer && isSignedBy(last, last)) return CERTIFICATE.untrusted;
    const named = [...roots, ...chain].filter((c) => c.subject === last.issuer && !seen.has(c.fingerprint));
    if (named.length === 0) return isOwnIssuer ? CERTIFICATE.badSignature : CERTIFICATE.untrusted;
    const issuer = named.slice(0, MAX_CANDIDATES).find((c) => isSignedBy(last, c));
    if (issuer === undefined) return CERTIFICATE.badSignature;
    if (path.length >= MAX_DEPTH) return CERTIFICATE.badChain;
    path.push(issuer);
    seen.add(issuer.fingerprint);
  }
}

/** What is wrong with the authorities above the certificate, or null. */
function faultOfPath(path: readonly Certificate[], now: number): CertificateStatus | null {
  for (const [above, authority] of path.slice(1).entries()) {
    const maySign = authority.keyUsage === null || (authority.keyUsage & KEY_USE.certSign) !== 0;
    // `above` authorities lie between this one and the certificate.
    if (!authority.isCa || !maySign || authority.pathLength < above) return CERTIFICATE.notAnAuthority;
    if (!isValidAt(authority, now)) return CERTIFICATE.chainExpired;
    if (!allowsMail(authority)) return CERTIFICATE.misused;
  }
  // RFC 5280 4.2: a critical extension that is not understood makes the certificate useless.
  return path.some((c) => c.hasUnknownCritical) ? CERTIFICATE.misused : null;
}

function isValidAt({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

function isForMail(certificate: Certificate): boolean {
  const usable = certificate.keyUsage === null || (certificate.keyUsage & MAIL_USES) !== 0;
  return usable && allowsMail(certificate);
}

function allowsMail({ purposes }: Certificate): boolean {
  return purposes === null || purposes.includes(EMAIL_PROTECTION) || purposes.includes(ANY_PURPOSE);
}
