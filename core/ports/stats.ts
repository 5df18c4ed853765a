import type { User } from '../identity/types.ts';

/** What the directory can count. */
export interface DirectoryCounts {
  users: Record<User['status'], number>;
  domains: number;
  groups: number;
  /** One for each state and version, in order of them. */
  devices: {
    /** What was decided of them. */
    access: string;
    protocolVersion: string;
    count: number;
    /** Of them, since the time that was asked for. */
    seen: number;
  }[];
}

/** Numbers for administrators. Part of the directory. */
export interface StatsDirectory {
  /**
   * Of these tenants together; each count reads entries of one index alone.
   *
   * @param seenSince milliseconds since the epoch
   */
  countTenants(tenantIds: readonly string[], seenSince: number): Promise<DirectoryCounts>;
}
