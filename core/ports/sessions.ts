import type { Role } from '../identity/roles.ts';

/** Somebody who is signed in with a browser. */
export interface Session {
  sessionId: string;
  tenantId: string;
  userId: string;
  /** SHA-256 of the token, lower-case hex. */
  tokenHash: string;
  /** Of the token before it, which holds until `previousUntil`; null: there was none. */
  previousHash: string | null;
  previousUntil: number | null;
  /** By what it began. */
  method: 'password' | 'passkey' | 'oidc';
  /** The user's password when it began: with another one it is over. null: there was none. */
  passwordId: string | null;
  /** Roles that the token of an OpenID provider brought, by the words of then; null: none. */
  tokenRoles: { issuer: string; roles: Role[] } | null;
  createdAt: number;
  rotatedAt: number;
  /** About when it was used last. */
  seenAt: number;
  /** Over then, however much it is used. */
  expiresAt: number;
  userAgent: string;
  /** Where it began; null: not known. */
  address: string | null;
}

/** What somebody signs in with beside the password, or in its place. */
export interface Factor {
  tenantId: string;
  userId: string;
  /** Of a passkey: its credential id, base64url. */
  factorId: string;
  kind: 'totp' | 'recovery' | 'passkey';
  /** totp: the sealed secret. recovery: SHA-256 of the code, lower-case hex. passkey: its public key, base64url of COSE. */
  secret: string;
  /** totp: the last time step that was used. passkey: its signature counter. Else 0. */
  counter: number;
  label: string;
  createdAt: number;
  /** From then on it counts; null: it was not shown to work yet. */
  confirmedAt: number | null;
  lastUsedAt: number | null;
}

/** What a later request has to answer to, once. */
export interface Challenge {
  /** SHA-256 of what the other side will show, lower-case hex. */
  challengeHash: string;
  kind: 'passkey-add' | 'passkey-sign-in' | 'oidc';
  /** null: nobody knows yet who it is. */
  tenantId: string | null;
  userId: string | null;
  /** JSON. */
  data: string;
  expiresAt: number;
}

export interface SessionDirectory {
  putSession(session: Session): Promise<void>;
  /** By the token or the one before it, also when it is over. */
  findSession(tokenHash: string): Promise<Session | null>;
  /** Gives it another token, unless somebody was first (`from` is not its token any more). */
  rotateSession(
    session: Pick<Session, 'tenantId' | 'userId' | 'sessionId'>,
    tokens: { from: string; to: string; at: number; overlapUntil: number },
  ): Promise<boolean>;
  touchSession(tenantId: string, userId: string, sessionId: string, at: number): Promise<void>;
  /** The newest first. */
  listSessions(tenantId: string, userId: string): Promise<Session[]>;
  removeSession(tenantId: string, userId: string, sessionId: string): Promise<boolean>;
  /** All of the user but one. How many there were. */
  removeSessions(tenantId: string, userId: string, except: string | null): Promise<number>;

  /** Rejects with ConflictError when the user has it. */
  putFactor(factor: Factor): Promise<void>;
  /** In order of creation. */
  listFactors(tenantId: string, userId: string): Promise<Factor[]>;
  /** Of all users of the tenant that come after one, by user. */
  listFactorsOfKind(
    tenantId: string,
    kind: Factor['kind'],
    afterUserId: string,
    limit: number,
  ): Promise<Factor[]>;
  /** The same factor with another secret. False, and nothing done, unless its secret is still what `factor` says. */
  replaceFactorSecret(factor: Factor, secret: string): Promise<boolean>;
  /** False when it was confirmed before, or is not there. */
  confirmFactor(
    tenantId: string,
    userId: string,
    factorId: string,
    counter: number,
    at: number,
  ): Promise<boolean>;
  /** Sets the counter of one that is confirmed, unless it is another than `from` by now: one use has one winner. */
  useFactor(
    factor: Pick<Factor, 'tenantId' | 'userId' | 'factorId'>,
    counter: { from: number; to: number },
    at: number,
  ): Promise<boolean>;
  /** True for one caller alone. */
  removeFactor(tenantId: string, userId: string, factorId: string): Promise<boolean>;

  /** Also forgets those of the same tenant that nobody answered until `now`. */
  putChallenge(challenge: Challenge, now: number): Promise<void>;
  /** True for one caller alone, and not when it is over: null. */
  takeChallenge(kind: Challenge['kind'], challengeHash: string, now: number): Promise<Challenge | null>;
}
