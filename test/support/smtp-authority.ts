import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, SERVER_AUTH } from './certificates.ts';

export interface SmtpAuthority {
  /** In PEM, as the file. */
  authority: string;
  file: string;
  /** Of a host that is localhost and 127.0.0.1. */
  tls: { cert: string; key: string };
}

/** A certification authority for tests and a host it knows. */
export function makeSmtpAuthority(): SmtpAuthority {
  const pem = (base64: string) =>
    `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
  const ca = makeCertificate({ name: 'Test CA', ca: true, keyUsage: 0x06 });
  const host = makeCertificate({
    name: 'localhost',
    issuer: ca,
    hosts: ['localhost', '127.0.0.1'],
    purposes: [SERVER_AUTH],
  });
  const file = join(mkdtempSync(join(tmpdir(), 'waypost-ca-')), 'ca.pem');
  writeFileSync(file, pem(ca.base64));
  return {
    authority: pem(ca.base64),
    file,
    tls: { cert: pem(host.base64), key: host.key.export({ type: 'pkcs8', format: 'pem' }).toString() },
  };
}
