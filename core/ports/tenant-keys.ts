import type { Seal } from './seal.ts';

/** A key that secrets of one tenant are sealed under, itself sealed under the secret of the installation. */
export interface TenantKey {
  tenantId: string;
  /** From 1; the highest seals, the others open what is left of them. */
  generation: number;
  /** The key, sealed for `tenant-key/<tenantId>/<generation>`. */
  wrapped: string;
  /** Of the secret that it is sealed under (SecretSeal). */
  secretId: string;
  createdAt: number;
}

export interface TenantKeyDirectory {
  /** By generation. */
  listTenantKeys(tenantId: string): Promise<TenantKey[]>;
  /** False, and nothing done, when the tenant has a key of this generation. */
  addTenantKey(key: TenantKey): Promise<boolean>;
  /** The same key under another secret. False, and nothing done, unless it is wrapped as `from` says. */
  rewrapTenantKey(key: TenantKey, from: string): Promise<boolean>;
  /** What is still sealed under it never opens again. */
  removeTenantKey(tenantId: string, generation: number): Promise<boolean>;
}

/** Seals under the keys of tenants (envelope encryption): `v2.<generation>.…`. */
export interface TenantSeal extends Seal {
  /** The tenant's next key seals from now on: in every isolate after at most a minute. Its generation. */
  rotate(tenantId: string): Promise<number>;
  /** Wraps the tenant's keys with the installation's secret of today. How many were under another. */
  rewrap(tenantId: string): Promise<number>;
  /** Of the installation's secret of today. */
  secretId(): Promise<string>;
  /** Which key opens the value; 0: the secret of the installation. */
  generationOf(sealed: string): number;
}
