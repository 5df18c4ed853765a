import type { Principal } from '../../../core/identity/types.ts';

/**
 * Clients that keep many subscriptions ask to be led to the same server each time, and show again what that server calls
 * itself. Here every server knows every subscription; what keeps them is named: the hub of the mailbox.
 */
export function keepAffinity(request: Request, response: Response, { user }: Principal): void {
  if (request.headers.get('x-preferserveraffinity')?.toLowerCase() !== 'true') return;
  const cookie = `X-BackEndOverrideCookie=${user.userId}; Path=/; Secure; HttpOnly; SameSite=Strict`;
  response.headers.append('set-cookie', cookie);
}
