/** How long audit events are kept. Rows go only from the beginning of a chain, up to one that an anchor vouches for. */
import type { AuditStore } from '../ports/audit.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { ObjectStore } from '../ports/objects.ts';
import { type Anchor, anchorKey, anchorPrefix, DAY_MS, parseAnchor, parseAnchorKey } from './anchors.ts';
import { INSTALLATION_CHAIN } from './chain.ts';

/** Name of the tenant's setting. */
export const AUDIT_SETTING = 'audit';
/** Nobody keeps them for less: what is not looked at within a month is not looked at. */
export const MIN_AUDIT_DAYS = 30;
export const MAX_AUDIT_DAYS = 36_500;
/** Action of the row that tells of a removal. */
export const TRIM_ACTION = 'audit.trim';

export interface AuditKeeping {
  /** null: for ever. */
  days: number | null;
}

/** A stored setting; what is none of it is the default of the installation. */
export function readAuditKeeping(value: unknown, defaultDays: number): AuditKeeping {
  const days = typeof value === 'object' && value !== null && 'days' in value ? value.days : undefined;
  if (days === null) return { days };
  return { days: typeof days === 'number' && days >= MIN_AUDIT_DAYS ? days : defaultDays };
}

export interface TrimPorts {
  audit: AuditStore;
  objects: Pick<ObjectStore, 'list' | 'read'>;
  directory: Pick<DirectoryStore, 'getTenantSetting'>;
  /** Of the chain of the installation, and of tenants that say nothing. */
  defaultDays: number;
  now(): number;
}

/** Rows that one statement removes, and statements for one chain in one run. */
const ROWS_AT_ONCE = 2000;
const ROUNDS = 10;

/** Removes what a chain holds for longer than its tenant wants; how many rows. */
export async function trimChain(ports: TrimPorts, chain: string): Promise<number> {
  const { audit, directory, now } = ports;
  const head = await audit.head(chain);
  if (head === null || head.firstSeq > head.anchoredSeq) return 0;
  const [first] = await audit.rows(chain, head.firstSeq - 1, 1);
  const setting =
    chain === INSTALLATION_CHAIN ? null : await directory.getTenantSetting(chain, AUDIT_SETTING);
  const { days } = readAuditKeeping(setting, ports.defaultDays);
  const cutoff = days === null ? 0 : now() - Math.max(days, MIN_AUDIT_DAYS) * DAY_MS;
  if (first === undefined || first.at >= cutoff) return 0;
  const anchor = await anchorBefore(ports, chain, first.at, cutoff);
  if (anchor === null || anchor.seq < head.firstSeq) return 0;
  // Before the rows go: the chain tells of it for as long as it lacks them.
  await audit.append([
    {
      ...{ v: 1, eventId: `trim-${anchor.seq}`, at: now(), actor: 'retention', action: TRIM_ACTION },
      ...{ tenantId: chain === INSTALLATION_CHAIN ? null : chain, resource: `audit/${chain}`, outcome: 'ok' },
      ...{ details: { through: anchor.seq, hash: anchor.hash, days }, correlationId: '' },
    },
  ]);
  let removed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const rows = await audit.trim(chain, anchor.seq, ROWS_AT_ONCE);
    removed += rows;
    if (rows < ROWS_AT_ONCE) break;
  }
  return removed;
}

/** The newest anchor that is older than the cutoff: the rows that it vouches for are all older. */
async function anchorBefore(
  { objects }: TrimPorts,
  chain: string,
  oldest: number,
  cutoff: number,
): Promise<Anchor | null> {
  // Rows are written after they happened, and their anchor later still.
  const from = anchorKey(chain, Math.max(0, oldest - DAY_MS));
  let newest: string | null = null;
  for (let after = from; ; ) {
    const { objects: page, more } = await objects.list(anchorPrefix(chain), after, 1000);
    for (const { key } of page) {
      // Of that day until its end.
      if ((parseAnchorKey(key)?.day ?? Number.POSITIVE_INFINITY) + DAY_MS <= cutoff) newest = key;
    }
    const last = page.at(-1);
    if (!more || last === undefined || last.key !== newest) break;
    after = last.key;
  }
  return newest === null ? null : parseAnchor((await objects.read(newest))?.text ?? '', chain);
}
