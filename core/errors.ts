/** Base of all domain errors. `code` is stable; each edge maps it to its own status in one table. */
export class DomainError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The thing asked for does not exist, or not for this principal (I22: the two are not told apart). */
export class NotFoundError extends DomainError {
  constructor(message: string) {
    super('not-found', message);
  }
}

/** Something with that name or id exists already. */
export class ConflictError extends DomainError {
  constructor(message: string) {
    super('conflict', message);
  }
}

/**
 * Not now: what is asked for can be done in a moment. No domain error, so that wherever it is not known by name it is what
 * it should be, a fault of ours that passes.
 */
export class BusyError extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.name = 'BusyError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The caller's input is not acceptable. */
export class InvalidInputError extends DomainError {
  constructor(message: string) {
    super('invalid-input', message);
  }
}
