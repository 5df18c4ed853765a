import type { CarrierResult } from '../../core/ports/carrier.ts';

type Verdict = Pick<CarrierResult, 'outcome' | 'status'>;

const failed = (status: string): Verdict => ({ outcome: 'failed', status });
const retry = (status: string): Verdict => ({ outcome: 'retry', status });

/**
 * Error codes of the `send_email` binding (developers.cloudflare.com/email-service, "Workers API", "Error codes")
 * and what each means for one recipient. What the service calls a limit or its own fault passes; what it says of the
 * message, the sender or the recipient does not.
 */
export const ERROR_CODES: Readonly<Record<string, Verdict>> = {
  E_VALIDATION_ERROR: failed('5.6.0'),
  E_FIELD_MISSING: failed('5.6.0'),
  E_TOO_MANY_RECIPIENTS: failed('5.5.3'),
  E_SENDER_NOT_VERIFIED: failed('5.7.1'),
  E_RECIPIENT_NOT_ALLOWED: failed('5.7.1'),
  // The address bounced before, or its owner complained.
  E_RECIPIENT_SUPPRESSED: failed('5.7.1'),
  E_SENDER_DOMAIN_NOT_AVAILABLE: failed('5.7.1'),
  E_CONTENT_TOO_LARGE: failed('5.3.4'),
  E_DELIVERY_FAILED: failed('5.0.0'),
  E_RATE_LIMIT_EXCEEDED: retry('4.4.5'),
  E_DAILY_LIMIT_EXCEEDED: retry('4.4.5'),
  E_INTERNAL_SERVER_ERROR: retry('4.3.0'),
  E_HEADER_NOT_ALLOWED: failed('5.6.0'),
  E_HEADER_USE_API_FIELD: failed('5.6.0'),
  E_HEADER_VALUE_INVALID: failed('5.6.0'),
  E_HEADER_VALUE_TOO_LONG: failed('5.6.0'),
  E_HEADER_NAME_INVALID: failed('5.6.0'),
  E_HEADERS_TOO_LARGE: failed('5.6.0'),
  E_HEADERS_TOO_MANY: failed('5.6.0'),
};

/** What the binding says without a code, before it hands anything over. */
const REFUSED_AT_ONCE =
  /not allowed|not a verified address|does not match mail from|invalid message-id|invalid headers set|could not parse email/i;

/**
 * An error without a code may come from either side of the hand-over: nobody knows (I23). A code that is not in the
 * list is a refusal of some kind, which time or an admin may end.
 */
export function verdictOf(error: unknown): Verdict {
  const code = codeOf(error);
  if (code !== null) return ERROR_CODES[code] ?? retry('4.0.0');
  if (REFUSED_AT_ONCE.test(messageOf(error))) return failed('5.6.0');
  return { outcome: 'uncertain', status: '4.4.2' };
}

export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('E_') ? error.code : null;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
