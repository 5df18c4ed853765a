import { SIGN_IN_SETTING } from '../../core/identity/sign-in.ts';
import type { Credential, Tenant, User } from '../../core/identity/types.ts';
import type { CredentialDirectory } from '../../core/ports/credentials.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows, isOfUser } from './erasures.ts';

interface Rows {
  credentials: Map<string, Credential>;
  tenants: Map<string, Tenant>;
  userOf(tenantId: string, userId: string): User | undefined;
  tenantSetting(tenantId: string, name: string): unknown;
  userSetting(tenantId: string, userId: string, name: string): Promise<unknown>;
}

/** Passwords and app passwords in memory. */
export function createMemoryCredentials(rows: Rows, erasables: Erasable[]): CredentialDirectory {
  const { credentials } = rows;
  erasables.push(erasableRows('directory.credentials', credentials, isOfUser));
  const theirs = (tenantId: string, userId: string) =>
    [...credentials.values()].filter((c) => c.tenantId === tenantId && c.userId === userId);
  const one = (tenantId: string, userId: string, credentialId: string | null) =>
    theirs(tenantId, userId).find((c) => c.credentialId === credentialId);

  return {
    async putCredential(credential) {
      const { credentialId, tenantId, userId, kind } = credential;
      for (const other of theirs(tenantId, userId)) {
        if (kind === 'password' && other.kind === 'password') credentials.delete(other.credentialId);
      }
      if (credentials.has(credentialId)) return;
      credentials.set(credentialId, { ...credential, label: fitText(credential.label, 1024) });
    },
    async signInState(tenantId, userId, credentialId) {
      const tenant = rows.tenants.get(tenantId);
      const user = rows.userOf(tenantId, userId);
      if (tenant === undefined || user === undefined) return null;
      return structuredClone({
        ...{ tenant, user },
        credential: one(tenantId, userId, credentialId) ?? null,
        settings: {
          tenant: rows.tenantSetting(tenantId, SIGN_IN_SETTING),
          user: await rows.userSetting(tenantId, userId, SIGN_IN_SETTING),
        },
      });
    },
    listCredentials: async (tenantId, userId) =>
      structuredClone(
        theirs(tenantId, userId).sort(
          (a, b) => a.createdAt - b.createdAt || compareText(a.credentialId, b.credentialId),
        ),
      ),
    async deleteAppPassword(tenantId, userId, credentialId) {
      const found = one(tenantId, userId, credentialId);
      return found?.kind === 'app' && credentials.delete(credentialId);
    },
    async deleteAppPasswords(tenantId, userId) {
      const apps = theirs(tenantId, userId).filter(({ kind }) => kind === 'app');
      for (const { credentialId } of apps) credentials.delete(credentialId);
      return apps.length;
    },
    async bindCredential(tenantId, userId, credentialId, deviceId) {
      const found = one(tenantId, userId, credentialId);
      if (found?.bindsDevice !== true) return false;
      found.deviceId ??= deviceId;
      return found.deviceId === deviceId;
    },
    async touchCredential(tenantId, userId, credentialId, at, before) {
      const found = one(tenantId, userId, credentialId);
      if (found !== undefined && (found.lastUsedAt ?? 0) <= before) found.lastUsedAt = at;
    },
  };
}
