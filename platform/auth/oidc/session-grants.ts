import type { Grant } from '../../../core/identity/roles.ts';
import type { Session } from '../../../core/ports/sessions.ts';
import type { OidcIssuer } from './settings.ts';
import { areaOf, maySpeakFor } from './verify.ts';

/**
 * The roles that a session has by the token that it began with, as far as the provider may still give them: what was
 * taken out of the settings since then is gone from sessions too.
 */
export function grantsOfSession(
  { tokenRoles }: Pick<Session, 'tokenRoles'>,
  issuers: readonly OidcIssuer[],
  user: { tenantId: string; address: string },
): Grant[] {
  const issuer = issuers.find((one) => one.issuer === tokenRoles?.issuer);
  if (issuer === undefined || issuer.rolesClaim === null || !maySpeakFor(issuer, user.address, user))
    return [];
  const given = new Set(Object.values(issuer.roles));
  const area = areaOf(issuer, user);
  return (tokenRoles?.roles ?? []).filter((role) => given.has(role)).map((role) => ({ role, area }));
}
