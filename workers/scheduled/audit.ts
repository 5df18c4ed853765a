/** The audit log's own upkeep: rows of older versions, anchors, retention. */
import { anchorChains } from '../../core/audit/anchors.ts';
import { trimChain } from '../../core/audit/keeping.ts';
import type { Services } from '../../platform/services.ts';

const TRIMMED = 'audit.trimmed';
/** An invocation has a bounded number of calls. */
const ANCHORS_A_RUN = 300;
/** Chains whose beginning one run looks at, in turn. */
const CHAINS_A_RUN = 40;
/** Rows of before there were chains that one run takes into them. */
const ADOPTED_AT_ONCE = 500;
const ADOPTIONS_A_RUN = 10;

export async function keepAudit(services: Services): Promise<void> {
  const { audit, log } = services;
  for (let n = 0; n < ADOPTIONS_A_RUN; n++) {
    if ((await audit.adopt(ADOPTED_AT_ONCE)) < ADOPTED_AT_ONCE) break;
  }
  const anchored = await anchorChains(services, ANCHORS_A_RUN);
  if (anchored > 0) log.info('audit.anchored', { chains: anchored });
  await trimSome(services);
}

async function trimSome(services: Services): Promise<void> {
  const { audit, operations, now, log } = services;
  const kept = await operations.getCursor(TRIMMED);
  const after = typeof kept === 'string' ? kept : '';
  const heads = await audit.heads(after, CHAINS_A_RUN);
  for (const { chain } of heads) {
    const rows = await trimChain({ ...services, defaultDays: services.config.auditDays }, chain);
    if (rows > 0) log.info('audit.trimmed', { chain, rows });
  }
  const last = heads.length < CHAINS_A_RUN ? '' : (heads.at(-1)?.chain ?? '');
  await operations.putCursor(TRIMMED, last, now());
}
