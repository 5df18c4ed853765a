/** The server broke a rule of the protocol. `rule` cites the document and section. */
export class ProtocolViolation extends Error {
  readonly rule: string;
  constructor(rule: string, message: string) {
    super(`${message} [${rule}]`);
    this.name = 'ProtocolViolation';
    this.rule = rule;
  }
}

/** Base of what a client has to live with: the server or the way to it said no. */
export class EasError extends Error {}

/** No answer: name not found, connection refused, certificate not trusted, time over. */
export class Unreachable extends EasError {}

/** HTTP 401: address or password are wrong. */
export class SignInRefused extends EasError {}

/** An HTTP status that stands for itself (MS-ASHTTP 2.2.2.1.1). */
export class HttpStatusError extends EasError {
  readonly status: number;
  /** Seconds of Retry-After, or null. */
  readonly retryAfter: number | null;
  constructor(status: number, message: string, retryAfter: number | null) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The server asks for Provision first: HTTP 449, or Status 140 to 144 in the answer (MS-ASCMD 2.2.2). */
export class ProvisioningNeeded extends EasError {
  readonly status: number;
  constructor(status: number) {
    super(`the server asks for provisioning (${status})`);
    this.status = status;
  }
}

/** A command failed with a Status of its own. */
export class StatusError extends EasError {
  readonly command: string;
  readonly status: number;
  constructor(command: string, status: number, meaning?: string) {
    super(`${command} failed with Status ${status}${meaning === undefined ? '' : ` (${meaning})`}`);
    this.command = command;
    this.status = status;
  }
}

/** Statuses that any command may have and that a person must hear of (MS-ASCMD 2.2.2). */
export const COMMON_STATUS: Record<number, string> = {
  101: 'invalid content',
  102: 'invalid WBXML',
  103: 'invalid XML',
  110: 'server error',
  111: 'server error, try again later',
  126: 'the user is switched off',
  129: 'this device is blocked or in quarantine',
  130: 'access denied',
  132: 'sign-in required again',
  165: 'device information required',
  177: 'the user has too many devices',
};

/** Throws ProtocolViolation unless the condition holds. */
export function must(condition: boolean, rule: string, message: string): asserts condition {
  if (!condition) throw new ProtocolViolation(rule, message);
}
