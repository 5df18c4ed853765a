/** The library of the checks runs on Workers only with what platform/mail-auth puts around it. */
import { describe, expect, it } from 'vitest';
import { createMemoryDns } from '../../../platform/dns/memory.ts';
import { createMailAuth } from '../../../platform/mail-auth/index.ts';
import { streamOf } from '../../support/mail.ts';
import { SIGNED, SIGNED_ZONE } from '../../support/signed.worker.ts';

const open = (text: string) => ({ open: async () => streamOf(new TextEncoder().encode(text)) });

describe('checks of mail inside workerd', () => {
  const { signatures, spf, dmarc } = createMailAuth(
    createMemoryDns({ ...SIGNED_ZONE, 'signed.example': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } }),
  );

  it.each([
    'rsa',
    'ed25519',
  ] as const)('a signature of %s passes, and fails when the body changed', async (name) => {
    expect((await signatures(open(SIGNED[name]))).dkim).toMatchObject({ domains: ['signed.example'] });
    expect((await signatures(open(SIGNED[name].replace('Hello', 'Hullo')))).dkim.result).toBe('fail');
  });

  it('a chain of seals passes', async () => {
    expect((await signatures(open(SIGNED.sealed))).arc).toMatchObject({
      result: 'pass',
      sets: [{ sealer: 'list.example' }],
    });
  });

  it('SPF and DMARC', async () => {
    const passed = await spf({ mailFrom: 'ann@signed.example', clientIp: '192.0.2.1', helo: 'mx' });
    const failed = await spf({ mailFrom: 'ann@signed.example', clientIp: '192.0.2.2', helo: 'mx' });
    expect([passed.result, failed.result]).toEqual(['pass', 'fail']);
    const none = { result: 'none' as const, domains: [], unknown: [] };
    expect(await dmarc('signed.example', passed, none)).toEqual({ result: 'pass', policy: 'quarantine' });
    expect(await dmarc('signed.example', failed, none)).toEqual({ result: 'fail', policy: 'quarantine' });
  });
});
