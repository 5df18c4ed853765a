import { and, asc, desc, eq } from 'drizzle-orm';
import { ConflictError } from '../../../core/errors.ts';
import type { Area, Role } from '../../../core/identity/roles.ts';
import type { AdministratorDirectory, RoleGrant, ServiceToken } from '../../../core/ports/administrators.ts';
import { LIMITS } from '../../normalise.ts';
import { fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

/** Tenant of a token of the installation, and domain of what holds in a whole tenant. */
const NONE = '';

export function createAdministrators({ executor, tables }: DirectoryContext): AdministratorDirectory {
  const { roleGrants, serviceTokens } = tables;
  const tokenFields = { ...columns(serviceTokens) };
  const isToken = (tenantId: string | null, tokenId: string) =>
    and(eq(serviceTokens.tenantId, tenantId ?? NONE), eq(serviceTokens.tokenId, tokenId));
  const roles = async (where: ReturnType<typeof and>): Promise<RoleGrant[]> => {
    const rows = await executor.all(
      executor.build
        .select({
          tenantId: roleGrants.tenantId,
          userId: roleGrants.userId,
          installation: roleGrants.installation,
          domain: roleGrants.domain,
          role: roleGrants.role,
          grantedBy: roleGrants.grantedBy,
          grantedAt: roleGrants.grantedAt,
        })
        .from(roleGrants)
        .where(where)
        .orderBy(asc(roleGrants.userId), asc(roleGrants.installation), asc(roleGrants.domain)),
    );
    return rows.map(({ installation, domain, role, ...row }) => ({
      ...row,
      role: roleOf(role),
      area: areaOf(installation === 1 ? null : row.tenantId, domain),
    }));
  };

  return {
    async putRole({ tenantId, userId, role, area, grantedBy, grantedAt }) {
      const values = { role, grantedBy: fitText(grantedBy, LIMITS.shortText), grantedAt };
      await executor.atomic([
        executor.build
          .insert(roleGrants)
          .values({ tenantId, userId, ...keyOf(area), ...values })
          .onConflictDoUpdate({
            target: [roleGrants.tenantId, roleGrants.userId, roleGrants.installation, roleGrants.domain],
            set: values,
          }),
      ]);
    },
    async removeRole(tenantId, userId, area) {
      const { installation, domain } = keyOf(area);
      const [gone] = await executor.atomic([
        executor.build
          .delete(roleGrants)
          .where(
            and(
              eq(roleGrants.tenantId, tenantId),
              eq(roleGrants.userId, userId),
              eq(roleGrants.installation, installation),
              eq(roleGrants.domain, domain),
            ),
          )
          .returning({ userId: roleGrants.userId }),
      ]);
      return gone?.rows.length === 1;
    },
    rolesOf: (tenantId, userId) =>
      roles(and(eq(roleGrants.tenantId, tenantId), eq(roleGrants.userId, userId))),
    listRoles: (tenantId) => roles(and(eq(roleGrants.tenantId, tenantId))),

    async putServiceToken({ area, topics, name, createdBy, ...token }) {
      const tenantId = area.kind === 'installation' ? NONE : area.tenantId;
      const { domain } = keyOf(area);
      const texts = {
        name: fitText(name, LIMITS.shortText),
        createdBy: fitText(createdBy, LIMITS.shortText),
      };
      const [made] = await executor.atomic([
        executor.build
          .insert(serviceTokens)
          .values({ ...token, ...texts, tenantId, domain, topics: JSON.stringify(topics) })
          .onConflictDoNothing()
          .returning({ tokenId: serviceTokens.tokenId }),
      ]);
      if (made?.rows.length !== 1) throw new ConflictError('there is such a token');
    },
    async findServiceToken(secretHash) {
      const [row] = await executor.all(
        executor.build
          .select(tokenFields)
          .from(serviceTokens)
          .where(eq(serviceTokens.secretHash, secretHash)),
      );
      return row === undefined ? null : tokenOf(row);
    },
    async listServiceTokens(tenantId) {
      const rows = await executor.all(
        executor.build
          .select(tokenFields)
          .from(serviceTokens)
          .where(eq(serviceTokens.tenantId, tenantId ?? NONE))
          .orderBy(desc(serviceTokens.createdAt), desc(serviceTokens.tokenId)),
      );
      return rows.map(tokenOf);
    },
    async removeServiceToken(tenantId, tokenId) {
      const [gone] = await executor.atomic([
        executor.build
          .delete(serviceTokens)
          .where(isToken(tenantId, tokenId))
          .returning({ tokenId: serviceTokens.tokenId }),
      ]);
      return gone?.rows.length === 1;
    },
    async touchServiceToken(tenantId, tokenId, at) {
      await executor.atomic([
        executor.build.update(serviceTokens).set({ lastUsedAt: at }).where(isToken(tenantId, tokenId)),
      ]);
    },
  };
}

function columns(t: DirectoryContext['tables']['serviceTokens']) {
  return {
    tenantId: t.tenantId,
    tokenId: t.tokenId,
    name: t.name,
    secretHash: t.secretHash,
    role: t.role,
    domain: t.domain,
    topics: t.topics,
    createdBy: t.createdBy,
    createdAt: t.createdAt,
    expiresAt: t.expiresAt,
    lastUsedAt: t.lastUsedAt,
  };
}

type TokenRow = Omit<ServiceToken, 'role' | 'area' | 'topics'> & {
  tenantId: string;
  domain: string;
  role: string;
  topics: string;
};

function tokenOf({ tenantId, domain, role, topics, ...row }: TokenRow): ServiceToken {
  return {
    ...row,
    role: roleOf(role),
    area: areaOf(tenantId === NONE ? null : tenantId, domain),
    topics: JSON.parse(topics) as string[] | null,
  };
}

/** Columns of an area. */
function keyOf(area: Area): { installation: number; domain: string } {
  return {
    installation: area.kind === 'installation' ? 1 : 0,
    domain: area.kind === 'domain' ? area.domain : NONE,
  };
}

function areaOf(tenantId: string | null, domain: string): Area {
  if (tenantId === null) return { kind: 'installation' };
  return domain === NONE ? { kind: 'tenant', tenantId } : { kind: 'domain', tenantId, domain };
}

/** What is not understood gives the lesser right. */
function roleOf(role: string): Role {
  return role === 'admin' ? 'admin' : 'support';
}
