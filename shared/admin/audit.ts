import * as z from 'zod';
import { at, count } from './common.ts';

export const auditView = z.object({
  eventId: z.string(),
  at,
  tenantId: z.string().nullable(),
  actor: z
    .string()
    .describe('`user/<id>`, `token/<id>`, `admin-token`, or the part of the product that acted by itself.'),
  address: z.string().nullable().describe('Where the request came from; null when there was none.'),
  protocol: z.string().nullable(),
  deviceId: z.string().nullable(),
  action: z.string(),
  resource: z.string(),
  outcome: z.enum(['ok', 'denied', 'error']),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  correlationId: z.string(),
  chain: z.string().describe('Id of the tenant, or `installation`.'),
  seq: z.int().min(1).describe('Number of the row in its chain.'),
  hash: z.string().describe('SHA-256 in hex of the hash of the row before and of this row.'),
});
export type AuditView = z.infer<typeof auditView>;

/** One step of checking the audit log; `cursor` of the answer before goes on. */
export interface AuditVerifyRequest {
  cursor?: string | null | undefined;
  /** Id of a tenant, or `installation` for what belongs to none; null: all. */
  tenantId?: string | null | undefined;
}

export const auditFindingView = z.object({
  kind: z.enum([
    ...(['changed', 'missing', 'inserted', 'reordered'] as const),
    ...(['truncated', 'anchor', 'removed', 'unanchored'] as const),
  ]),
  chain: z.string(),
  from: z.int().describe('Number of the first row.'),
  to: z.int().describe('Number of the last row.'),
  what: z.string().describe('For people.'),
});
export type AuditFindingView = z.infer<typeof auditFindingView>;

export const auditVerifyView = z.object({
  cursor: z.string().nullable().describe('null: everything was looked at.'),
  findings: z.array(auditFindingView),
  rows: count,
  anchors: count,
  chains: count.describe('Chains whose end was reached.'),
});
export type AuditVerifyView = z.infer<typeof auditVerifyView>;

/** Last line of an export; all others are AuditView. Without it the export broke off. */
export const auditExportEnd = z.object({
  end: z.literal(true),
  cursor: z.string().nullable().describe('Goes into the next request; null when nothing is left.'),
});
export type AuditExportEnd = z.infer<typeof auditExportEnd>;

/** How long a tenant's audit events are kept. */
export const auditKeepingView = z.object({
  days: z.int().nullable().describe('null: for ever. At least 30.'),
});
export type AuditKeepingView = z.infer<typeof auditKeepingView>;
