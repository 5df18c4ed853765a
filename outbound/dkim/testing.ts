import { generateKeyPair } from '../../core/dkim/key-pair.ts';
import { keyRecord, keyRecordName, sealOwner } from '../../core/dkim/record.ts';
import type { DkimAlgorithm, DkimKey, DkimKeyStore } from '../../core/ports/dkim.ts';
import type { Seal } from '../../core/ports/seal.ts';

/** Puts an active key into the store and returns it with its record. */
export async function addActiveKey(
  { dkimKeys, seal }: { dkimKeys: Pick<DkimKeyStore, 'addKey'>; seal: Seal },
  key: Pick<DkimKey, 'tenantId' | 'domain' | 'selector'> & { algorithm: DkimAlgorithm },
): Promise<{ key: DkimKey; name: string; record: string }> {
  const { publicKey, privateKey } = await generateKeyPair(key.algorithm);
  const whole: DkimKey = {
    ...key,
    publicKey,
    sealedKey: await seal.seal(sealOwner(key), privateKey),
    state: 'active',
    createdAt: 1,
    notBefore: 1,
    notAfter: null,
  };
  await dkimKeys.addKey(whole);
  return { key: whole, name: keyRecordName(key), record: keyRecord(whole) };
}
