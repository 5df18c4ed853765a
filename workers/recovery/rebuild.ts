/**
 * Makes an installation again from its bucket (I28): tenants and their users, then each mailbox from what was written
 * down of it, then mail that came after that, by its raws alone. In bounded steps; a cursor says where the next goes on.
 */
import { exportedTenants, restoreTenant } from '../../core/archive/directory.ts';
import { MAILBOX_START } from '../../core/archive/rebuild-mailbox.ts';
import { InvalidInputError, NotFoundError } from '../../core/errors.ts';
import type { Services } from '../../platform/services.ts';
import type { RebuildRequest, RebuildView } from '../../shared/admin-api.ts';
import { restoreDrafts } from './drafts.ts';
import { fillIndex } from './fill-index.ts';
import { rebuildMailbox } from './mailbox.ts';
import { findOutgoing } from './outgoing.ts';
import { placeRaws } from './raws.ts';
import {
  type Cursor,
  cursorSchema,
  type RecoveryPorts,
  STAGES,
  type StepOptions,
  type StepResult,
  type Tally,
  tenantOf,
} from './step.ts';

const NOTHING: Tally = {
  ...{ rows: 0, mailboxes: 0, intact: 0, restored: 0, unchanged: 0, people: 0, removed: 0, placed: 0 },
  ...{ drafts: 0, outgoing: 0, lost: [], damaged: 0, failed: [], writtenAt: null },
};

const DEFAULT_LIMIT = 300;

export async function rebuildStep(ports: RecoveryPorts, request: RebuildRequest): Promise<RebuildView> {
  const { services } = ports;
  const tenants = await tenantsOf(services, request);
  const first = tenants[0];
  if (first === undefined) throw new NotFoundError('neither the directory nor the bucket knows a tenant');
  const cursor =
    request.cursor === null || request.cursor === undefined
      ? startOf(first)
      : parseCursor(request.cursor, tenants);
  const { stage, tenantId } = cursor;
  const options = { ...request, limit: request.limit ?? DEFAULT_LIMIT };
  const { next, tally } = await STEPS[stage](ports, cursor, options);
  const following = next ?? afterStage(cursor, tenants);
  return {
    ...{ ...NOTHING, ...tally, stage, tenantId },
    address: stage === 'mailboxes' ? (tally.address ?? null) : null,
    cursor: following === null ? null : JSON.stringify(following),
  };
}

type Step = (ports: RecoveryPorts, cursor: Cursor, options: StepOptions) => Promise<StepResult>;

const STEPS: Record<Cursor['stage'], Step> = {
  directory: restoreDirectory,
  mailboxes: nextMailbox,
  raws: placeRaws,
  drafts: restoreDrafts,
  outgoing: findOutgoing,
  index: fillIndex,
};

function startOf(tenantId: string): Cursor {
  return { stage: 'directory', tenantId, address: '', position: null, list: null };
}

/** The next stage of the tenant, or the next tenant. */
function afterStage(cursor: Cursor, tenants: readonly string[]): Cursor | null {
  const stage = STAGES[STAGES.indexOf(cursor.stage) + 1];
  if (stage !== undefined) return { ...startOf(cursor.tenantId), stage };
  const tenant = tenants[tenants.indexOf(cursor.tenantId) + 1];
  return tenant === undefined ? null : startOf(tenant);
}

function parseCursor(text: string, tenants: readonly string[]): Cursor {
  try {
    const cursor = cursorSchema.parse(JSON.parse(text));
    if (tenants.includes(cursor.tenantId)) return cursor;
  } catch {
    // Falls through to the refusal below.
  }
  throw new InvalidInputError('not a cursor of a rebuild');
}

/** Tenants of the directory and those that only the bucket knows, in one order. */
async function tenantsOf(services: Services, { tenantId }: RebuildRequest): Promise<string[]> {
  const known = (await services.directory.listTenants()).map((tenant) => tenant.tenantId);
  const all = [...new Set([...known, ...(await exportedTenants(services.objects))])].sort();
  return tenantId === undefined || tenantId === null ? all : all.filter((one) => one === tenantId);
}

async function restoreDirectory(
  { services }: RecoveryPorts,
  { tenantId }: Cursor,
  { dryRun = false }: StepOptions,
): Promise<StepResult> {
  const { archive, objects, seal, now } = services;
  const restored = await restoreTenant(
    { directory: archive.directory, objects, seal, now },
    tenantId,
    dryRun,
  );
  return { next: null, tally: { rows: restored?.added ?? 0, writtenAt: restored?.at ?? null } };
}

/** One step of one mailbox; which, the order of addresses says. */
async function nextMailbox(ports: RecoveryPorts, cursor: Cursor, options: StepOptions): Promise<StepResult> {
  const { services } = ports;
  const tenant = await tenantOf(services, cursor.tenantId);
  // With a dry run of an empty installation there is nobody to look at yet.
  if (tenant === null) return { next: null, tally: {} };
  const user =
    cursor.position === null
      ? (await services.directory.listUsers(tenant.tenantId, cursor.address, 1))[0]
      : (await services.directory.findLogin(cursor.address))?.user;
  if (user === undefined) return { next: null, tally: {} };
  const behind: Cursor = { ...cursor, address: user.address, position: null };
  if (options.address !== undefined && options.address !== null && options.address !== user.address) {
    return { next: behind, tally: {} };
  }
  const ref = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  const step = await rebuildMailbox(services, ref, cursor.position ?? MAILBOX_START, options);
  return {
    next: step.next === null ? behind : { ...behind, position: step.next },
    tally: { ...step.tally, address: user.address },
  };
}
