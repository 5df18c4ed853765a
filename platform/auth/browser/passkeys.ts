import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { ConflictError } from '../../../core/errors.ts';
import type { Principal, User } from '../../../core/identity/types.ts';
import type { Challenge, Factor } from '../../../core/ports/sessions.ts';
import { describeError } from '../../log.ts';
import { standingOf } from '../standing.ts';
import { originOf } from './origin.ts';
import type { BrowserServices } from './session.ts';
import { secretHash } from './tokens.ts';

const CHALLENGE_MS = 300_000;
const MAX_PASSKEYS = 20;

/** Loaded when somebody asks for it: most requests never do. */
const library = () => import('@simplewebauthn/server');

/**
 * What a browser needs to make a passkey for a user (Web Authentication 5.4). A passkey counts for two proofs, so that
 * the device must look at its user.
 */
export async function passkeyAddOptions(request: Request, services: BrowserServices, user: User) {
  const { config, directory } = services;
  const { tenantId, userId, address, displayName } = user;
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: 'Waypost',
    rpID: originOf(request, config).hostname,
    userID: handleOf(user),
    userName: address,
    userDisplayName: displayName,
    attestationType: 'none',
    excludeCredentials: passkeysIn(await directory.listFactors(tenantId, userId)).map(({ factorId }) => ({
      id: factorId,
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keep(services, 'passkey-add', options.challenge, { tenantId, userId });
  return options;
}

/** Keeps a passkey that was made for these options. null: it does not hold. */
export async function addPasskey(
  request: Request,
  services: BrowserServices,
  user: User,
  { label, response }: { label: string; response: RegistrationResponseJSON },
): Promise<Factor | null> {
  const { config, directory, log, now } = services;
  const { tenantId, userId } = user;
  const taken = await take(services, 'passkey-add', response.response.clientDataJSON);
  if (taken === null || taken.tenantId !== tenantId || taken.userId !== userId) return null;
  const existing = passkeysIn(await directory.listFactors(tenantId, userId));
  if (existing.length >= MAX_PASSKEYS)
    throw new ConflictError(`there are ${MAX_PASSKEYS} passkeys: remove one`);
  const { verifyRegistrationResponse } = await library();
  const origin = originOf(request, config);
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: taken.challenge,
      ...{ expectedOrigin: origin.origin, expectedRPID: origin.hostname, requireUserVerification: true },
    });
    if (!verified) return null;
    const { id, publicKey, counter } = registrationInfo.credential;
    const factor: Factor = {
      ...{ tenantId, userId, factorId: id, kind: 'passkey', counter, label },
      secret: btoa(String.fromCharCode(...publicKey)),
      ...{ createdAt: now(), confirmedAt: now(), lastUsedAt: null },
    };
    await directory.putFactor(factor);
    return factor;
  } catch (error) {
    if (error instanceof ConflictError) throw error;
    log.info('auth.passkey-refused', { userId, error: describeError(error) });
    return null;
  }
}

/** What a browser needs to sign in with a passkey. Nobody says who they are: the options tell nothing of users. */
export async function passkeySignInOptions(request: Request, services: BrowserServices) {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: originOf(request, services.config).hostname,
    userVerification: 'required',
  });
  await keep(services, 'passkey-sign-in', options.challenge, null);
  return options;
}

/** Who signs in with a passkey; null: it does not hold, is not known, or its user may not. */
export async function byPasskey(
  request: Request,
  services: BrowserServices,
  response: AuthenticationResponseJSON,
): Promise<Principal | null> {
  const { config, directory, log, now } = services;
  const taken = await take(services, 'passkey-sign-in', response.response.clientDataJSON);
  const owner = ownerIn(response.response.userHandle);
  if (taken === null || owner === null) return null;
  const factors = passkeysIn(await directory.listFactors(owner.tenantId, owner.userId));
  const passkey = factors.find(({ factorId }) => factorId === response.id);
  if (passkey === undefined) return null;
  const { verifyAuthenticationResponse } = await library();
  const origin = originOf(request, config);
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: taken.challenge,
      ...{ expectedOrigin: origin.origin, expectedRPID: origin.hostname, requireUserVerification: true },
      credential: {
        id: passkey.factorId,
        publicKey: Uint8Array.from(atob(passkey.secret), (c) => c.charCodeAt(0)),
        counter: passkey.counter,
      },
    });
    const to = authenticationInfo.newCounter;
    // A counter that does not grow is of a copy of the authenticator (Web Authentication 6.1.1).
    if (!verified || !(await directory.useFactor(passkey, { from: passkey.counter, to }, now()))) return null;
  } catch (error) {
    log.warn('auth.passkey-refused', { userId: owner.userId, error: describeError(error) });
    return null;
  }
  const state = await directory.getUser(owner.tenantId, owner.userId);
  if (state === null) return null;
  const known: Principal = { ...state, signIn: { method: 'session', credentialId: null } };
  return (await standingOf(directory, known, now()))?.principal ?? null;
}

export function passkeysIn(factors: readonly Factor[]): Factor[] {
  return factors.filter(({ kind }) => kind === 'passkey');
}

async function keep(
  { directory, now }: BrowserServices,
  kind: Challenge['kind'],
  challenge: string,
  owner: { tenantId: string; userId: string } | null,
): Promise<void> {
  const { tenantId = null, userId = null } = owner ?? {};
  const challengeHash = await secretHash(challenge);
  await directory.putChallenge(
    { challengeHash, kind, tenantId, userId, data: '', expiresAt: now() + CHALLENGE_MS },
    now(),
  );
}

/** The challenge that a browser answers, if it was asked of anybody and not answered yet. */
async function take({ directory, now }: BrowserServices, kind: Challenge['kind'], clientDataJSON: string) {
  const said = clientDataOf(clientDataJSON);
  // In a frame of another page it is not our page that asks.
  if (said === null || said.crossOrigin === true || typeof said.challenge !== 'string') return null;
  const { challenge } = said;
  const found = await directory.takeChallenge(kind, await secretHash(challenge), now());
  return found === null ? null : { ...found, challenge };
}

function clientDataOf(text: string): { challenge?: unknown; crossOrigin?: unknown } | null {
  try {
    const value: unknown = JSON.parse(textOf(text));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function textOf(base64Url: string): string {
  const bytes = atob(base64Url.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
}

/** What a passkey keeps of whose it is: 64 bytes at most, and nothing that says who it is. */
function handleOf({ tenantId, userId }: Pick<User, 'tenantId' | 'userId'>): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(`${tenantId}.${userId}`, (c) => c.charCodeAt(0));
}

function ownerIn(handle: string | undefined): { tenantId: string; userId: string } | null {
  try {
    const [, tenantId, userId] = /^([^.]+)\.([^.]+)$/.exec(textOf(handle ?? '')) ?? [];
    return tenantId === undefined || userId === undefined ? null : { tenantId, userId };
  } catch {
    return null;
  }
}
