import type { Principal, Tenant, User } from '../../core/identity/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';

type Directory = Pick<DirectoryStore, 'findLogin'>;

export function maySignIn({ tenant, user }: { tenant: Tenant; user: User }): boolean {
  return user.status !== 'disabled' && tenant.status === 'active';
}

/** Tenant and user as they are now, or null when one who has signed in could not do so again (I21). */
export async function freshPrincipal(directory: Directory, principal: Principal): Promise<Principal | null> {
  const { user, signIn } = principal;
  const login = await directory.findLogin(user.address);
  if (login === null || login.user.userId !== user.userId || !maySignIn(login)) return null;
  const { credentialId } = signIn;
  const holds = credentialId === null || login.credentials.some((one) => one.credentialId === credentialId);
  return holds ? { tenant: login.tenant, user: login.user, signIn } : null;
}

/**
 * Whether one who has signed in could do so again: for what goes on long after its request. Whoever changes a password
 * wants that nobody is there any more by the old one.
 */
export async function isStillSignedIn(directory: Directory, principal: Principal): Promise<boolean> {
  return (await freshPrincipal(directory, principal)) !== null;
}
