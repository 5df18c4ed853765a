import { describe, expect, it } from 'vitest';
import { keyRecord, keyRecordName } from '../../core/dkim/record.ts';
import { requestKeys } from '../../core/dkim/request-keys.ts';
import { createMemoryDns } from '../../platform/dns/memory.ts';
import { createSeal } from '../../platform/sealed.ts';
import type { Services } from '../../platform/services.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { turnSigningKeys } from './signing-keys.ts';

const seal = createSeal('a secret of the installation, 40 letters');

function world() {
  const stores = createMemoryStores();
  const dns = createMemoryDns();
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  const log = { debug() {}, info: note, warn: note, error: note, with: () => log };
  const w = { ...stores, dns, seal, log, now: () => 0, config: { dkimExpirySeconds: 86_400 }, events };
  return { w, services: w as unknown as Services };
}

describe('the round of signing keys', () => {
  it('turns the keys of every tenant', async () => {
    const { w, services } = world();
    for (const tenantId of ['a', 'b']) {
      await w.directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
      for (const key of await requestKeys(w, tenantId, `${tenantId}.test`, {
        algorithms: ['ed25519-sha256'],
      }))
        w.dns.set(keyRecordName(key), { TXT: [keyRecord(key)] });
    }
    expect(await turnSigningKeys(services)).toBe(0);
    expect(w.events).toEqual(['dkim.key-turned', 'dkim.key-turned']);
    for (const tenantId of ['a', 'b'])
      expect(await w.dkimKeys.listKeys(tenantId, `${tenantId}.test`)).toMatchObject([{ state: 'active' }]);
  });

  it('goes on with the other tenants when one fails, and counts it', async () => {
    const { w, services } = world();
    for (const tenantId of ['a', 'b'])
      await w.directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
    const [key] = await requestKeys(w, 'b', 'b.test', { algorithms: ['ed25519-sha256'] });
    if (key !== undefined) w.dns.set(keyRecordName(key), { TXT: [keyRecord(key)] });
    const { dkimKeys } = w;
    w.dkimKeys = {
      ...dkimKeys,
      listChanging: async (tenantId) => {
        if (tenantId === 'a') throw new Error('down');
        return dkimKeys.listChanging(tenantId);
      },
    };
    expect(await turnSigningKeys(services)).toBe(1);
    expect(w.events).toEqual(['dkim.keys-not-turned', 'dkim.key-turned']);
  });

  it('asks at most 40 questions, and gets round to everybody in later runs', async () => {
    const { w, services } = world();
    const tenants = ['a', 'b', 'c'];
    for (const tenantId of tenants) {
      await w.directory.createTenant({ tenantId, name: tenantId, status: 'active', mailShard: 'MAIL_1' });
      for (let i = 0; i < 30; i++)
        await w.dkimKeys.addKey({
          ...{ tenantId, domain: `d${i}.${tenantId}.test`, selector: 's', algorithm: 'ed25519-sha256' },
          ...{
            publicKey: 'x',
            sealedKey: 'y',
            state: 'pending',
            createdAt: 1,
            notBefore: null,
            notAfter: null,
          },
        });
    }
    const asked = new Set<string>();
    for (let run = 0; run < 3; run++) {
      w.dns.asked.length = 0;
      w.now = () => run * 15 * 60 * 1000;
      await turnSigningKeys(services);
      expect(w.dns.asked).toHaveLength(40);
      for (const one of w.dns.asked) asked.add(one);
    }
    expect(asked.size).toBe(90);
  });
});
