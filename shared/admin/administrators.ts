/** What a user may do beyond their own mailbox. */
export interface RoleView {
  /** null when the user is gone. */
  address: string | null;
  role: 'admin' | 'support';
  in: 'installation' | 'tenant' | 'domain';
  domain: string | null;
  grantedBy: string;
  grantedAt: number;
}

/** One role in each place: it replaces what the user had there. Without `domain`, that of the address. */
export interface SetRole {
  role: 'admin' | 'support';
  in: 'installation' | 'tenant' | 'domain';
  domain?: string | undefined;
}

/** A token of a program. */
export interface ServiceTokenView {
  tokenId: string;
  name: string;
  role: 'admin' | 'support';
  /** null: the whole installation. */
  tenantId: string | null;
  domain: string | null;
  /** Parts of the API; null: all. */
  topics: string[] | null;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  /** To within an hour. */
  lastUsedAt: number | null;
}

export interface CreateServiceToken {
  name: string;
  role: 'admin' | 'support';
  tenantId?: string | undefined;
  domain?: string | undefined;
  topics?: string[] | undefined;
  /** After so many days it opens nothing any more. */
  days?: number | undefined;
}

export interface NewServiceTokenView extends ServiceTokenView {
  /** Shown once: only its hash is kept. */
  token: string;
}
