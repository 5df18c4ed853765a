import { turnKeys } from '../../core/dkim/turn-keys.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';

/** Questions to the DNS that one run asks: the reconciler needs the rest of what an invocation may do. */
const MAX_QUESTIONS = 40;
const TURN_MS = 15 * 60 * 1000;

/**
 * Lets pending signing keys sign whose record is there, and retires replaced ones (core/dkim). Each run begins with
 * another tenant, so that none waits for ever behind records that nobody publishes. Number of tenants for which that
 * failed.
 */
export async function turnSigningKeys(
  services: Pick<Services, 'config' | 'directory' | 'dkimKeys' | 'dns' | 'log' | 'now'>,
): Promise<number> {
  const { directory, log, config } = services;
  const tenants = await directory.listTenants();
  const first = tenants.length === 0 ? 0 : Math.floor(services.now() / TURN_MS) % tenants.length;
  let left = MAX_QUESTIONS;
  let failed = 0;
  for (const { tenantId } of [...tenants.slice(first), ...tenants.slice(0, first)]) {
    try {
      const { dkimExpirySeconds } = config;
      const turns = await turnKeys({ ...services, dkimExpirySeconds }, tenantId, { limit: left });
      for (const { key, kind } of turns) {
        if (kind !== 'retired') left--;
        if (kind === 'waiting') continue;
        const fields = { tenantId, domain: key.domain, selector: key.selector, kind };
        if (kind === 'unknown') log.warn('dkim.record-unknown', fields);
        else log.info('dkim.key-turned', fields);
      }
    } catch (error) {
      failed++;
      log.error('dkim.keys-not-turned', { tenantId, error: describeError(error) });
    }
    if (left <= 0) break;
  }
  return failed;
}
