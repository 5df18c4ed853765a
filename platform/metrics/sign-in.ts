import type { AuthResult } from '../auth/types.ts';
import { CLIENT_TYPES, type ClientType } from './catalogue.ts';
import { recorderOf } from './index.ts';

const TYPES: ReadonlySet<string> = new Set(CLIENT_TYPES);

/**
 * Counts what was refused, and which client was here: a device of ActiveSync (which says who it is in all but its first
 * question), or a program of a user by its name.
 */
export function countSignIn(
  services: { config: object },
  request: Request,
  result: AuthResult,
  { protocol, deviceId }: { protocol: string; deviceId: string | null },
): void {
  const recorder = recorderOf(services);
  if (recorder === undefined) return;
  if (result.kind !== 'ok') recorder.count('auth_failures_total', { protocol, reason: result.kind });
  else if (TYPES.has(protocol) && (protocol !== 'activesync' || deviceId !== null)) {
    const which = deviceId ?? request.headers.get('user-agent') ?? '';
    recorder.saw(protocol as ClientType, `${result.principal.user.userId}\0${which}`);
  }
}
