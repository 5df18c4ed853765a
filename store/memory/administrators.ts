import { ConflictError } from '../../core/errors.ts';
import type { Area } from '../../core/identity/roles.ts';
import type { AdministratorDirectory, RoleGrant, ServiceToken } from '../../core/ports/administrators.ts';
import { LIMITS } from '../normalise.ts';
import { compareText, fitText } from '../text.ts';
import { type Erasable, erasableRows, isOfUser } from './erasures.ts';

/** Roles and tokens of programs in memory. */
export function createMemoryAdministrators(erasables: Erasable[]): AdministratorDirectory {
  const roles = new Map<string, RoleGrant>();
  erasables.push(erasableRows('directory.role_grants', roles, isOfUser));
  const tokens = new Map<string, ServiceToken>();
  const keyOf = (...parts: string[]) => JSON.stringify(parts);
  const areaKey = (area: Area) =>
    area.kind === 'installation' ? '1' : `0${area.kind === 'domain' ? area.domain : ''}`;
  const tokenKey = (tenantId: string | null, tokenId: string) => keyOf(tenantId ?? '', tokenId);
  const tenantOf = ({ area }: ServiceToken) => (area.kind === 'installation' ? null : area.tenantId);
  const some = (wanted: (role: RoleGrant) => boolean) =>
    structuredClone(
      [...roles.values()]
        .filter(wanted)
        .sort((a, b) => compareText(a.userId, b.userId) || compareText(areaKey(a.area), areaKey(b.area))),
    );
  return {
    async putRole(grant) {
      roles.set(keyOf(grant.tenantId, grant.userId, areaKey(grant.area)), {
        ...structuredClone(grant),
        grantedBy: fitText(grant.grantedBy, LIMITS.shortText),
      });
    },
    removeRole: async (tenantId, userId, area) => roles.delete(keyOf(tenantId, userId, areaKey(area))),
    rolesOf: async (tenantId, userId) => some((one) => one.tenantId === tenantId && one.userId === userId),
    listRoles: async (tenantId) => some((one) => one.tenantId === tenantId),

    async putServiceToken(token) {
      const key = tokenKey(tenantOf(token), token.tokenId);
      const taken = [...tokens.values()].some((one) => one.secretHash === token.secretHash);
      if (taken || tokens.has(key)) throw new ConflictError('there is such a token');
      const texts = {
        name: fitText(token.name, LIMITS.shortText),
        createdBy: fitText(token.createdBy, LIMITS.shortText),
      };
      tokens.set(key, { ...structuredClone(token), ...texts });
    },
    findServiceToken: async (secretHash) =>
      structuredClone([...tokens.values()].find((one) => one.secretHash === secretHash) ?? null),
    listServiceTokens: async (tenantId) =>
      structuredClone(
        [...tokens.values()]
          .filter((one) => tenantOf(one) === tenantId)
          .sort((a, b) => b.createdAt - a.createdAt || compareText(b.tokenId, a.tokenId)),
      ),
    removeServiceToken: async (tenantId, tokenId) => tokens.delete(tokenKey(tenantId, tokenId)),
    async touchServiceToken(tenantId, tokenId, at) {
      const token = tokens.get(tokenKey(tenantId, tokenId));
      if (token !== undefined) token.lastUsedAt = at;
    },
  };
}
