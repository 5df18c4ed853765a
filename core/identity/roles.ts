/**
 * What somebody may do with the installation beyond their own mailbox. `support` looks and helps, `admin` also changes;
 * a role holds in one area, and everything in it.
 */
export type Role = 'admin' | 'support';

/** The whole installation, a tenant, or a domain of a tenant. */
export type Area =
  | { kind: 'installation' }
  | { kind: 'tenant'; tenantId: string }
  | { kind: 'domain'; tenantId: string; domain: string };

export interface Grant {
  role: Role;
  area: Area;
}

/**
 * `read`: settings and states; `help`: what lets a user go on working and changes no right of theirs (let a device in,
 * send again); `write`: everything else that changes; `content`: mail itself.
 */
export type Right = 'read' | 'help' | 'write' | 'content';

const RIGHTS: Record<Role, ReadonlySet<Right>> = {
  support: new Set(['read', 'help']),
  admin: new Set(['read', 'help', 'write', 'content']),
};

/** What is acted upon. `domain`: the one that an address is in; null for what belongs to a whole tenant. */
export type Target = { kind: 'installation' } | { kind: 'tenant'; tenantId: string; domain: string | null };

/** Whether the grants let their holder act (A39): nothing is allowed that no grant says. */
export function mayAct(grants: readonly Grant[], right: Right, target: Target): boolean {
  return grants.some(({ role, area }) => RIGHTS[role].has(right) && covers(area, target));
}

function covers(area: Area, target: Target): boolean {
  if (area.kind === 'installation') return true;
  if (target.kind === 'installation' || area.tenantId !== target.tenantId) return false;
  return area.kind === 'tenant' || area.domain === target.domain;
}

/** Whether one may give a grant away: nobody gives more than they have (A39). */
export function mayGrant(own: readonly Grant[], { role, area }: Grant): boolean {
  const target: Target =
    area.kind === 'installation'
      ? area
      : { kind: 'tenant', tenantId: area.tenantId, domain: area.kind === 'domain' ? area.domain : null };
  return own.some((mine) => mine.role === 'admin' && covers(mine.area, target) && ROLES.has(role));
}

const ROLES: ReadonlySet<Role> = new Set(['admin', 'support']);

/** Tenants in which something may be read; null: all of them. */
export function tenantsOf(grants: readonly Grant[]): ReadonlySet<string> | null {
  const tenants = new Set<string>();
  for (const { area } of grants) {
    if (area.kind === 'installation') return null;
    tenants.add(area.tenantId);
  }
  return tenants;
}

/** Domain of an address, for a target. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
