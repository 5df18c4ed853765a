import { SEALED_KINDS } from '../core/keys/owners.ts';
import type { SecretSeal } from '../core/ports/seal.ts';
import type { TenantKey, TenantKeyDirectory, TenantSeal } from '../core/ports/tenant-keys.ts';
import { decrypt, encrypt, type KeyMaterial, materialOf } from './sealed.ts';

const VERSION = 'v2';
const KEY_BYTES = 32;
/** How long an isolate seals under a key that another one has replaced. */
const CURRENT_MS = 60_000;
/** How long it opens with a key that was removed. */
const OPEN_MS = 5 * 60_000;
const MAX_KEPT = 2000;

/** Keys that an isolate has unwrapped: one for each environment. */
export class UnwrappedKeys {
  readonly current = new Map<string, { generation: number; at: number }>();
  readonly materials = new Map<string, { material: KeyMaterial; at: number }>();
}

interface TenantSealServices {
  secret: SecretSeal;
  directory: TenantKeyDirectory;
  unwrapped: UnwrappedKeys;
  now(): number;
}

export function createTenantSeal({ secret, directory, unwrapped, now }: TenantSealServices): TenantSeal {
  const fresh = (entry: { at: number } | undefined, ms: number) =>
    entry !== undefined && now() >= entry.at && now() - entry.at < ms;

  function remember<T>(map: Map<string, T>, key: string, value: T): void {
    if (map.size >= MAX_KEPT) map.clear();
    map.set(key, value);
  }

  async function unwrap({ tenantId, generation, wrapped }: TenantKey): Promise<KeyMaterial> {
    const material = await materialOf(await secret.open(wrappedFor(tenantId, generation), wrapped));
    remember(unwrapped.materials, idOf(tenantId, generation), { material, at: now() });
    return material;
  }

  async function material(tenantId: string, generation: number): Promise<KeyMaterial> {
    const known = unwrapped.materials.get(idOf(tenantId, generation));
    if (known !== undefined && fresh(known, OPEN_MS)) return known.material;
    const keys = await directory.listTenantKeys(tenantId);
    const key = keys.find((one) => one.generation === generation);
    if (key === undefined) throw new Error('seal: the key of the value was removed');
    return unwrap(key);
  }

  async function add(tenantId: string, generation: number): Promise<void> {
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    await directory.addTenantKey({
      ...{ tenantId, generation, wrapped: await secret.seal(wrappedFor(tenantId, generation), key) },
      ...{ secretId: await secret.secretId(), createdAt: now() },
    });
  }

  async function current(tenantId: string): Promise<number> {
    const known = unwrapped.current.get(tenantId);
    if (known !== undefined && fresh(known, CURRENT_MS)) return known.generation;
    let newest = (await directory.listTenantKeys(tenantId)).at(-1);
    if (newest === undefined) {
      await add(tenantId, 1);
      // Who was first has made it.
      newest = (await directory.listTenantKeys(tenantId)).at(-1);
    }
    if (newest === undefined) throw new Error('seal: the tenant has no key');
    remember(unwrapped.current, tenantId, { generation: newest.generation, at: now() });
    return newest.generation;
  }

  return {
    async seal(owner, plain) {
      const { kind, tenantId } = partsOf(owner);
      const kept = SEALED_KINDS[kind];
      // Nothing would seal it anew, and it would be lost with the key.
      if (kept === undefined) throw new Error(`seal: values of the kind ${kind} are not known`);
      if (kept === 'installation') return secret.seal(owner, plain);
      const generation = await current(tenantId);
      return `${VERSION}.${generation}.${await encrypt(await material(tenantId, generation), owner, plain)}`;
    },
    async open(owner, sealed) {
      const generation = generationOf(sealed);
      if (generation === 0) return secret.open(owner, sealed);
      const { tenantId } = partsOf(owner);
      const [, , iv = '', text = ''] = sealed.split('.');
      const plain = await decrypt(await material(tenantId, generation), owner, `${iv}.${text}`);
      if (plain === null) throw new Error('seal: the value does not open with this secret');
      return plain;
    },
    async rotate(tenantId) {
      const newest = (await directory.listTenantKeys(tenantId)).at(-1)?.generation ?? 0;
      await add(tenantId, newest + 1);
      unwrapped.current.delete(tenantId);
      return newest + 1;
    },
    async rewrap(tenantId) {
      const secretId = await secret.secretId();
      let changed = 0;
      for (const key of await directory.listTenantKeys(tenantId)) {
        if (key.secretId === secretId) continue;
        const owner = wrappedFor(tenantId, key.generation);
        const wrapped = await secret.seal(owner, await secret.open(owner, key.wrapped));
        if (await directory.rewrapTenantKey({ ...key, wrapped, secretId }, key.wrapped)) changed++;
      }
      return changed;
    },
    secretId: () => secret.secretId(),
    generationOf,
  };
}

function generationOf(sealed: string): number {
  const [version, generation = ''] = sealed.split('.', 2);
  if (version !== VERSION) return 0;
  if (!/^[1-9]\d{0,8}$/.test(generation)) throw new Error('seal: not a sealed value');
  return Number(generation);
}

function partsOf(owner: string): { kind: string; tenantId: string } {
  const [kind = '', tenantId = ''] = owner.split('/');
  if (kind === '' || tenantId === '') throw new Error('seal: the owner names no tenant');
  return { kind, tenantId };
}

function wrappedFor(tenantId: string, generation: number): string {
  return `tenant-key/${tenantId}/${generation}`;
}

function idOf(tenantId: string, generation: number): string {
  return `${generation}/${tenantId}`;
}
