import * as z from 'zod';
import type { Tenant } from '../../core/identity/types.ts';
import type { IngestJob } from '../../core/ports/queues.ts';
import type { Services } from '../../platform/services.ts';
import type { RebuildRequest, RebuildView } from '../../shared/admin-api.ts';

export interface RecoveryPorts {
  services: Services;
  /** Places raws that are stored into their mailboxes, and tells nobody but the search index. Those that it could not. */
  place(jobs: readonly IngestJob[]): Promise<IngestJob[]>;
}

export const STAGES = ['directory', 'mailboxes', 'raws', 'drafts', 'outgoing', 'index'] as const;

export const cursorSchema = z.strictObject({
  stage: z.enum(STAGES),
  tenantId: z.string().min(1).max(64),
  /** Mailboxes: the user whose turn it is, or after whom the next begins. */
  address: z.string().max(320),
  position: z
    .strictObject({
      at: z.enum(['begin', 'gone', 'items', 'since']),
      part: z.number().int().min(0),
      offset: z.number().int().min(0),
    })
    .nullable(),
  /** Raws: the cursor of the list. Index: the item after which the next page begins. */
  list: z.string().max(2000).nullable(),
});

export type Cursor = z.infer<typeof cursorSchema>;

/** What one step did, to be added up. */
export type Tally = Omit<RebuildView, 'cursor' | 'stage' | 'tenantId' | 'address'>;

export type StepOptions = RebuildRequest & { limit: number };
export type StepResult = { next: Cursor | null; tally: Partial<Tally> & { address?: string } };
export async function tenantOf(services: Services, tenantId: string): Promise<Tenant | null> {
  return services.directory.getTenant(tenantId);
}
