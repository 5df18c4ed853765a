/**
 * Everything that lies in the bucket, from its beginning to its end and then anew, a piece in each run: what has no row
 * is sent to where it gets one, or removed when nobody can need it any more. The window of the last two days, in which
 * most of that happens, `reconcile` looks at in every run.
 */
import * as z from 'zod';
import type { Tenant } from '../../core/identity/types.ts';
import { attachmentsPrefix } from '../../core/pim/attachments.ts';
import type { StoredRaw } from '../../core/ports/blobs.ts';
import { describeError } from '../../platform/log.ts';
import type { Services } from '../../platform/services.ts';
import { type Budget, takeCall } from './scan.ts';
import {
  sweepDrafts,
  sweepDuplicates,
  sweepFiles,
  sweepOutgoing,
  sweepPhotos,
  sweepRaws,
} from './sweep-zones.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;

export interface SweepOptions {
  /** Younger raws are those of `reconcile`. */
  rawAfterMs: number;
  /** Messages for sending that no row knows after this time are told of. */
  outgoingAfterMs: number;
  /** What is of no use any more is kept for this time: databases may be put back to an earlier one (F15). */
  strayAfterMs: number;
  /** Store calls of one run. */
  maxCalls: number;
}

const SWEEP_DEFAULTS: SweepOptions = {
  rawAfterMs: 48 * HOUR,
  outgoingAfterMs: HOUR,
  strayAfterMs: 35 * DAY,
  maxCalls: 300,
};

export interface SweepReport {
  listed: number;
  /** Raws without a row, which went through ingest again. */
  orphans: number;
  /** Messages for sending that the outbox does not know: nobody can say whether they left. */
  outgoing: number;
  /** Drafts, photos and files of events that nothing names, and those of them that were old enough to go. */
  strays: number;
  removed: number;
  failed: number;
  /** The sweep has come to the end of the bucket in this run. */
  complete: boolean;
}

export type SweepServices = Pick<
  Services,
  'directory' | 'mail' | 'outbox' | 'blobs' | 'objects' | 'queues' | 'operations' | 'log' | 'now'
>;

export interface Zone {
  services: SweepServices;
  tenant: Tenant;
  options: SweepOptions;
  now: number;
  budget: Budget;
  report: SweepReport;
}

const ZONES = [
  { name: 'blobs', prefix: (t: string) => `blobs/${t}/`, look: sweepRaws },
  { name: 'drafts', prefix: (t: string) => `drafts/${t}/`, look: sweepDrafts },
  { name: 'outgoing', prefix: (t: string) => `outgoing/${t}/`, look: sweepOutgoing },
  { name: 'photos', prefix: (t: string) => `photos/${t}/`, look: sweepPhotos },
  { name: 'duplicates', prefix: (t: string) => `duplicates/blobs/${t}/`, look: sweepDuplicates },
  { name: 'objects', prefix: attachmentsPrefix, look: sweepFiles },
] as const satisfies readonly {
  name: string;
  prefix(tenantId: string): string;
  look(zone: Zone, objects: StoredRaw[]): Promise<void>;
}[];

type Page = Awaited<ReturnType<SweepServices['blobs']['list']>>;

/** Objects of one list call. */
const PAGE = 1000;
const CURSOR = 'reconcile.sweep';

const cursorSchema = z.object({ tenantId: z.string(), zone: z.number().int().min(0), after: z.string() });
type Cursor = z.infer<typeof cursorSchema>;

const START: Cursor = { tenantId: '', zone: 0, after: '' };

export async function sweep(
  services: SweepServices,
  given: Partial<SweepOptions> = {},
): Promise<SweepReport> {
  const options = { ...SWEEP_DEFAULTS, ...given };
  const budget: Budget = { calls: options.maxCalls };
  const report: SweepReport = {
    ...{ listed: 0, orphans: 0, outgoing: 0, strays: 0, removed: 0, failed: 0, complete: false },
  };
  const tenants = (await services.directory.listTenants()).sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
  const kept = cursorSchema.safeParse(await services.operations.getCursor(CURSOR));
  let at: Cursor | null = kept.success ? kept.data : START;
  while (at !== null && budget.calls > 0) {
    const cursor: Cursor = at;
    const tenant = tenants.find((one) => one.tenantId >= cursor.tenantId);
    if (tenant === undefined) {
      at = null;
      break;
    }
    const { zone, after } = tenant.tenantId === cursor.tenantId ? cursor : START;
    const place: Zone = { services, tenant, options, now: services.now(), budget, report };
    at = await sweepZone(place, zone, after);
  }
  report.complete = at === null;
  await services.operations.putCursor(CURSOR, at ?? START, services.now());
  services.log.info('sweep.done', { ...report });
  return report;
}

/** A zone from this key on. Where the sweep goes on, which may be a tenant behind all. */
async function sweepZone(zone: Zone, number: number, from: string): Promise<Cursor> {
  const { services, tenant, budget, report } = zone;
  const { tenantId } = tenant;
  const kind = ZONES[number];
  // The next tenant that there is.
  if (kind === undefined) return { ...START, tenantId: `${tenantId}\0` };
  const list = (after: string): Promise<Page> | null => {
    if (!takeCall(budget)) return null;
    const page = services.blobs.list(kind.prefix(tenantId), null, PAGE, after);
    // It is awaited after the page before it was looked at.
    page.catch(() => undefined);
    return page;
  };
  let after = from;
  try {
    for (let coming = list(from); coming !== null; ) {
      const page: Page = await coming;
      const last = page.objects.at(-1);
      const more = page.cursor !== null && last !== undefined;
      coming = more ? list(last.key) : null;
      report.listed += page.objects.length;
      await kind.look(zone, page.objects);
      if (!more) return { tenantId, zone: number + 1, after: '' };
      after = last.key;
    }
    return { tenantId, zone: number, after };
  } catch (error) {
    // What cannot be looked at now is looked at in the next round; the others must not wait for it.
    report.failed++;
    services.log.error('sweep.failed', { tenantId, zone: kind.name, error: describeError(error) });
    return { tenantId, zone: number + 1, after: '' };
  }
}
