import { canonicalAddress } from '../../core/mail/recipients.ts';
import { parseBasic } from '../auth/basic.ts';
import type { AuthResult } from '../auth/types.ts';
import { countSignIn } from '../metrics/sign-in.ts';
import type { Services } from '../services.ts';
import { clientAddress, networkOf } from './address.ts';
import type { AuditFacts } from './trail.ts';

export interface SignInAttempt {
  protocol: string;
  deviceId?: string | null;
  correlationId: string;
}

type SignInServices = Pick<Services, 'trail' | 'directory' | 'config'>;

const ACTION = {
  denied: 'sign-in.fail',
  unavailable: 'sign-in.fail',
  limited: 'sign-in.limit',
  busy: 'requests.limit',
} as const;

/**
 * Notes the outcome of `authenticate`: a sign-in once a day for each device, credential and network, a failed one once a
 * minute for each account and network. A request without credentials is the usual question for them, and no event.
 */
export function recordSignIn(
  services: SignInServices,
  request: Request,
  result: AuthResult,
  { protocol, deviceId = null, correlationId }: SignInAttempt,
): void {
  const header = request.headers.get('authorization');
  if (header === null) return;
  countSignIn(services, request, result, { protocol, deviceId });
  const address = clientAddress(request.headers, services.config.auditAddresses);
  const network = address === null || address.includes('/') ? address : networkOf(address);
  const client = request.headers.get('user-agent')?.slice(0, 100) ?? null;
  const common = { address, protocol, deviceId, correlationId };
  if (result.kind === 'ok') {
    const { tenant, user, signIn } = result.principal;
    const { method, credentialId } = signIn;
    services.trail.record([
      {
        ...{ ...common, tenantId: tenant.tenantId, actor: `user/${user.userId}`, action: 'sign-in' },
        ...{ resource: `user/${user.userId}`, details: { method, credentialId, client } },
        ...{ once: 'day', apart: `${method} ${credentialId} ${network}` },
      },
    ]);
    return;
  }
  const once = result.kind === 'denied' ? 'minute' : 'hour';
  const login = parseBasic(header)?.login.slice(0, 320) ?? null;
  const key = JSON.stringify([result.kind, protocol, network, login?.toLowerCase()]);
  services.trail.lookUp(once, key, async () => [
    {
      ...{ ...common, ...(await accountOf(services, login)), actor: 'nobody', details: { client } },
      ...{ action: ACTION[result.kind] },
      ...{ outcome: result.kind === 'unavailable' ? 'error' : 'denied', once, apart: network ?? '' },
    },
  ]);
}

/** Whose account was tried: looked up after the answer, whose time tells nothing of it. What is no address is not kept. */
export async function accountOf(
  { directory }: SignInServices,
  login: string | null,
): Promise<Pick<AuditFacts, 'tenantId' | 'resource'>> {
  if (login === null) return { tenantId: null, resource: 'login/token' };
  const address = canonicalAddress(login);
  if (address === null) return { tenantId: null, resource: 'login/unknown' };
  const found = await directory.findLogin(address);
  if (found !== null) return { tenantId: found.tenant.tenantId, resource: `user/${found.user.userId}` };
  const domain = await directory.getDomain(address.slice(address.lastIndexOf('@') + 1));
  return { tenantId: domain?.tenantId ?? null, resource: `login/${address}` };
}
