import type { Tenant, User } from '../../../core/identity/types.ts';
import { canonicalAddress } from '../../../core/mail/recipients.ts';
import { authenticate } from '../../../platform/auth/authenticate.ts';
import { DataError } from '../../../shared/data/errors.ts';
import type { OperationOutput } from '../../../shared/data/operations.ts';
import type { Handler } from '../context.ts';
import { mayAsk, notThere } from '../scope.ts';

type UserView = OperationOutput<'lookupUser'>['user'];

// Each view names its fields: what is added to a row later is not shown by accident.
function userView({ userId, tenantId, address, displayName, status, quotaBytes, createdAt }: User): UserView {
  const shown = status === 'deleted' ? 'disabled' : status;
  return { id: userId, tenant: tenantId, address, displayName, status: shown, quotaBytes, createdAt };
}

function both(tenant: Tenant, user: User): OperationOutput<'login'> {
  const { tenantId: id, name, status } = tenant;
  return { user: userView(user), tenant: { id, name, status } };
}

/** By the one path on which everybody signs in, with its limits for failed attempts (A33, A34). */
export const login: Handler<'login'> = async ({ services, caller }, { address, password, clientAddress }) => {
  const bytes = new TextEncoder().encode(`${address}:${password}`);
  const headers = new Headers({ authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` });
  if (clientAddress !== undefined) headers.set('cf-connecting-ip', clientAddress);
  const request = new Request('https://data.invalid/', { headers });
  const result = await authenticate(request, services, { protocol: 'data' });
  if (result.kind === 'ok' && !address.includes(':') && mayAsk(caller, result.principal.tenant.tenantId)) {
    return both(result.principal.tenant, result.principal.user);
  }
  if ('retryAfterSeconds' in result) {
    const { retryAfterSeconds } = result;
    const why = result.kind === 'busy' ? 'too many requests' : 'too many failed attempts';
    throw new DataError('UNAVAILABLE', why, { status: 429, retryAfterSeconds });
  }
  throw new DataError('PERMISSION_DENIED', 'no such user, or not with this password');
};

export const getUser: Handler<'getUser'> = async ({ services, caller }, { tenant, id }) => {
  const found = await services.directory.getUser(tenant, id);
  if (found === null || !mayAsk(caller, tenant)) throw notThere();
  const aliases = await services.directory.listAliases(tenant, id);
  return {
    ...userView(found.user),
    aliases: aliases.filter(({ enabled }) => enabled).map(({ address }) => address),
  };
};

export const lookupUser: Handler<'lookupUser'> = async ({ services, caller }, { address, tenant }) => {
  const canonical = canonicalAddress(address);
  if (canonical === null) throw new DataError('INVALID_ARGUMENT', 'address: not an address');
  const found = await services.directory.findLogin(canonical);
  if (found === null || !mayAsk(caller, found.tenant.tenantId)) throw notThere();
  if (tenant !== undefined && tenant !== found.tenant.tenantId) throw notThere();
  return both(found.tenant, found.user);
};
