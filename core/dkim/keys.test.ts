import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDns, type MemoryDns } from '../../platform/dns/memory.ts';
import { createSeal } from '../../platform/sealed.ts';
import { createMemoryStores } from '../../store/memory/index.ts';
import { ConflictError } from '../errors.ts';
import type { DkimKey, DkimKeyStore } from '../ports/dkim.ts';
import { importPrivateKey, signData } from './key-pair.ts';
import { faultOfKeyRecord, keyRecord, keyRecordName, sealOwner } from './record.ts';
import { requestKeys } from './request-keys.ts';
import { turnKeys } from './turn-keys.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;

describe('keys of a domain', () => {
  const seal = createSeal('a secret of the installation, 40 letters');
  let now: number;
  let dns: MemoryDns;
  let dkimKeys: DkimKeyStore;
  const services = () => ({ dkimKeys, dns, seal, now: () => now, dkimExpirySeconds: 14 * 86_400 });
  const states = async () =>
    (await dkimKeys.listKeys('t', 'one.test')).map(
      (k) => `${k.selector} ${k.state}${k.notAfter === null ? '' : ' replaced'}`,
    );
  const kinds = async () => (await turnKeys(services(), 't')).map((turn) => turn.kind);
  const publish = (key: DkimKey | undefined) =>
    key === undefined ? undefined : dns.set(keyRecordName(key), { TXT: [keyRecord(key)] });
  beforeEach(() => {
    now = NOW;
    dns = createMemoryDns();
    dkimKeys = createMemoryStores().dkimKeys;
  });

  it('are made for both algorithms, once, and open for their selector alone', async () => {
    const made = await requestKeys(services(), 't', 'one.test', {});
    expect(made.map((k) => `${k.selector} ${k.algorithm} ${k.state}`)).toEqual([
      'wp20261120r rsa-sha256 pending',
      'wp20261120e ed25519-sha256 pending',
    ]);
    for (const key of made) {
      const pkcs8 = await seal.open(sealOwner(key), key.sealedKey);
      const signature = await signData(key.algorithm, await importPrivateKey(key.algorithm, pkcs8), pkcs8);
      expect(signature.length).toBe(key.algorithm === 'rsa-sha256' ? 256 : 64);
      await expect(seal.open(sealOwner({ ...key, tenantId: 'x' }), key.sealedKey)).rejects.toThrow();
    }
    expect(Buffer.from(made[1]?.publicKey ?? '', 'base64')).toHaveLength(32);
    expect(await requestKeys(services(), 't', 'one.test', {})).toEqual([]);
    expect(await requestKeys(services(), 't', 'one.test', { rotate: true })).toEqual([]);
  });

  it('are made for one algorithm when that is asked for, and the other may follow', async () => {
    const first = await requestKeys(services(), 't', 'one.test', { algorithms: ['ed25519-sha256'] });
    expect(first.map((k) => k.selector)).toEqual(['wp20261120e']);
    expect(await requestKeys(services(), 't', 'one.test', {})).toEqual([]);
    const second = await requestKeys(services(), 't', 'one.test', { algorithms: ['rsa-sha256'] });
    expect(second.map((k) => k.selector)).toEqual(['wp20261120r']);
  });

  it('cannot be made without a secret', async () => {
    await expect(requestKeys({ ...services(), seal: null }, 't', 'one.test', {})).rejects.toThrow(
      ConflictError,
    );
    expect(await states()).toEqual([]);
  });

  it('sign when their record is seen, and not before', async () => {
    const [rsa, ed] = await requestKeys(services(), 't', 'one.test', {});
    expect(await kinds()).toEqual(['waiting', 'waiting']);
    dns.set(keyRecordName(rsa as DkimKey), { TXT: [keyRecord(ed as DkimKey)] });
    dns.set(keyRecordName(ed as DkimKey), { TXT: [keyRecord(ed as DkimKey), 'another'] });
    expect(await kinds()).toEqual(['waiting', 'waiting']);
    dns.set(keyRecordName(rsa as DkimKey), 'fails');
    expect(await kinds()).toEqual(['waiting', 'unknown']);
    publish(rsa);
    publish(ed);
    expect(await kinds()).toEqual(['activated', 'activated']);
    expect(await states()).toEqual(['wp20261120e active', 'wp20261120r active']);
    expect(await turnKeys(services(), 't')).toEqual([]);
    expect(await turnKeys(services(), 'other')).toEqual([]);
  });

  it('are replaced with overlap: the old record stays until its last signature has expired', async () => {
    const only = { algorithms: ['ed25519-sha256'] } as const;
    const [old] = await requestKeys(services(), 't', 'one.test', only);
    publish(old);
    await turnKeys(services(), 't');
    const [next] = await requestKeys(services(), 't', 'one.test', { rotate: true });
    expect(next?.selector).toBe('wp20261120eb');
    expect(await states()).toEqual(['wp20261120e active', 'wp20261120eb pending']);
    now = NOW + DAY;
    publish(next);
    await turnKeys(services(), 't');
    expect(await states()).toEqual(['wp20261120e active replaced', 'wp20261120eb active']);
    now = NOW + 15 * DAY;
    expect(await turnKeys(services(), 't')).toEqual([]);
    now += 3 * 60 * 60 * 1000;
    expect(await kinds()).toEqual(['retired']);
    expect(await dkimKeys.listKeys('t', 'one.test')).toMatchObject([
      { selector: 'wp20261120e', state: 'retired', sealedKey: '' },
      { selector: 'wp20261120eb', state: 'active', notAfter: null },
    ]);
    expect(await kinds()).toEqual(['waiting']);
    dns.set(keyRecordName(old as DkimKey), null);
    expect(await kinds()).toEqual(['forgotten']);
    expect(await states()).toEqual(['wp20261120eb active']);
  });

  it('are looked at within a limit, and of one domain when that is asked for', async () => {
    for (const domain of ['one.test', 'two.test'])
      for (const key of await requestKeys(services(), 't', domain, {})) publish(key);
    expect(await turnKeys(services(), 't', { limit: 1 })).toHaveLength(1);
    expect((await turnKeys(services(), 't', { domain: 'two.test' })).map((t) => t.key.domain)).toEqual([
      'two.test',
      'two.test',
    ]);
    expect(await turnKeys(services(), 't')).toHaveLength(1);
  });
});

describe('the record of a key', () => {
  const key = { algorithm: 'rsa-sha256', publicKey: 'MIIB+/=' } as const;

  it('is found good in the ways in which it may be written', () => {
    for (const text of [
      keyRecord(key),
      'p=MIIB+/=',
      'v=DKIM1;k=rsa;p=MIIB +/=;',
      'v=DKIM1; h=sha1:sha256; s=email; n=x; p=MIIB+/=',
    ])
      expect(faultOfKeyRecord(text, key), text).toBeNull();
  });

  it('is found wrong with its reason', () => {
    for (const [text, fault] of [
      ['v=DKIM1; k=rsa; p=MIIC', 'another key'],
      ['v=DKIM1; k=ed25519; p=MIIB+/=', 'not rsa'],
      ['v=DKIM1; p=', 'revoked'],
      ['k=rsa; v=DKIM1; p=MIIB+/=', 'begin'],
      ['v=DKIM2; p=MIIB+/=', 'begin'],
      ['v=DKIM1; h=sha1; p=MIIB+/=', 'sha256'],
      ['v=DKIM1; s=tlsrpt; p=MIIB+/=', 'not for mail'],
      ['v=DKIM1; t=y:s; p=MIIB+/=', 'testing'],
      ['hello', 'no list'],
      ['p=1; p=2', 'no list'],
    ] as const)
      expect(faultOfKeyRecord(text, key), text).toContain(fault);
  });
});
