import { basicPolicy } from '../../core/identity/sign-in.ts';
import {
  type Credential,
  isClosed,
  type Principal,
  type SignIn,
  type Tenant,
  type User,
} from '../../core/identity/types.ts';
import type { CredentialDirectory, SignInState } from '../../core/ports/credentials.ts';
import type { SignInTarget } from './types.ts';

type Directory = Pick<CredentialDirectory, 'signInState'>;

function mayEnter({ tenant, user }: { tenant: Tenant; user: User }): boolean {
  return !isClosed(user) && tenant.status === 'active';
}

/** A principal whom what is known now lets in, with the credential that was shown. */
export interface Standing {
  principal: Principal;
  credential: Credential | null;
}

/** Tenant, user and credential as they are, or null when one who was verified may not sign in (I21). */
export function judgeStanding(state: SignInState, signIn: SignIn, now: number): Standing | null {
  const { tenant, user, credential, settings } = state;
  if (!mayEnter(state)) return null;
  if (signIn.credentialId !== null) {
    if (credential === null || (credential.expiresAt !== null && credential.expiresAt <= now)) return null;
    // The setting is about programs; who signs in at a page may be asked for more than the password.
    const isBasic = credential.kind === 'password' && signIn.method !== 'session';
    if (isBasic && basicPolicy(settings) === 'app-passwords') return null;
  }
  return { principal: { tenant, user, signIn }, credential };
}

/** The same by one read, for somebody who was let in before. */
export async function standingOf(
  directory: Directory,
  { user, signIn }: Principal,
  now: number,
): Promise<Standing | null> {
  const state = await directory.signInState(user.tenantId, user.userId, signIn.credentialId);
  return state === null ? null : judgeStanding(state, signIn, now);
}

/**
 * Whether one who has signed in could do so again: for what goes on long after its request. Whoever changes a password
 * wants that nobody is there any more by the old one.
 */
export async function isStillSignedIn(
  { directory, now }: { directory: Directory; now(): number },
  principal: Principal,
): Promise<boolean> {
  return (await standingOf(directory, principal, now())) !== null;
}

/**
 * Whether an app password is for what is asked. One that binds to a device serves that device's ActiveSync alone, and
 * what a program asks before it says which device it is (Autodiscover, OPTIONS).
 */
export function isInScope(
  { protocols, bindsDevice, deviceId }: Credential,
  target: SignInTarget,
): 'yes' | 'no' | 'binds' {
  if (protocols !== null && !protocols.includes(target.protocol)) return 'no';
  if (!bindsDevice) return 'yes';
  if (target.protocol === 'autodiscover') return 'yes';
  if (target.protocol !== 'activesync') return 'no';
  if (target.deviceId === null || target.deviceId === undefined) return 'yes';
  if (deviceId === null) return 'binds';
  return deviceId === target.deviceId ? 'yes' : 'no';
}
