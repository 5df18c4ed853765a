import type { Credential, Tenant, User } from '../identity/types.ts';

/** What decides whether one who has signed in still may. */
export interface SignInState {
  tenant: Tenant;
  user: User;
  /** null when it is gone, or none was asked for. */
  credential: Credential | null;
  /** The settings SIGN_IN_SETTING (core/identity/sign-in.ts) of the tenant and of the user; null where there is none. */
  settings: { tenant: unknown; user: unknown };
}

/** Passwords and app passwords. */
export interface CredentialDirectory {
  /** `password` replaces an earlier password; `app` adds one. */
  putCredential(credential: Credential): Promise<void>;
  /** One read. null when there is no such user. */
  signInState(tenantId: string, userId: string, credentialId: string | null): Promise<SignInState | null>;
  /** In order of creation. */
  listCredentials(tenantId: string, userId: string): Promise<Credential[]>;
  /** False when the user has no such app password. A password is replaced, never deleted. */
  deleteAppPassword(tenantId: string, userId: string, credentialId: string): Promise<boolean>;
  /** All of the user. How many there were. */
  deleteAppPasswords(tenantId: string, userId: string): Promise<number>;
  /** Gives a credential that binds to a device its device, unless it has one. Whether it is this one now. */
  bindCredential(tenantId: string, userId: string, credentialId: string, deviceId: string): Promise<boolean>;
  /** Notes a use at `at`, unless one was noted after `before`. */
  touchCredential(
    tenantId: string,
    userId: string,
    credentialId: string,
    at: number,
    before: number,
  ): Promise<void>;
}
