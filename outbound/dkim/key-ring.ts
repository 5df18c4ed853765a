import { importPrivateKey, type PrivateKey } from '../../core/dkim/key-pair.ts';
import { sealOwner } from '../../core/dkim/record.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { DkimAlgorithm, DkimKeyStore } from '../../core/ports/dkim.ts';
import type { Seal } from '../../core/ports/seal.ts';

interface SigningKey {
  selector: string;
  algorithm: DkimAlgorithm;
  key: PrivateKey;
}

export interface KeyServices {
  directory: Pick<DirectoryStore, 'getDomain'>;
  dkimKeys: Pick<DkimKeyStore, 'listKeys'>;
  seal: Seal | null;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Keys that sign, opened and ready, for a while. One ring serves an isolate. */
export interface KeyRing {
  /** Keys of the domain, RSA first; none when it is not the tenant's. Rejects when a key does not open. */
  keysOf(services: KeyServices, tenantId: string, domain: string): Promise<SigningKey[]>;
}

/** A key that is replaced signs at most this much longer; core/dkim/rounds.ts allows for it. */
const HOLD_MS = 60_000;
/** Whoever has just published a record waits for the first signature. */
const HOLD_NONE_MS = 5000;
const MAX_DOMAINS = 500;

export function createKeyRing(): KeyRing {
  const held = new Map<string, { until: number; keys: SigningKey[] }>();
  return {
    async keysOf(services, tenantId, domain) {
      const id = JSON.stringify([tenantId, domain]);
      const known = held.get(id);
      if (known !== undefined && known.until > services.now()) return known.keys;
      held.delete(id);
      const keys = await openKeys(services, tenantId, domain);
      const [oldest] = held.keys();
      if (held.size >= MAX_DOMAINS && oldest !== undefined) held.delete(oldest);
      held.set(id, { until: services.now() + (keys.length > 0 ? HOLD_MS : HOLD_NONE_MS), keys });
      return keys;
    },
  };
}

async function openKeys(
  { directory, dkimKeys, seal }: KeyServices,
  tenantId: string,
  domain: string,
): Promise<SigningKey[]> {
  // The domain may have gone to somebody else since its keys were made (A24).
  if ((await directory.getDomain(domain))?.tenantId !== tenantId) return [];
  const keys = await dkimKeys.listKeys(tenantId, domain);
  const signing = keys
    .filter((key) => key.state === 'active' && key.notAfter === null)
    .sort((a, b) => rank(a.algorithm) - rank(b.algorithm));
  return Promise.all(
    signing.map(async (key) => {
      if (seal === null) throw new Error('dkim: there are keys but no SECRETS_KEY to open them with');
      const pkcs8 = await seal.open(sealOwner(key), key.sealedKey);
      const { selector, algorithm } = key;
      return { selector, algorithm, key: await importPrivateKey(algorithm, pkcs8) };
    }),
  );
}

/** Verifiers that look at one signature alone mostly know no Ed25519. */
function rank(algorithm: DkimAlgorithm): number {
  return algorithm === 'rsa-sha256' ? 0 : 1;
}
