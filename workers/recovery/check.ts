/**
 * Whether what must always be true is true: of the rows of each mailbox (I9, I13, I15), of rows and raws (I6, I7), of the
 * search index and of the outbox. In bounded steps; a cursor says where the next goes on. Looks, and mends on request.
 */
import * as z from 'zod';
import { InvalidInputError } from '../../core/errors.ts';
import type { Tenant } from '../../core/identity/types.ts';
import type { Services } from '../../platform/services.ts';
import type { CheckRequest, CheckView } from '../../shared/admin-api.ts';
import { checkIndex } from './check-index.ts';
import { checkItems } from './check-items.ts';
import { checkOutbox } from './check-outbox.ts';
import { checkRaws } from './check-raws.ts';
import { checkRows } from './check-rows.ts';
import type { Checked, CheckPart } from './finding.ts';

const PARTS = ['rows', 'items', 'index', 'raws', 'outbox'] as const;
type Part = (typeof PARTS)[number];

/** Those of one mailbox; the others are of a tenant as a whole. */
const OF_MAILBOX: readonly Part[] = ['rows', 'items', 'index'];

const CHECKS: Record<Part, CheckPart> = {
  rows: checkRows,
  items: checkItems,
  index: checkIndex,
  raws: checkRaws,
  outbox: checkOutbox,
};

const cursorSchema = z.strictObject({
  tenantId: z.string().max(64),
  /** The user whose turn it is; '' before the first. */
  address: z.string().max(320),
  part: z.enum(PARTS),
  /** Where the part goes on; null at its beginning. */
  at: z.string().max(2000).nullable(),
});
type Cursor = z.infer<typeof cursorSchema>;

export async function checkStep(services: Services, request: CheckRequest): Promise<CheckView> {
  const tenants = await tenantsOf(services, request);
  const first = tenants[0];
  if (first === undefined) return { cursor: null, findings: [], mailboxes: 0, items: 0 };
  const cursor = request.cursor === null ? await start(services, first, request) : parse(request.cursor);
  const tenant = tenants.find((one) => one.tenantId === cursor.tenantId);
  if (tenant === undefined) throw new InvalidInputError('not a cursor of a check');
  const user = (await services.directory.findLogin(cursor.address))?.user;
  const mailboxId = OF_MAILBOX.includes(cursor.part) ? user?.userId : undefined;
  // A user who went meanwhile has nothing to be checked.
  const skipped = OF_MAILBOX.includes(cursor.part) && mailboxId === undefined;
  const checked: Checked = skipped
    ? { findings: [], items: 0, next: null }
    : await CHECKS[cursor.part](
        services,
        { tenantId: tenant.tenantId, mailboxId: mailboxId ?? '', shard: tenant.mailShard },
        { at: cursor.at, mend: request.mend, young: request.young },
      );
  const next =
    checked.next === null
      ? await following(services, tenants, cursor, request)
      : { ...cursor, at: checked.next };
  return {
    cursor: next === null ? null : JSON.stringify(next),
    findings: checked.findings,
    mailboxes: cursor.part === 'rows' && !skipped ? 1 : 0,
    items: checked.items,
  };
}

async function tenantsOf(services: Services, { tenantId }: CheckRequest): Promise<Tenant[]> {
  const all = await services.directory.listTenants();
  const asked = tenantId === null ? all : all.filter((tenant) => tenant.tenantId === tenantId);
  return asked.sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
}

async function start(services: Services, tenant: Tenant, { address }: CheckRequest): Promise<Cursor> {
  const { tenantId } = tenant;
  if (address !== null) return { tenantId, address, part: 'rows', at: null };
  const [user] = await services.directory.listUsers(tenantId, '', 1);
  return user === undefined
    ? { tenantId, address: '', part: 'raws', at: null }
    : { tenantId, address: user.address, part: 'rows', at: null };
}

/** The next part of the mailbox, the next mailbox, the parts of the tenant, the next tenant. */
async function following(
  services: Services,
  tenants: readonly Tenant[],
  { tenantId, address, part }: Cursor,
  request: CheckRequest,
): Promise<Cursor | null> {
  const next = PARTS[PARTS.indexOf(part) + 1];
  if (next !== undefined && part !== 'index') return { tenantId, address, part: next, at: null };
  if (request.address !== null) return null;
  if (part === 'index') {
    const [user] = await services.directory.listUsers(tenantId, address, 1);
    return user === undefined
      ? { tenantId, address, part: 'raws', at: null }
      : { tenantId, address: user.address, part: 'rows', at: null };
  }
  const tenant = tenants[tenants.findIndex((one) => one.tenantId === tenantId) + 1];
  return tenant === undefined ? null : start(services, tenant, request);
}

function parse(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(text));
  } catch {
    throw new InvalidInputError('not a cursor of a check');
  }
}
