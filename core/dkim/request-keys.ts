import { ConflictError } from '../errors.ts';
import type { DkimAlgorithm, DkimKey, DkimKeyStore } from '../ports/dkim.ts';
import type { Seal } from '../ports/seal.ts';
import { generateKeyPair } from './key-pair.ts';
import { sealOwner } from './record.ts';

export interface RequestServices {
  dkimKeys: DkimKeyStore;
  seal: Seal | null;
  now(): number;
}

export interface KeyRequest {
  /** Without it: those that the domain has, or both. */
  algorithms?: readonly DkimAlgorithm[] | undefined;
  /** Keys that sign are to be replaced. */
  rotate?: boolean | undefined;
}

const BOTH: readonly DkimAlgorithm[] = ['rsa-sha256', 'ed25519-sha256'];
const MAX_OF_A_DAY = 26;

/**
 * Makes the keys that a domain lacks; with `rotate` one more of each algorithm. A key that waits for its record is
 * never doubled. Resolves with the keys that were made. Rejects with ConflictError when the installation has no
 * secret to keep them under.
 */
export async function requestKeys(
  services: RequestServices,
  tenantId: string,
  domain: string,
  { algorithms, rotate = false }: KeyRequest,
): Promise<DkimKey[]> {
  const known = (await services.dkimKeys.listKeys(tenantId, domain)).filter((key) => key.state !== 'retired');
  const had = BOTH.filter((one) => known.some((key) => key.algorithm === one));
  const made: DkimKey[] = [];
  for (const algorithm of algorithms ?? (had.length > 0 ? had : BOTH)) {
    const own = known.filter((key) => key.algorithm === algorithm);
    if (own.some((key) => key.state === 'pending')) continue;
    if (!rotate && own.some((key) => key.notAfter === null)) continue;
    made.push(await makeKey(services, { tenantId, domain, algorithm }));
  }
  return made;
}

async function makeKey(
  { dkimKeys, seal, now }: RequestServices,
  base: Pick<DkimKey, 'tenantId' | 'domain' | 'algorithm'>,
): Promise<DkimKey> {
  if (seal === null)
    throw new ConflictError('the installation has no SECRETS_KEY to keep private keys under');
  const { publicKey, privateKey } = await generateKeyPair(base.algorithm);
  const createdAt = now();
  for (let number = 0; number < MAX_OF_A_DAY; number++) {
    const selector = selectorOf(base.algorithm, createdAt, number);
    const sealedKey = await seal.seal(sealOwner({ ...base, selector }), privateKey);
    const lifetime = { state: 'pending', createdAt, notBefore: null, notAfter: null } as const;
    const key: DkimKey = { ...base, selector, publicKey, sealedKey, ...lifetime };
    try {
      await dkimKeys.addKey(key);
      return key;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  throw new ConflictError('the domain got too many keys today');
}

/** E.g. `wp20261120r`, and `wp20261120rb` for the second one of that day. */
function selectorOf(algorithm: DkimAlgorithm, at: number, number: number): string {
  const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
  const again = number === 0 ? '' : String.fromCharCode(97 + number);
  return `wp${day}${algorithm === 'rsa-sha256' ? 'r' : 'e'}${again}`;
}
