export interface AuditView {
  eventId: string;
  at: number;
  tenantId: string | null;
  /** `user/<id>`, `admin-token`, or the part of the product that acted by itself. */
  actor: string;
  /** Where the request came from; null when there was none. */
  address: string | null;
  protocol: string | null;
  deviceId: string | null;
  action: string;
  resource: string;
  outcome: 'ok' | 'denied' | 'error';
  details: Record<string, string | number | boolean | null>;
  correlationId: string;
  /** Id of the tenant, or `installation`. */
  chain: string;
  /** Number of the row in its chain, from 1 on. */
  seq: number;
  /** SHA-256 in hex of the hash of the row before and of this row. */
  hash: string;
}

/** One step of checking the audit log; `cursor` of the answer before goes on. */
export interface AuditVerifyRequest {
  cursor?: string | null | undefined;
  /** Id of a tenant, or `installation` for what belongs to none; null: all. */
  tenantId?: string | null | undefined;
}

export interface AuditFindingView {
  kind: 'changed' | 'missing' | 'inserted' | 'reordered' | 'truncated' | 'anchor' | 'removed' | 'unanchored';
  chain: string;
  /** Numbers of the rows, both included. */
  from: number;
  to: number;
  /** For people. */
  what: string;
}

export interface AuditVerifyView {
  /** null: everything was looked at. */
  cursor: string | null;
  findings: AuditFindingView[];
  rows: number;
  anchors: number;
  /** Chains whose end was reached. */
  chains: number;
}

/** Last line of an export; all others are AuditView. Without it the export broke off. */
export interface AuditExportEnd {
  end: true;
  /** Goes into the next request; null when nothing is left. */
  cursor: string | null;
}

/** How long a tenant's audit events are kept. */
export interface AuditKeepingView {
  /** null: for ever. At least 30. */
  days: number | null;
}
