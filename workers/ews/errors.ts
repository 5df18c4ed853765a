import {
  BusyError,
  ConflictError,
  DomainError,
  InvalidInputError,
  NotFoundError,
} from '../../core/errors.ts';

/**
 * An operation, or its part for one id, that ends with a response code (MS-OXWSCDATA 2.2.5.24). Never one of the four
 * that clients take for a wrong version and answer by going back to Exchange 2007 for good: ErrorInvalidRequest,
 * ErrorInvalidServerVersion, ErrorIncorrectSchemaVersion, ErrorInvalidSchemaVersionForMailboxVersion.
 */
export class EwsError extends Error {
  readonly code: string;
  /** Named values beside the text (MessageXml), such as the path of a property. */
  readonly values: Readonly<Record<string, string>>;
  constructor(code: string, message: string, values: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'EwsError';
    this.code = code;
    this.values = values;
  }
}

/** The request breaks the schema: a SOAP fault of the client, with nothing done. */
export class SchemaError extends EwsError {
  constructor(message: string) {
    super('ErrorSchemaValidation', `The request failed schema validation: ${message}`);
    this.name = 'SchemaError';
  }
}

/** Response code for a domain error that no operation gave a meaning of its own; null for a fault of ours. */
export function codeOf(error: unknown): EwsError | null {
  if (error instanceof EwsError) return error;
  if (error instanceof BusyError) {
    return new EwsError('ErrorServerBusy', 'The server cannot service this request right now.');
  }
  if (error instanceof NotFoundError) {
    return new EwsError('ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  if (error instanceof ConflictError) return new EwsError('ErrorIrresolvableConflict', error.message);
  if (error instanceof InvalidInputError) return new EwsError('ErrorInvalidPropertySet', error.message);
  if (error instanceof DomainError && error.code === 'not-allowed') {
    return new EwsError('ErrorAccessDenied', 'Access is denied. Check credentials and try again.');
  }
  return null;
}
