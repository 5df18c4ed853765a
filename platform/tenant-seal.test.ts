import { describe, expect, test } from 'vitest';
import { forgetOldKeys } from '../core/keys/forget-old.ts';
import { CARRIER_SETTING, codesOwner, relayOwner, SEALED_KINDS, webhookOwner } from '../core/keys/owners.ts';
import { resealInstallation, resealStep } from '../core/keys/reseal.ts';
import { sealedSources } from '../core/keys/sources.ts';
import type { KeyServices } from '../core/keys/types.ts';
import { createMemoryDirectoryStore } from '../store/memory/directory.ts';
import { createMemoryDkimKeyStore } from '../store/memory/dkim-keys.ts';
import { createSeal } from './sealed.ts';
import { createTenantSeal, UnwrappedKeys } from './tenant-seal.ts';

const OLD = 'the secret of the installation before';
const NEW = 'the secret of the installation of today';
const plain = new TextEncoder().encode('swordfish');
const HOURS_48 = 48 * 3_600_000;

function world() {
  const directory = createMemoryDirectoryStore();
  const dkimKeys = createMemoryDkimKeyStore();
  const clock = { at: 1_000_000 };
  const now = () => clock.at;
  /** One isolate, with what it remembers. */
  const isolate = (secret = OLD, ...previous: string[]): KeyServices => ({
    ...{ directory, dkimKeys, now },
    seal: createTenantSeal({
      ...{ secret: createSeal(secret, ...previous), directory, now },
      unwrapped: new UnwrappedKeys(),
    }),
  });
  const generations = async () => (await directory.listTenantKeys('t1')).map((key) => key.generation);
  return { directory, dkimKeys, clock, isolate, generations };
}

async function resealAll(services: KeyServices): Promise<{ resealed: number; left: number }> {
  const sum = { resealed: 0, left: 0 };
  let cursor: string | null = null;
  do {
    const step = await resealStep(services, 't1', cursor);
    sum.resealed += step.resealed;
    sum.left += step.left;
    cursor = step.cursor;
  } while (cursor !== null);
  return sum;
}

describe('values sealed under the key of a tenant', () => {
  test('open in another isolate, for their owner alone', async () => {
    const { isolate, generations } = world();
    const sealed = await isolate().seal.seal('relay/t1', plain);
    expect(sealed).toMatch(/^v2\.1\./);
    const { seal } = isolate();
    expect(await seal.open('relay/t1', sealed)).toEqual(plain);
    await seal.seal('relay/t2', plain);
    await expect(seal.open('relay/t2', sealed)).rejects.toThrow('does not open');
    await expect(seal.open('dkim/t1', sealed)).rejects.toThrow('does not open');
    await expect(seal.open('relay/t3', sealed)).rejects.toThrow('removed');
    expect(await generations()).toEqual([1]);
  });

  test('the first key is one, however many isolates make it at once', async () => {
    const { isolate, generations } = world();
    const all = await Promise.all([1, 2, 3].map(() => isolate().seal.seal('relay/t1', plain)));
    expect(await generations()).toEqual([1]);
    for (const sealed of all) expect(await isolate().seal.open('relay/t1', sealed)).toEqual(plain);
  });

  test('what the whole installation needs to come back lies under its secret', async () => {
    const { isolate, generations } = world();
    expect(await isolate().seal.seal('directory/t1', plain)).toMatch(/^v1\./);
    expect(await generations()).toEqual([]);
  });

  test('a kind that nothing would seal anew is refused', async () => {
    const { isolate } = world();
    await expect(isolate().seal.seal('unheard/t1', plain)).rejects.toThrow('not known');
    await expect(isolate().seal.seal('relay/', plain)).rejects.toThrow('no tenant');
  });

  test('every kind that is kept has a source, and the other way round', () => {
    const kept = Object.keys(SEALED_KINDS).filter((kind) => SEALED_KINDS[kind] === 'kept');
    expect(
      sealedSources(world().isolate())
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(kept.sort());
  });
});

async function withSecrets(services: KeyServices): Promise<void> {
  const { directory, dkimKeys, seal } = services;
  await directory.createTenant({ tenantId: 't1', name: 'T', status: 'active', mailShard: 'MAIL_1' });
  for (const domain of ['a.example', 'b.example']) {
    await directory.createDomain({ domain, tenantId: 't1', catchAllUserId: null, enabled: true });
    await dkimKeys.addKey({
      ...{ tenantId: 't1', domain, selector: 's', algorithm: 'ed25519-sha256', publicKey: 'p' },
      ...{ sealedKey: await seal.seal(`dkim/t1/${domain}/s`, plain), state: 'active' },
      ...{ createdAt: 1, notBefore: 1, notAfter: null },
    });
  }
  await directory.putTenantSetting('t1', CARRIER_SETTING, {
    ...{ kind: 'smtp-relay', sealedSecret: await seal.seal(relayOwner('t1'), plain) },
  });
  const user = { tenantId: 't1', userId: 'u1' };
  await directory.putFactor({
    ...{ ...user, factorId: 'totp', kind: 'totp', secret: await seal.seal(codesOwner(user), plain) },
    ...{ counter: 0, label: '', createdAt: 1, confirmedAt: 1, lastUsedAt: null },
  });
}

/** All secrets as they lie there, each opened. */
async function secretsOf({ directory, dkimKeys, seal }: KeyServices): Promise<string[]> {
  const setting = (await directory.getTenantSetting('t1', CARRIER_SETTING)) as { sealedSecret: string };
  const [factor] = await directory.listFactors('t1', 'u1');
  const found: [string, string][] = [
    [relayOwner('t1'), setting.sealedSecret],
    [codesOwner({ tenantId: 't1', userId: 'u1' }), factor?.secret ?? ''],
  ];
  for (const domain of ['a.example', 'b.example'])
    found.push([
      `dkim/t1/${domain}/s`,
      (await dkimKeys.listKeys('t1', domain)).map((k) => k.sealedKey).join(),
    ]);
  for (const [owner, sealed] of found) expect(await seal.open(owner, sealed)).toEqual(plain);
  return found.map(([, sealed]) => sealed);
}

describe('another key of a tenant', () => {
  test('everything is sealed anew, opens all the time, and the older key goes after two days', async () => {
    const { isolate, clock, generations } = world();
    const services = isolate();
    await withSecrets(services);
    expect(await services.seal.rotate('t1')).toBe(2);
    await secretsOf(services);
    expect(await resealAll(services)).toEqual({ resealed: 4, left: 0 });
    for (const sealed of await secretsOf(isolate())) expect(sealed).toMatch(/^v2\.2\./);
    expect(await resealAll(services)).toEqual({ resealed: 0, left: 0 });
    expect(await forgetOldKeys(services, 't1')).toEqual([]);
    clock.at += HOURS_48;
    expect(await forgetOldKeys(services, 't1')).toEqual([1]);
    expect(await generations()).toEqual([2]);
    await secretsOf(isolate());
  });

  test('an isolate that has not heard of it seals under the older one for a minute, and what it sealed is found', async () => {
    const { isolate, clock } = world();
    const [first, second] = [isolate(), isolate()];
    await withSecrets(first);
    await second.seal.rotate('t1');
    await resealAll(second);
    const sealed = await first.seal.seal(relayOwner('t1'), plain);
    expect(sealed).toMatch(/^v2\.1\./);
    await first.directory.putTenantSetting('t1', CARRIER_SETTING, {
      kind: 'smtp-relay',
      sealedSecret: sealed,
    });
    clock.at += 60_000;
    expect(await first.seal.seal(relayOwner('t1'), plain)).toMatch(/^v2\.2\./);
    clock.at += HOURS_48;
    expect(await forgetOldKeys(second, 't1')).toEqual([1]);
    await secretsOf(isolate());
  });

  test('an older key stays while a secret does not open', async () => {
    const { isolate, clock, generations } = world();
    const services = isolate();
    await withSecrets(services);
    await services.directory.putTenantSetting('t1', CARRIER_SETTING, { sealedSecret: 'v2.1.AAAA.AAAA' });
    await services.seal.rotate('t1');
    expect(await resealAll(services)).toEqual({ resealed: 3, left: 1 });
    clock.at += HOURS_48;
    expect(await forgetOldKeys(services, 't1')).toEqual([]);
    expect(await generations()).toEqual([1, 2]);
  });

  test('a secret that somebody changes meanwhile is theirs', async () => {
    const { isolate } = world();
    const services = isolate();
    await withSecrets(services);
    await services.seal.rotate('t1');
    const theirs = { kind: 'smtp-relay', sealedSecret: await services.seal.seal(relayOwner('t1'), plain) };
    const { directory } = services;
    const racing: KeyServices = {
      ...services,
      directory: {
        ...directory,
        async replaceTenantSetting(...args) {
          await directory.putTenantSetting('t1', CARRIER_SETTING, theirs);
          return directory.replaceTenantSetting(...args);
        },
      },
    };
    expect(await resealAll(racing)).toEqual({ resealed: 3, left: 1 });
    expect(await directory.getTenantSetting('t1', CARRIER_SETTING)).toEqual(theirs);
  });

  test('a cursor of something else is refused', async () => {
    const { isolate } = world();
    for (const cursor of ['', '[]', '[9,""]', '["0",""]', '{}'])
      await expect(resealStep(isolate(), 't1', cursor)).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('another secret of the installation', () => {
  test('opens with the one before beside it, wraps, and then does without', async () => {
    const { isolate } = world();
    await withSecrets(isolate(OLD));
    await expect(secretsOf(isolate(NEW))).rejects.toThrow('does not open');
    const both = isolate(NEW, OLD);
    await secretsOf(both);
    expect(await both.seal.rewrap('t1')).toBe(1);
    expect(await both.seal.rewrap('t1')).toBe(0);
    await secretsOf(isolate(NEW));
  });

  test('what is of the installation itself is sealed anew under it', async () => {
    const { isolate, directory } = world();
    const hook = { tenantId: null, webhookId: 'w1' };
    const owner = webhookOwner(hook);
    await directory.putWebhook({
      ...{ ...hook, url: 'https://x.example/', events: ['*'], status: 'on', description: '', createdAt: 1 },
      ...{ secret: await isolate(OLD).seal.seal(owner, plain), previousSecret: null, previousUntil: null },
      ...{ failingSince: null, createdBy: 'x' },
    });
    expect(await resealInstallation(isolate(NEW, OLD))).toEqual({ resealed: 1, left: 0 });
    const secret = (await directory.getWebhook(hook))?.secret ?? '';
    expect(await isolate(NEW).seal.open(owner, secret)).toEqual(plain);
    expect(await resealInstallation(isolate('a secret that opens nothing of it all'))).toEqual({
      ...{ resealed: 0, left: 1 },
    });
  });

  test('what lies under the secret itself comes under the key of its tenant', async () => {
    const { isolate } = world();
    const services = isolate(NEW, OLD);
    await withSecrets({ ...services, seal: { ...services.seal, seal: createSeal(OLD).seal } });
    expect(await resealAll(services)).toEqual({ resealed: 4, left: 0 });
    for (const sealed of await secretsOf(isolate(NEW))) expect(sealed).toMatch(/^v2\.1\./);
  });
});
