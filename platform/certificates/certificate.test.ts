import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMAIL_PROTECTION, makeCertificate } from '../../test/support/certificates.ts';
import { KEY_USE, parseCertificate } from './certificate.ts';
import { extensionsOf } from './der.ts';

const CERTIFICATE = makeCertificate({
  name: 'Ann',
  ca: true,
  pathLength: 3,
  keyUsage: 0xa4,
  purposes: [EMAIL_PROTECTION, '2.999.70000'],
  crlUrl: 'http://crl.test/',
  notBefore: Date.UTC(2026, 0, 1),
  notAfter: Date.UTC(2080, 0, 1),
});

describe('reading a certificate', () => {
  it('finds what checking needs', () => {
    expect(parseCertificate(CERTIFICATE.der)).toMatchObject({
      subject: 'CN=Ann',
      issuer: 'CN=Ann',
      notBefore: Date.UTC(2026, 0, 1),
      notAfter: Date.UTC(2080, 0, 1),
      isCa: true,
      pathLength: 3,
      keyUsage: KEY_USE.digitalSignature | KEY_USE.keyEncipherment | KEY_USE.certSign,
      hasUnknownCritical: false,
      namesRevocation: true,
    });
    expect(parseCertificate(makeCertificate({ name: 'Bare' }).der)).toMatchObject({
      isCa: false,
      keyUsage: null,
      purposes: null,
      namesRevocation: false,
    });
  });

  it('takes any bytes and any damage for a certificate or for none, and never throws', () => {
    const place = fc.integer({ min: 0, max: CERTIFICATE.der.length - 1 });
    const change = fc.tuple(place, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), place, (changes, cut) => {
        const bytes = Uint8Array.from(CERTIFICATE.der);
        for (const [at, byte] of changes) bytes[at] = byte;
        for (const damaged of [bytes, bytes.subarray(0, cut)]) {
          const extensions = extensionsOf(damaged);
          expect(extensions === null || extensions instanceof Map).toBe(true);
          expect(parseCertificate(damaged)?.fingerprint ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(parseCertificate(bytes)).toBeNull();
      }),
    );
  });
});
