import type { Context } from 'hono';
import * as z from 'zod';
import { CsvError, readCsv } from '../../../codecs/csv/index.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { MAX_MEMBERS } from '../../../core/groups/expand.ts';
import { importUsersBody, MAX_IMPORT_USERS } from '../../../shared/admin/user-import.ts';
import type { ExportedUser, ImportedUser, ImportUsersView, Page } from '../../../shared/admin-api.ts';
import { type AddRoutes, type AdminEnv, by } from '../context.ts';
import { readJson, readQuery } from '../input.ts';
import { applyRow, outcomeOf, saveGroups } from '../user-table/apply.ts';
import { planRow, type Table } from '../user-table/plan.ts';
import { requireTenant } from './devices.ts';

const flag = z.enum(['true', 'false']).default('false');
/** Of a table that comes as such. */
export const csvQuery = z.strictObject({ dryRun: flag, update: flag, generate: flag });
/** Users of one page, each of whom costs a look at aliases. */
const MAX_EXPORTED = 100;
export const exportQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_EXPORTED).default(MAX_EXPORTED),
  cursor: z.string().max(320).optional(),
});

/** Users as a table, in and out. */
export const addUserTableRoutes: AddRoutes = (app, admin) => {
  const { directory } = admin.services;

  app.post('/tenants/:tenantId/users/import', async (c) => {
    const { rows, dryRun, update, generate } = await bodyOf(c);
    const tenant = await requireTenant(directory, c.req.param('tenantId'));
    const { tenantId } = tenant;
    const table: Table = {
      ...{ directory, tenantId, caller: c.get('caller'), taken: new Map() },
      ...{ groups: new Map(), domains: new Map() },
    };
    const results: ImportedUser[] = [];
    try {
      // One after the other: each may take an address that the next one wants.
      for (const row of rows) {
        const plan = await planRow(table, row);
        const result = dryRun
          ? outcomeOf(plan, update)
          : await applyRow(admin, table, plan, { tenant, update, generate });
        results.push(result);
        const { outcome, changes } = result;
        if (dryRun || plan.user === null || (outcome !== 'created' && outcome !== 'updated')) continue;
        await admin.audit({
          ...by(c),
          tenantId,
          action: outcome === 'created' ? 'user.create' : 'user.update',
          resource: `user/${plan.user.userId}`,
          details: { address: plan.user.address, imported: true, changes: changes.join(' ') },
        });
      }
    } finally {
      // Also of the rows before one at which a store did not answer.
      await saveGroups(table);
    }
    return c.json<ImportUsersView>({ dryRun, results });
  });

  app.get('/tenants/:tenantId/users/export', async (c) => {
    const { limit, cursor } = readQuery(c, exportQuery);
    const { tenantId } = await requireTenant(directory, c.req.param('tenantId'));
    const users = await directory.listUsers(tenantId, cursor ?? '', limit);
    const groupsOf = await memberships(directory, tenantId);
    const roles = new Map(
      (await directory.listRoles(tenantId))
        .filter(({ area }) => area.kind === 'tenant')
        .map(({ userId, role }) => [userId, role]),
    );
    const items: ExportedUser[] = [];
    for (const { userId, address, displayName, quotaBytes, status } of users) {
      const aliases = await directory.listAliases(tenantId, userId);
      items.push({
        ...{ address, name: displayName, quota: quotaBytes === null ? 'none' : String(quotaBytes) },
        ...{ aliases: aliases.map((alias) => alias.address), groups: groupsOf.get(address) ?? [] },
        ...{ status, role: roles.get(userId) ?? '' },
      });
    }
    const last = users.length < limit ? undefined : users.at(-1)?.address;
    return c.json<Page<ExportedUser>>({ items, cursor: last ?? null });
  });
};

async function memberships(
  directory: Parameters<typeof requireTenant>[0],
  tenantId: string,
): Promise<Map<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (const { groupId, address } of await directory.listGroups(tenantId)) {
    for (const member of await directory.groupMembers(tenantId, groupId, MAX_MEMBERS)) {
      groups.set(member, [...(groups.get(member) ?? []), address]);
    }
  }
  return groups;
}

/** JSON, or the table itself. */
async function bodyOf(c: Context<AdminEnv>): Promise<z.output<typeof importUsersBody>> {
  if (!/^text\/csv(;|$)/i.test(c.req.header('content-type') ?? '')) return readJson(c, importUsersBody);
  const query = readQuery(c, csvQuery);
  const rows = rowsOf(await c.req.text());
  if (rows.length === 0) throw new InvalidInputError('the table has no rows');
  if (rows.length > MAX_IMPORT_USERS)
    throw new InvalidInputError(`the table has more than ${MAX_IMPORT_USERS} rows: send it in parts`);
  return {
    rows,
    ...{
      dryRun: query.dryRun === 'true',
      update: query.update === 'true',
      generate: query.generate === 'true',
    },
  };
}

function rowsOf(text: string): { line: number; values: Record<string, string> }[] {
  try {
    const [header, ...records] = readCsv(text);
    const names = header?.fields ?? [];
    return records.map(({ line, fields }) => {
      if (fields.length > names.length) throw new CsvError(line, 'it has more fields than the header');
      return { line, values: Object.fromEntries(names.map((name, i) => [name, fields[i] ?? ''])) };
    });
  } catch (error) {
    if (error instanceof CsvError) throw new InvalidInputError(error.message);
    throw error;
  }
}
