import type { DkimKey, DkimKeyStore } from '../ports/dkim.ts';
import type { Dns } from '../ports/dns.ts';
import { faultOfKeyRecord, keyRecordName } from './record.ts';

export interface TurnServices {
  dkimKeys: DkimKeyStore;
  dns: Dns;
  /** How long a signature holds. */
  dkimExpirySeconds: number;
  now(): number;
}

export interface KeyTurn {
  key: DkimKey;
  /** waiting: for its record to come or, retired, to go. unknown: the DNS did not answer. */
  kind: 'activated' | 'retired' | 'forgotten' | 'waiting' | 'unknown';
}

/** A replaced key may sign a little longer where it is still held, and clocks differ (I30). */
const SLACK_MS = 2 * 60 * 60 * 1000;

/**
 * Brings the changing keys of a tenant, or of one of its domains, a step on. A pending key signs as soon as its record
 * is seen; the one before it is retired when its last signature has expired, and forgotten when its record is gone.
 * At most `limit` questions are asked of the DNS.
 */
export async function turnKeys(
  services: TurnServices,
  tenantId: string,
  { domain, limit = Number.POSITIVE_INFINITY }: { domain?: string; limit?: number } = {},
): Promise<KeyTurn[]> {
  const turns: KeyTurn[] = [];
  let asked = 0;
  for (const key of await services.dkimKeys.listChanging(tenantId)) {
    if (domain !== undefined && key.domain !== domain) continue;
    if (key.state === 'active') {
      if (await retire(services, key)) turns.push({ key, kind: 'retired' });
      continue;
    }
    if (++asked > limit) break;
    turns.push({ key, kind: await look(services, key) });
  }
  return turns;
}

async function retire({ dkimKeys, now }: TurnServices, key: DkimKey): Promise<boolean> {
  if (key.notAfter === null || key.notAfter > now()) return false;
  // Nobody needs the private key any more, so that nobody can lose it either.
  return dkimKeys.changeKey(key, 'active', { state: 'retired', sealedKey: '' });
}

async function look(
  { dkimKeys, dns, dkimExpirySeconds, now }: TurnServices,
  key: DkimKey,
): Promise<KeyTurn['kind']> {
  const answer = await dns.query(keyRecordName(key), 'TXT').catch(() => null);
  if (answer === null) return 'unknown';
  if (key.state === 'retired') {
    if (answer.kind === 'found') return 'waiting';
    await dkimKeys.forgetKey(key);
    return 'forgotten';
  }
  // RFC 6376 3.6.2.2: with several records verifiers may take any of them.
  const [record, ...others] = answer.kind === 'found' && answer.type === 'TXT' ? answer.records : [];
  if (record === undefined || others.length > 0 || faultOfKeyRecord(record, key) !== null) return 'waiting';
  const at = now();
  const activated = await dkimKeys.activateKey(key, at, at + dkimExpirySeconds * 1000 + SLACK_MS);
  return activated ? 'activated' : 'waiting';
}
