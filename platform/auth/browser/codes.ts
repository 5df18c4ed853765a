import { Secret, TOTP } from 'otpauth';
import { ConflictError } from '../../../core/errors.ts';
import { type BasicPolicy, SIGN_IN_SETTING } from '../../../core/identity/sign-in.ts';
import type { User } from '../../../core/identity/types.ts';
import { codesOwner } from '../../../core/keys/owners.ts';
import type { Factor } from '../../../core/ports/sessions.ts';
import { hashAppPassword, newAppPassword } from '../../app-password.ts';
import { newId } from '../../ids.ts';
import { netOf } from '../throttle.ts';
import type { BrowserServices } from './session.ts';

/** There is one of a user, so that two begun at once do not both come to count. */
const FACTOR_ID = 'totp';
// RFC 6238 4 and 5.3, RFC 4226 R6: 160 bits, 30 seconds, six digits; a clock may be one step off.
const SECRET_BYTES = 20;
const PERIOD_S = 30;
const WINDOW = 1;
const RECOVERY_CODES = 10;

type Owner = Pick<User, 'tenantId' | 'userId'>;

/** Whether what was given is the second proof that somebody is who they say. */
export type CodeVerdict =
  | { kind: 'ok'; recovery: boolean }
  | { kind: 'wrong' }
  | { kind: 'limited'; retryAfterSeconds: number };

/** The user's app that makes codes, once it has shown that it does; null: there is none. */
export async function codesOf({ directory }: BrowserServices, user: Owner): Promise<Factor | null> {
  const factors = await directory.listFactors(user.tenantId, user.userId);
  return factors.find(({ factorId, confirmedAt }) => factorId === FACTOR_ID && confirmedAt !== null) ?? null;
}

/** Makes a new secret, which counts when `confirmCodes` has seen a code of it. Rejects when one counts already. */
export async function enrolCodes(
  services: BrowserServices,
  user: User,
): Promise<{ secret: string; uri: string }> {
  const { directory, seal, now } = services;
  const { tenantId, userId } = user;
  if (seal === null) throw new ConflictError('the installation has no SECRETS_KEY to keep a secret with');
  if ((await codesOf(services, user)) !== null) throw new ConflictError('codes are in use: end that first');
  const totp = totpOf(new Secret({ size: SECRET_BYTES }), user.address);
  const { secret } = totp;
  await directory.removeFactor(tenantId, userId, FACTOR_ID);
  await directory.putFactor({
    ...{ tenantId, userId, factorId: FACTOR_ID, kind: 'totp', counter: 0, label: '' },
    secret: await seal.seal(codesOwner(user), secret.bytes),
    ...{ createdAt: now(), confirmedAt: null, lastUsedAt: null },
  });
  return { secret: secret.base32, uri: totp.toString() };
}

/**
 * From now on the second proof is asked for, and Basic takes app passwords alone.
 * @returns the recovery codes, which are shown this once; null: the code is not of the secret, or there is none
 */
export async function confirmCodes(
  services: BrowserServices,
  user: User,
  code: string,
): Promise<string[] | null> {
  const { directory, now } = services;
  const { tenantId, userId } = user;
  const factors = await directory.listFactors(tenantId, userId);
  const begun = factors.find(({ factorId }) => factorId === FACTOR_ID);
  if (begun === undefined || begun.confirmedAt !== null) return null;
  const step = await stepOf(services, begun, code);
  if (step === null || !(await directory.confirmFactor(tenantId, userId, FACTOR_ID, step, now())))
    return null;
  await forgetRecovery(services, user);
  const codes = Array.from({ length: RECOVERY_CODES }, () => newAppPassword());
  for (const one of codes) {
    await directory.putFactor({
      ...{ tenantId, userId, factorId: newId(), kind: 'recovery', secret: await hashAppPassword(one) },
      ...{ counter: 0, label: '', createdAt: now(), confirmedAt: now(), lastUsedAt: null },
    });
  }
  await setPolicy(services, user);
  return codes;
}

/**
 * Looks at a code of the app or a recovery code; each is good once (A36). Failures count, whatever the password: who has
 * it must not try all codes.
 */
export async function spendCode(
  services: BrowserServices,
  user: Owner,
  code: string,
  ip: string | null,
): Promise<CodeVerdict> {
  const { directory, throttle, now, defer } = services;
  const { tenantId, userId } = user;
  const who = { account: `codes/${userId}`, net: netOf(ip), attempt: null };
  const turn = await throttle.begin(who);
  if (turn.waitSeconds > 0) return { kind: 'limited', retryAfterSeconds: turn.waitSeconds };
  const factors = await directory.listFactors(tenantId, userId);
  const digits = code.replace(/[\s-]/g, '');
  let good = false;
  const recovery = !/^\d{6}$/.test(digits);
  if (recovery) {
    const hash = await hashAppPassword(code);
    const found = factors.find(({ kind, secret }) => kind === 'recovery' && secret === hash);
    good = found !== undefined && (await directory.removeFactor(tenantId, userId, found.factorId));
  } else {
    const totp = factors.find(({ kind, confirmedAt }) => kind === 'totp' && confirmedAt !== null);
    const step = totp === undefined ? null : await stepOf(services, totp, digits);
    // The step that was used last stands for it and all before it.
    good =
      totp !== undefined &&
      step !== null &&
      step > totp.counter &&
      (await directory.useFactor(totp, { from: totp.counter, to: step }, now()));
  }
  if (!good) return { kind: 'wrong' };
  defer(throttle.succeeded(who, turn).catch(() => undefined));
  return { kind: 'ok', recovery };
}

/** No code is asked for any more; recovery codes and the secret are gone, and Basic is as it was. */
export async function endCodes(services: BrowserServices, user: Owner): Promise<void> {
  const { directory } = services;
  const { tenantId, userId } = user;
  await directory.removeFactor(tenantId, userId, FACTOR_ID);
  await forgetRecovery(services, user);
  const setting = await directory.getUserSetting(tenantId, userId, SIGN_IN_SETTING);
  if (!isOurs(setting)) return;
  const { before } = setting;
  await directory.putUserSetting(
    tenantId,
    userId,
    SIGN_IN_SETTING,
    before === null ? null : { basic: before },
  );
}

async function forgetRecovery({ directory }: BrowserServices, { tenantId, userId }: Owner): Promise<void> {
  for (const { kind, factorId } of await directory.listFactors(tenantId, userId)) {
    if (kind === 'recovery') await directory.removeFactor(tenantId, userId, factorId);
  }
}

/** A second proof is worth nothing while a program gets in with the password alone. */
async function setPolicy({ directory }: BrowserServices, { tenantId, userId }: Owner): Promise<void> {
  const now = await directory.getUserSetting(tenantId, userId, SIGN_IN_SETTING);
  if (isOurs(now)) return;
  const before = (now as { basic?: BasicPolicy } | null)?.basic ?? null;
  const value: Ours = { basic: 'app-passwords', by: 'codes', before };
  await directory.putUserSetting(tenantId, userId, SIGN_IN_SETTING, value);
}

interface Ours {
  basic: 'app-passwords';
  by: 'codes';
  before: BasicPolicy | null;
}

function isOurs(setting: unknown): setting is Ours {
  return typeof setting === 'object' && setting !== null && 'by' in setting && setting.by === 'codes';
}

/** The time step that a code is of; null when it is of none near now. */
async function stepOf(
  { seal, now }: BrowserServices,
  { tenantId, userId, secret }: Factor,
  code: string,
): Promise<number | null> {
  if (seal === null) return null;
  const opened = await seal.open(codesOwner({ tenantId, userId }), secret);
  const timestamp = now();
  const totp = totpOf(new Secret({ buffer: new Uint8Array(opened).buffer }), '');
  const delta = totp.validate({ token: code.replace(/\s/g, ''), timestamp, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: PERIOD_S, timestamp }) + delta;
}

function totpOf(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Waypost', label, secret, algorithm: 'SHA1', digits: 6, period: PERIOD_S });
}
