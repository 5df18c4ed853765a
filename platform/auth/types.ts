import type { Credential, Principal, SignInProtocol } from '../../core/identity/types.ts';
import type { DirectoryStore } from '../../core/ports/directory.ts';
import type { Config } from '../config.ts';
import type { LimitPort } from '../limits/types.ts';
import type { Logger } from '../log.ts';
import type { ThrottlePort } from './throttle.ts';

export interface AuthServices {
  config: Pick<Config, 'oidcIssuers' | 'relayHosts' | 'secretsKey'>;
  directory: DirectoryStore;
  throttle: ThrottlePort;
  limits: LimitPort;
  log: Logger;
  now(): number;
  defer(work: Promise<unknown>): void;
}

/** What is asked for, as the parsed route says it. */
export interface SignInTarget {
  protocol: SignInProtocol;
  /** The device of ActiveSync, where the request says it. */
  deviceId?: string | null | undefined;
}

/** Who has signed in, and under which address: the primary one, or an alias. */
export interface SignedIn {
  principal: Principal;
  login: string;
  /** What the directory knows of what was shown; null for a token. */
  credential: Credential | null;
}

export type AuthRefusal =
  /** `token`: what was shown was a bearer token. */
  | { kind: 'denied'; token: boolean }
  /** Too many failures; nothing was looked at. */
  | { kind: 'limited'; retryAfterSeconds: number }
  /** Signed in, and has asked too much of late. */
  | { kind: 'busy'; retryAfterSeconds: number }
  /** Nobody can tell now: the token's provider does not answer. */
  | { kind: 'unavailable'; retryAfterSeconds: number };

export type AuthResult = ({ kind: 'ok' } & SignedIn) | AuthRefusal;

/** The outcome of looking at credentials: until when it may be remembered (milliseconds since the epoch), or why not. */
export type Attempt = { kind: 'ok'; value: SignedIn; until: number } | AuthRefusal;
