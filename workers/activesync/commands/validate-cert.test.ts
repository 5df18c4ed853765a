import { describe, expect, it } from 'vitest';
import {
  children,
  decodeWbxml,
  el,
  encodeWbxml,
  textOf,
  type WbxmlNode,
} from '../../../codecs/wbxml/index.ts';
import {
  type CertificateOptions,
  EMAIL_PROTECTION,
  makeCertificate,
  SERVER_AUTH,
  type TestCertificate,
} from '../../../test/support/certificates.ts';
import { peopleWorld } from '../../../test/support/people-world.worker.ts';
import { validateCert } from './validate-cert.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 1);
const VALID = { notBefore: NOW - 10 * DAY, notAfter: NOW + 10 * DAY };

const make = (options: CertificateOptions) => makeCertificate({ ...VALID, ...options });
const authority = (name: string, options: Partial<CertificateOptions> = {}) =>
  make({ name, ca: true, keyUsage: 0x06, ...options });
const leaf = (issuer: TestCertificate, options: Partial<CertificateOptions> = {}) =>
  make({ name: 'Ann', issuer, keyUsage: 0xa0, purposes: [EMAIL_PROTECTION], ...options });

const ROOT = authority('Root');
const STRANGER = authority('Stranger');
const MIDDLE = authority('Middle', { issuer: ROOT });

async function ask(body: WbxmlNode[], trusted: TestCertificate[] = [ROOT]) {
  const { directory, context } = await peopleWorld();
  for (const [i, root] of trusted.entries()) {
    const row = { tenantId: 't1', fingerprint: `f${i}`, der: root.base64, subject: root.name };
    await directory.putTrustedRoot(row);
  }
  const request = decodeWbxml(encodeWbxml(el('ValidateCert:ValidateCert', body)));
  const reply = await validateCert(context('16.1', request));
  if (reply.kind !== 'wbxml') throw new Error('no document');
  const root = decodeWbxml(encodeWbxml(reply.root));
  return {
    status: textOf(root, 'ValidateCert:Status'),
    items: children(root, 'ValidateCert:Certificate').map((c) => Number(textOf(c, 'ValidateCert:Status'))),
  };
}

const list = (tag: string, texts: string[]) =>
  el(
    `ValidateCert:${tag}`,
    texts.map((text) => el('ValidateCert:Certificate', text)),
  );

interface Extra {
  chain?: TestCertificate[];
  crl?: string;
  trusted?: TestCertificate[];
}

async function statusOf(certificate: TestCertificate | string, { chain = [], crl, trusted }: Extra = {}) {
  const { status, items } = await ask(
    [
      ...(chain.length === 0
        ? []
        : [
            list(
              'CertificateChain',
              chain.map((c) => c.base64),
            ),
          ]),
      list('Certificates', [typeof certificate === 'string' ? certificate : certificate.base64]),
      ...(crl === undefined ? [] : [el('ValidateCert:CheckCRL', crl)]),
    ],
    trusted,
  );
  expect(status).toBe('1');
  return items[0];
}

describe('ValidateCert', () => {
  it('S20_TC01 a certificate that a trusted root issued, directly or through others, is good', async () => {
    expect(await statusOf(leaf(ROOT))).toBe(1);
    expect(await statusOf(leaf(ROOT), { crl: '1' })).toBe(1);
    expect(await statusOf(leaf(MIDDLE), { chain: [MIDDLE] })).toBe(1);
    expect(await statusOf(leaf(MIDDLE), { chain: [STRANGER, ROOT, MIDDLE] })).toBe(1);
    expect(await statusOf(make({ name: 'Plain', issuer: ROOT }))).toBe(1);
  });

  it('S20_TC01 takes PEM and base64 of base64 as well', async () => {
    const { base64 } = leaf(ROOT);
    const pem = `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
    for (const text of [base64, pem]) {
      expect(await statusOf(Buffer.from(text).toString('base64'))).toBe(1);
    }
    expect(await statusOf(`${base64.slice(0, 60)}\r\n ${base64.slice(60)}`)).toBe(1);
  });

  it('S20_TC02 a signature that does not fit, or no certificate at all, is Status 3', async () => {
    expect(await statusOf(leaf(ROOT, { forged: true }))).toBe(3);
    expect(await statusOf(leaf({ ...STRANGER, name: 'Root' }))).toBe(3);
    expect(await statusOf(make({ name: 'Self', forged: true }))).toBe(3);
    const truncated = Buffer.from('MIIBxzCCAS0CCQCu0000truncated!').toString('base64');
    for (const text of [truncated, '', 'no base64 at all!', 'MAA=', 'AAAA']) {
      expect(await statusOf(text), text).toBe(3);
    }
  });

  it('S20_TC03 more than 100 certificates, none, or a bad CheckCRL is a protocol error', async () => {
    const { base64 } = leaf(ROOT);
    const many = (n: number) => Array.from({ length: n }, () => base64);
    const refused = { status: '2', items: [] };
    expect(await ask([list('Certificates', many(101))])).toEqual(refused);
    expect(await ask([list('CertificateChain', many(101)), list('Certificates', [base64])])).toEqual(refused);
    expect(await ask([])).toEqual(refused);
    expect(await ask([list('Certificates', [])])).toEqual(refused);
    expect(await ask([list('Certificates', [base64]), el('ValidateCert:CheckCRL', '2')])).toEqual(refused);
    const { status, items } = await ask([list('Certificates', [...many(99), STRANGER.base64])]);
    expect([status, items.length, items[0], items[99]]).toEqual(['1', 100, 1, 4]);
  });

  it('a source that is not trusted is Status 4, also one that comes with its own root', async () => {
    expect(await statusOf(leaf(STRANGER))).toBe(4);
    expect(await statusOf(leaf(STRANGER), { chain: [STRANGER] })).toBe(4);
    expect(await statusOf(make({ name: 'Self signed' }))).toBe(4);
    expect(await statusOf(leaf(MIDDLE))).toBe(4);
    expect(await statusOf(leaf(ROOT), { trusted: [] })).toBe(4);
  });

  it('a chain that holds what is no certificate is Status 5, and so is one without end', async () => {
    const broken = [list('CertificateChain', ['AAAA']), list('Certificates', [leaf(ROOT).base64])];
    expect((await ask(broken)).items).toEqual([5]);
    const chain = [ROOT];
    for (let i = 0; i < 12; i++) chain.push(authority(`Level ${i}`, { issuer: chain.at(-1) ?? ROOT }));
    expect(await statusOf(leaf(chain.at(-1) ?? ROOT), { chain })).toBe(5);
  });

  it('a certificate for something else than mail is Status 6', async () => {
    expect(await statusOf(leaf(ROOT, { purposes: [SERVER_AUTH] }))).toBe(6);
    expect(await statusOf(leaf(ROOT, { keyUsage: 0x02 }))).toBe(6);
    expect(await statusOf(leaf(ROOT, { purposes: [SERVER_AUTH, '2.5.29.37.0'] }))).toBe(1);
  });

  it('outside of its time it is Status 7, above it Status 8', async () => {
    expect(await statusOf(leaf(ROOT, { notAfter: NOW - DAY }))).toBe(7);
    expect(await statusOf(leaf(ROOT, { notBefore: NOW + DAY }))).toBe(7);
    const old = authority('Old', { issuer: ROOT, notAfter: NOW - DAY });
    expect(await statusOf(leaf(old), { chain: [old] })).toBe(8);
    const root = authority('Old root', { notAfter: NOW - DAY });
    expect(await statusOf(leaf(root), { trusted: [root] })).toBe(8);
  });

  it('an authority that may not be one is Status 11, one for other purposes Status 9', async () => {
    const user = leaf(ROOT);
    expect(await statusOf(leaf(user, { name: 'Eve' }), { chain: [user] })).toBe(11);
    const plain = make({ name: 'Plain', issuer: ROOT });
    expect(await statusOf(leaf(plain), { chain: [plain] })).toBe(11);
    const noSign = authority('No sign', { issuer: ROOT, keyUsage: 0x80 });
    expect(await statusOf(leaf(noSign), { chain: [noSign] })).toBe(11);
    const short = authority('Short', { pathLength: 0, issuer: ROOT });
    const below = authority('Below', { issuer: short });
    expect(await statusOf(leaf(short), { chain: [short] })).toBe(1);
    expect(await statusOf(leaf(below), { chain: [short, below] })).toBe(11);
    const servers = authority('Servers', { issuer: ROOT, purposes: [SERVER_AUTH] });
    expect(await statusOf(leaf(servers), { chain: [servers] })).toBe(9);
    expect(await statusOf(leaf(ROOT, { critical: true }))).toBe(9);
  });

  it('revocation that could be asked about is passed over unless the client forbids it', async () => {
    const certificate = leaf(ROOT, { crlUrl: 'http://crl.test/x.crl' });
    expect(await statusOf(certificate)).toBe(1);
    expect(await statusOf(certificate, { crl: '0' })).toBe(1);
    expect(await statusOf(certificate, { crl: '1' })).toBe(16);
  });
});
