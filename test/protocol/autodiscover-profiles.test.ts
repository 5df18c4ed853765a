import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXml } from '../../codecs/soap/parse.ts';
import { at, children, textOf } from '../../codecs/soap/read.ts';
import { makeCertificate } from '../support/certificates.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

const ORIGIN = 'https://mail.find.example';

function pem(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;
}

let server: InProcess;
beforeAll(async () => {
  server = await startInProcess();
});
afterAll(() => server?.stop());

describe('autoconfig of Thunderbird', () => {
  it.each([
    'https://autoconfig.find.example/mail/config-v1.1.xml?emailaddress=a%40find.example',
    'https://autoconfig.find.example/mail/config-v1.1.xml',
    'https://find.example/.well-known/autoconfig/mail/config-v1.1.xml',
    'https://find.example/V1.1/mail/config-v1.1.xml?emailaddress=a@find.example',
  ])('is found at %s', async (url) => {
    const response = await server.fetch(url);
    const root = parseXml(await response.text());
    const provider = at(root, 'emailProvider');
    expect([response.status, root.name, provider?.attributes['id'], textOf(provider, 'domain')]).toEqual([
      200,
      'clientConfig',
      'find.example',
      'find.example',
    ]);
    const origin = new URL(url).origin;
    const [ews, exchange] = children(provider, 'incomingServer');
    expect([ews?.attributes['type'], textOf(ews ?? null, 'url'), textOf(ews ?? null, 'username')]).toEqual([
      'ews',
      `${origin}/EWS/Exchange.asmx`,
      '%EMAILADDRESS%',
    ]);
    expect([exchange?.attributes['type'], textOf(exchange ?? null, 'ewsURL')]).toEqual([
      'exchange',
      `${origin}/EWS/Exchange.asmx`,
    ]);
  });

  it('has nothing for what is no address', async () => {
    const url = `${ORIGIN}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent('a@"><x y="')}`;
    expect((await server.fetch(url)).status).toBe(404);
  });

  it('is not told over plain http', async () => {
    const answer = await server.fetch('http://autoconfig.find.example/mail/config-v1.1.xml');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      'https://autoconfig.find.example/mail/config-v1.1.xml',
    ]);
  });
});

describe('profiles of Apple', () => {
  const asked = (system: string) =>
    `${ORIGIN}/MobileConfig/${system}.mobileconfig?emailaddress=ann%40find.example`;
  /** What stands after each key, as text. */
  const values = (text: string) =>
    Object.fromEntries(
      Array.from(
        text.matchAll(/<key>([^<]*)<\/key>(?:<(?:string|integer)>([^<]*)<|<(true|false)\/>)/g),
        (m) => [m[1], m[2] ?? m[3]],
      ),
    );

  it('set up ActiveSync on iOS', async () => {
    const response = await server.fetch(asked('ios'));
    expect(response.headers.get('content-type')).toBe('application/x-apple-aspen-config');
    expect(values(await response.text())).toMatchObject({
      ...{ EmailAddress: 'ann@find.example', UserName: 'ann@find.example', Host: 'mail.find.example' },
      ...{ SSL: 'true', MailNumberOfPastDaysToSync: '7' },
    });
  });

  it('set up EWS on macOS, and are the same each time', async () => {
    const text = await (await server.fetch(asked('macos'))).text();
    expect(text).toContain('<string>com.apple.ews.account</string>');
    expect(values(text)).toMatchObject({ Path: '/EWS/Exchange.asmx', Port: '443', ExternalSSL: 'true' });
    expect(await (await server.fetch(asked('macos'))).text()).toBe(text);
  });

  it('want an address', async () => {
    expect((await server.fetch(`${ORIGIN}/mobileconfig/ios.mobileconfig`)).status).toBe(400);
    expect((await server.fetch(`${ORIGIN}/mobileconfig/ios.mobileconfig?email=%3Cx%3E`)).status).toBe(400);
  });

  function rsaSigner(folder: string): { certificate: string; key: string } {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const args = [
      'req',
      '-x509',
      '-key',
      'key.pem',
      '-subj',
      '/CN=profiles',
      '-days',
      '2',
      '-out',
      'own.pem',
    ];
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    return {
      certificate: readFileSync(join(folder, 'own.pem'), 'utf8'),
      key: readFileSync(join(folder, 'key.pem'), 'utf8'),
    };
  }
  function ecSigner(): { certificate: string; key: string } {
    const made = makeCertificate({ name: 'profiles' });
    return {
      certificate: pem('CERTIFICATE', made.der),
      key: String(made.key.export({ type: 'pkcs8', format: 'pem' })),
    };
  }

  it.each(['RSA', 'P-256'])('are signed when there is a certificate (%s), as openssl sees', async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'profile-'));
    try {
      const { certificate, key } = kind === 'RSA' ? rsaSigner(folder) : ecSigner();
      const signing = await startInProcess({ vars: { PROFILE_CERTIFICATE: certificate, PROFILE_KEY: key } });
      try {
        const signed = new Uint8Array(await (await signing.fetch(asked('ios'))).arrayBuffer());
        writeFileSync(join(folder, 'signed.der'), signed);
        writeFileSync(join(folder, 'root.pem'), certificate);
        const verify = (file: string) =>
          execFileSync(
            'openssl',
            [
              'cms',
              '-verify',
              '-inform',
              'DER',
              '-in',
              file,
              '-CAfile',
              'root.pem',
              '-purpose',
              'any',
              '-binary',
            ],
            { cwd: folder, stdio: 'pipe' },
          ).toString();
        expect(verify('signed.der')).toBe(await (await server.fetch(asked('ios'))).text());
        const place = Buffer.from(signed).indexOf('ann@find.example');
        signed.set([0x62], place);
        writeFileSync(join(folder, 'spoilt.der'), signed);
        expect(() => verify('spoilt.der')).toThrow();
      } finally {
        await signing.stop();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
