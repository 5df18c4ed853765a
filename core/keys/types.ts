import type { DirectoryStore } from '../ports/directory.ts';
import type { DkimKeyStore } from '../ports/dkim.ts';
import type { TenantSeal } from '../ports/tenant-keys.ts';

export interface KeyServices {
  directory: DirectoryStore;
  dkimKeys: DkimKeyStore;
  seal: TenantSeal;
  now(): number;
}

/** A secret as it lies there. */
export interface SealedValue {
  owner: string;
  sealed: string;
  /** Puts another in its place, unless somebody else has changed it. */
  replace(sealed: string): Promise<boolean>;
}

/** Where secrets of one kind are kept. */
export interface SealedSource {
  /** One of SEALED_KINDS. */
  kind: string;
  /** The next of a tenant; `after` of the last one; null: that is all. */
  page(tenantId: string, after: string): Promise<{ values: SealedValue[]; next: string | null }>;
}
