import * as z from 'zod';

/**
 * What a request failed by. INVALID_ARGUMENT: it makes no sense, and will not the next time. NOT_FOUND: there is no such
 * thing, or not for who asks. PERMISSION_DENIED: it may not be done. ABORTED: somebody else was quicker; read again.
 * UNAVAILABLE: not now; the same request again may succeed.
 */
export const ERROR_CODES = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'ABORTED',
  'UNAVAILABLE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error as it is answered (RFC 9457). `code` is for programs, `detail` for people. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.enum(ERROR_CODES),
  detail: z.string(),
  correlationId: z.string(),
  retryAfterSeconds: z.int().optional(),
});

interface ErrorFacts {
  /** Of the answer over HTTP. */
  status?: number | undefined;
  retryAfterSeconds?: number | undefined;
  correlationId?: string | undefined;
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  ABORTED: 409,
  UNAVAILABLE: 503,
};

/** An error of the data service, thrown by the service and its client alike. */
export class DataError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  correlationId: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { status, retryAfterSeconds, correlationId }: ErrorFacts = {},
  ) {
    super(message);
    this.name = 'DataError';
    this.code = code;
    this.status = status ?? STATUS[code];
    this.retryAfterSeconds = retryAfterSeconds;
    this.correlationId = correlationId;
  }
}
