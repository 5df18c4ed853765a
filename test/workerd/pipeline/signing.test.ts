import { describe, expect, test } from 'vitest';
import { rewriteHeader } from '../../../codecs/mime/edit/index.ts';
import { readTags } from '../../../core/dkim/record.ts';
import type { DkimAlgorithm, DkimKey } from '../../../core/ports/dkim.ts';
import { createDkim } from '../../../outbound/dkim/index.ts';
import { addActiveKey } from '../../../outbound/dkim/testing.ts';
import { createSeal } from '../../../platform/sealed.ts';
import { createMemoryStores } from '../../../store/memory/index.ts';

const TEXT =
  'From: ann@one.test\r\nTo: bob@else.test\r\nSubject:  a   b\r\nMIME-Version: 1.0\r\n\r\nHello  Bob \r\n\r\n';

async function signer(algorithm: DkimAlgorithm) {
  const stores = createMemoryStores();
  const seal = createSeal('a secret of the installation, 40 letters');
  await stores.directory.createDomain({
    domain: 'one.test',
    tenantId: 't',
    catchAllUserId: null,
    enabled: true,
  });
  const { key } = await addActiveKey(
    { ...stores, seal },
    { tenantId: 't', domain: 'one.test', selector: 's', algorithm },
  );
  return { key, dkim: createDkim({ ...stores, seal, now: Date.now, dkimExpirySeconds: 86_400 * 14 }) };
}

/** Whether the field's signature is the key's, by what RFC 6376 3.7 says is signed, written down by hand. */
async function holds(field: string, { algorithm, publicKey }: DkimKey): Promise<boolean> {
  const tags = readTags(field.slice(field.indexOf(':') + 1));
  const signature = bytes((tags?.get('b') ?? '').replace(/\s/g, ''));
  const relaxed = field.slice('DKIM-Signature:'.length).replace(/\s+/g, ' ').trim();
  const unsigned = `dkim-signature:${relaxed.slice(0, relaxed.indexOf(' b=') + 3)}`;
  const data = new TextEncoder().encode(
    `from:ann@one.test\r\nto:bob@else.test\r\nsubject:a b\r\nmime-version:1.0\r\n${unsigned}`,
  );
  const key = bytes(publicKey);
  if (algorithm === 'rsa-sha256') {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const imported = await crypto.subtle.importKey('spki', key, rsa, false, ['verify']);
    return crypto.subtle.verify(rsa.name, imported, signature, data);
  }
  const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, signature, await crypto.subtle.digest('SHA-256', data));
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

describe.each(['rsa-sha256', 'ed25519-sha256'] as const)('signing with %s inside workerd', (algorithm) => {
  test('gives a signature of the key over the fields and the body', async () => {
    const { key, dkim } = await signer(algorithm);
    const message = rewriteHeader(new TextEncoder().encode(TEXT), new Set(), []);
    const field = await dkim.signatures('t', 'one.test', message);
    expect(await holds(field, key)).toBe(true);
    expect(await holds(field.replace(' t=1', ' t=2'), key)).toBe(false);
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('Hello Bob\r\n'));
    expect(bytes(/bh=([^;]+);/.exec(field)?.[1] ?? '')).toEqual(new Uint8Array(hash));
  });
});
