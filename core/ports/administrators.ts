import type { Area, Grant } from '../identity/roles.ts';

/** A role of a user. Its area is the installation, or the user's own tenant or a domain of it. */
export interface RoleGrant extends Grant {
  /** Tenant of the user. */
  tenantId: string;
  userId: string;
  grantedBy: string;
  /** Milliseconds since the epoch. */
  grantedAt: number;
}

/** A token of a program that uses the admin API. */
export interface ServiceToken extends Grant {
  tokenId: string;
  name: string;
  /** Lower-case hex SHA-256; the token itself is shown once and kept nowhere. */
  secretHash: string;
  /** Parts of the API that it may use (`users`, `devices`, …); null: all. */
  topics: string[] | null;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

/** Who may act on more than their own mailbox. Part of the directory. */
export interface AdministratorDirectory {
  /** Replaces the role that the user had in the same area. */
  putRole(grant: RoleGrant): Promise<void>;
  /** False when the user has no role in this very area. */
  removeRole(tenantId: string, userId: string, area: Area): Promise<boolean>;
  rolesOf(tenantId: string, userId: string): Promise<RoleGrant[]>;
  /** Of all users of a tenant, by user and area. */
  listRoles(tenantId: string): Promise<RoleGrant[]>;

  /** Rejects with ConflictError when the token is there. */
  putServiceToken(token: ServiceToken): Promise<void>;
  findServiceToken(secretHash: string): Promise<ServiceToken | null>;
  /** Of a tenant and its domains, null: those of the installation; the newest first. */
  listServiceTokens(tenantId: string | null): Promise<ServiceToken[]>;
  /** False when there is no such token. */
  removeServiceToken(tenantId: string | null, tokenId: string): Promise<boolean>;
  touchServiceToken(tenantId: string | null, tokenId: string, at: number): Promise<void>;
}
