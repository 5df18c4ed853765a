import { and, eq, isNull, lte, or } from 'drizzle-orm';
import { SIGN_IN_SETTING } from '../../../core/identity/sign-in.ts';
import type { Credential, SignInProtocol, Tenant, User } from '../../../core/identity/types.ts';
import type { CredentialDirectory } from '../../../core/ports/credentials.ts';
import type { DirectoryTables } from '../../schema/directory.ts';
import { fitText } from '../../text.ts';
import { type DirectoryContext, tenantFields } from './tenants.ts';
import { userFields } from './users.ts';

export function credentialFields({ credentials }: DirectoryTables) {
  return {
    credentialId: credentials.credentialId,
    tenantId: credentials.tenantId,
    userId: credentials.userId,
    kind: credentials.kind,
    secretHash: credentials.secretHash,
    label: credentials.label,
    createdAt: credentials.createdAt,
    protocols: credentials.protocols,
    bindsDevice: credentials.bindsDevice,
    deviceId: credentials.deviceId,
    expiresAt: credentials.expiresAt,
    lastUsedAt: credentials.lastUsedAt,
  };
}

type Row = Omit<Credential, 'kind' | 'protocols' | 'bindsDevice'> & {
  kind: string;
  protocols: string | null;
  bindsDevice: number;
};

export function credentialOf({ kind, protocols, bindsDevice, ...row }: Row): Credential {
  return {
    ...row,
    kind: kind as Credential['kind'],
    protocols: protocols === null ? null : (protocols.split(',') as SignInProtocol[]),
    bindsDevice: bindsDevice === 1,
  };
}

export function createCredentials({ executor, tables }: DirectoryContext): CredentialDirectory {
  const { build } = executor;
  const { credentials, tenants, users, tenantSettings, userSettings } = tables;
  const ofUser = (tenantId: string, userId: string) =>
    and(eq(credentials.tenantId, tenantId), eq(credentials.userId, userId));
  const one = (tenantId: string, userId: string, credentialId: string) =>
    and(ofUser(tenantId, userId), eq(credentials.credentialId, credentialId));

  return {
    // Replacing the password deletes the old one in the same write, so that there is never none and never two.
    async putCredential({ label, protocols, bindsDevice, ...credential }) {
      const { tenantId, userId, kind } = credential;
      const insert = build
        .insert(credentials)
        .values({
          ...credential,
          label: fitText(label, 1024),
          protocols: protocols === null ? null : protocols.join(','),
          bindsDevice: bindsDevice ? 1 : 0,
        })
        .onConflictDoNothing();
      const drop = build
        .delete(credentials)
        .where(and(ofUser(tenantId, userId), eq(credentials.kind, 'password')));
      await executor.atomic(kind === 'password' ? [drop, insert] : [insert]);
    },

    async signInState(tenantId, userId, credentialId) {
      const [tenantRows, userRows, credentialRows, ofTenant, ofTheUser] = await executor.read(
        build.select(tenantFields(tables)).from(tenants).where(eq(tenants.tenantId, tenantId)),
        build
          .select(userFields(tables))
          .from(users)
          .where(and(eq(users.tenantId, tenantId), eq(users.userId, userId))),
        build
          .select(credentialFields(tables))
          .from(credentials)
          .where(one(tenantId, userId, credentialId ?? '')),
        build
          .select({ value: tenantSettings.value })
          .from(tenantSettings)
          .where(and(eq(tenantSettings.tenantId, tenantId), eq(tenantSettings.name, SIGN_IN_SETTING))),
        build
          .select({ value: userSettings.value })
          .from(userSettings)
          .where(
            and(
              eq(userSettings.tenantId, tenantId),
              eq(userSettings.userId, userId),
              eq(userSettings.name, SIGN_IN_SETTING),
            ),
          ),
      );
      const tenant = tenantRows[0] as Tenant | undefined;
      const user = userRows[0] as User | undefined;
      if (tenant === undefined || user === undefined) return null;
      const [row] = credentialRows;
      return {
        ...{ tenant, user },
        credential: row === undefined ? null : credentialOf(row as Row),
        settings: { tenant: parsed(ofTenant[0]?.value), user: parsed(ofTheUser[0]?.value) },
      };
    },

    async listCredentials(tenantId, userId) {
      const rows = await executor.all(
        build
          .select(credentialFields(tables))
          .from(credentials)
          .where(ofUser(tenantId, userId))
          .orderBy(credentials.createdAt, credentials.credentialId),
      );
      return rows.map((row) => credentialOf(row as Row));
    },

    async deleteAppPassword(tenantId, userId, credentialId) {
      const [deleted] = await executor.atomic([
        build
          .delete(credentials)
          .where(and(one(tenantId, userId, credentialId), eq(credentials.kind, 'app'))),
      ]);
      return (deleted?.changes ?? 0) > 0;
    },

    async deleteAppPasswords(tenantId, userId) {
      const [deleted] = await executor.atomic([
        build.delete(credentials).where(and(ofUser(tenantId, userId), eq(credentials.kind, 'app'))),
      ]);
      return deleted?.changes ?? 0;
    },

    async bindCredential(tenantId, userId, credentialId, deviceId) {
      // Also true when it was bound to this device before: two of its requests may come at once.
      const [bound] = await executor.atomic([
        build
          .update(credentials)
          .set({ deviceId })
          .where(
            and(
              one(tenantId, userId, credentialId),
              eq(credentials.bindsDevice, 1),
              or(isNull(credentials.deviceId), eq(credentials.deviceId, deviceId)),
            ),
          ),
      ]);
      return (bound?.changes ?? 0) > 0;
    },

    async touchCredential(tenantId, userId, credentialId, at, before) {
      await executor.atomic([
        build
          .update(credentials)
          .set({ lastUsedAt: at })
          .where(
            and(
              one(tenantId, userId, credentialId),
              or(isNull(credentials.lastUsedAt), lte(credentials.lastUsedAt, before)),
            ),
          ),
      ]);
    },
  };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? null : (JSON.parse(json) as unknown);
}
