import { ConflictError } from '../../../core/errors.ts';
import type { Tenant, User } from '../../../core/identity/types.ts';
import { newAppPassword } from '../../../platform/app-password.ts';
import { forgetUser } from '../../../platform/auth/authenticate.ts';
import { newId } from '../../../platform/ids.ts';
import type { ImportedUser } from '../../../shared/admin-api.ts';
import type { AdminContext } from '../context.ts';
import { revokeUser } from '../revoke.ts';
import type { Plan, Table } from './plan.ts';

interface Wanted {
  tenant: Tenant;
  update: boolean;
  generate: boolean;
}

/** What becomes of a row, without doing it. */
export function outcomeOf({ line, row, user, changes, faults }: Plan, update: boolean): ImportedUser {
  const done =
    user === null ? 'created' : changes.length === 0 ? 'unchanged' : update ? 'updated' : 'differs';
  const outcome = faults.length > 0 ? 'faulty' : done;
  return {
    line,
    address: row.address,
    outcome,
    changes: user === null ? [] : changes,
    faults,
    password: null,
  };
}

/**
 * Does what a row asks for. Somebody else may have been quicker since it was looked at: then it is at fault after all.
 * A row that was done half comes again as one that differs.
 */
export async function applyRow(
  admin: AdminContext,
  table: Table,
  plan: Plan,
  wanted: Wanted,
): Promise<ImportedUser> {
  const result = outcomeOf(plan, wanted.update);
  if (result.outcome !== 'created' && result.outcome !== 'updated') return result;
  try {
    const password = plan.user === null ? await create(admin, plan, wanted) : null;
    if (plan.user !== null) await update(admin, plan, plan.user, wanted.tenant);
    await complete(admin, table, plan, wanted.tenant);
    return { ...result, password };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const faults = [{ column: 'address', message: error.message }];
    return { ...result, outcome: 'faulty', faults };
  }
}

/** The password, where one was made. */
async function create(admin: AdminContext, plan: Plan, { tenant, generate }: Wanted): Promise<string | null> {
  const { directory, mail, now } = admin.services;
  const { row } = plan;
  const user: User = {
    ...{ userId: newId(), tenantId: tenant.tenantId, address: row.address, displayName: row.name ?? '' },
    ...{ status: row.status ?? 'active', quotaBytes: row.quota ?? null, createdAt: now() },
  };
  const ref = { tenantId: user.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
  // The mailbox first: mail may arrive the moment the user exists.
  await mail.mailbox(ref).create(now());
  await directory.createUser(user);
  plan.user = user;
  const makes = generate && row.password === undefined && row.passwordHash === undefined;
  const made = makes ? newAppPassword() : null;
  const password = row.password ?? made;
  const secretHash =
    row.passwordHash ?? (password === null ? undefined : await admin.hooks.hashPassword(password));
  if (secretHash !== undefined) {
    await directory.putCredential({
      ...{ credentialId: newId(), tenantId: user.tenantId, userId: user.userId, kind: 'password' },
      ...{ secretHash, label: '', createdAt: now(), protocols: null, bindsDevice: false, deviceId: null },
      ...{ expiresAt: null, lastUsedAt: null },
    });
  }
  return made;
}

async function update(admin: AdminContext, plan: Plan, user: User, tenant: Tenant): Promise<void> {
  const { directory } = admin.services;
  const { tenantId, userId } = user;
  const { row, changes } = plan;
  if (changes.includes('name')) await directory.setDisplayName(tenantId, userId, row.name ?? '');
  if (changes.includes('quota')) await directory.setQuota(tenantId, userId, row.quota ?? null);
  if (changes.includes('status') && row.status !== undefined) {
    await directory.setUserStatus(tenantId, userId, row.status);
    forgetUser(admin.services, userId);
    await revokeUser(admin.services, tenant, userId);
  }
}

/** Writes the members of groups that rows have changed: once for each, since all of a group are written together. */
export async function saveGroups({ directory, tenantId, groups }: Table): Promise<void> {
  for (const entry of groups.values()) {
    if (entry?.isChanged === true)
      await directory.setGroupMembers(tenantId, entry.group.groupId, [...entry.members]);
  }
}

/** What is the same for new users and others. */
async function complete(admin: AdminContext, table: Table, plan: Plan, { tenantId }: Tenant): Promise<void> {
  const { directory, now } = admin.services;
  const { user, row } = plan;
  if (user === null) return;
  for (const address of plan.aliases) {
    await directory.createAlias({ address, tenantId, userId: user.userId, enabled: true });
  }
  for (const name of plan.groups) {
    const entry = table.groups.get(name);
    if (entry === null || entry === undefined) continue;
    entry.members.add(user.address);
    entry.isChanged = true;
  }
  if (plan.changes.includes('role') && row.role !== undefined) {
    await directory.putRole({
      ...{ tenantId, userId: user.userId, role: row.role, area: { kind: 'tenant', tenantId } },
      ...{ grantedBy: table.caller.actor, grantedAt: now() },
    });
  }
}
