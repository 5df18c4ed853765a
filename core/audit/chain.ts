import type { AuditJob } from '../ports/queues.ts';

/** Chain of events that belong to no tenant. Ids of tenants have no such letters (platform/ids.ts). */
export const INSTALLATION_CHAIN = 'installation';

/** A row of the audit log as it is stored: what its hash is made of. */
export interface ChainRow {
  chain: string;
  /** From 1 on, without gaps. */
  seq: number;
  eventId: string;
  /** Milliseconds since the epoch. */
  at: number;
  tenantId: string | null;
  actor: string;
  address: string | null;
  protocol: string | null;
  deviceId: string | null;
  action: string;
  resource: string;
  outcome: string;
  /** JSON of one object. */
  details: string;
  correlationId: string;
  /** SHA-256 in hex of the hash of the row before it and the canonical text of this one (I26). */
  hash: string;
}

/** The end of a chain, and what is still kept of its beginning. */
export interface ChainHead {
  chain: string;
  /** 0: the chain is empty. */
  seq: number;
  hash: string;
  /** The oldest row that is kept, and the hash of the one before it. */
  firstSeq: number;
  baseHash: string;
  /** The last row that an anchor vouches for (0: none), and when it was written. */
  anchoredSeq: number;
  anchoredAt: number;
}

export function chainOf({ tenantId }: Pick<AuditJob, 'tenantId'>): string {
  return tenantId ?? INSTALLATION_CHAIN;
}

/** The hash before the first row: another one for each chain, so that rows of two chains never fit each other. */
export function genesisHash(chain: string): Promise<string> {
  return sha256(`waypost audit chain 1\n${chain}`);
}

export async function emptyHead(chain: string): Promise<ChainHead> {
  const hash = await genesisHash(chain);
  return { chain, seq: 0, hash, firstSeq: 1, baseHash: hash, anchoredSeq: 0, anchoredAt: 0 };
}

/** Hash of a row that follows one with the hash `before`; `seq` in place of its own number where given. */
export function hashRow(before: string, row: Omit<ChainRow, 'hash'>, seq: number = row.seq): Promise<string> {
  const canonical = JSON.stringify([
    ...[1, row.chain, seq, row.eventId, row.at, row.tenantId, row.actor, row.address, row.protocol],
    ...[row.deviceId, row.action, row.resource, row.outcome, row.details, row.correlationId],
  ]);
  return sha256(`${before}\n${canonical}`);
}

/** The rows that these events become behind a head, in their order. */
export async function linkRows(
  { chain, seq, hash }: Pick<ChainHead, 'chain' | 'seq' | 'hash'>,
  events: readonly AuditJob[],
): Promise<ChainRow[]> {
  const rows: ChainRow[] = [];
  let before = hash;
  for (const event of events) {
    const row = {
      ...{
        chain,
        seq: seq + rows.length + 1,
        eventId: event.eventId,
        at: event.at,
        tenantId: event.tenantId,
      },
      ...{ actor: event.actor, address: event.address ?? null, protocol: event.protocol ?? null },
      ...{ deviceId: event.deviceId ?? null, action: event.action, resource: event.resource },
      ...{ outcome: event.outcome, details: JSON.stringify(event.details) },
      correlationId: event.correlationId,
    };
    before = await hashRow(before, row);
    rows.push({ ...row, hash: before });
  }
  return rows;
}

const encoder = new TextEncoder();

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
