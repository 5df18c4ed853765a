import { ConflictError, DomainError, NotFoundError } from '../../core/errors.ts';
import { describeError } from '../../platform/log.ts';
import { DataError } from '../../shared/data/errors.ts';
import { OPERATIONS, type OperationName, type OperationOutput } from '../../shared/data/operations.ts';
import type { DataContext, Handler } from './context.ts';
import { HANDLERS } from './operations/index.ts';

/** Levels of a document: what walks through it must come out again. */
const MAX_DEPTH = 40;

function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null && !ArrayBuffer.isView(one) ? Object.values(one) : [],
    );
  }
  return true;
}

/**
 * One operation, however it was asked for: what is given is checked, carried out, and written down.
 * @throws DataError and nothing else
 */
export async function run<N extends OperationName>(
  context: DataContext,
  name: N,
  given: unknown,
): Promise<OperationOutput<N>> {
  try {
    if (!isShallow(given)) throw new DataError('INVALID_ARGUMENT', `more than ${MAX_DEPTH} levels deep`);
    const read = OPERATIONS[name].input.safeParse(given);
    if (!read.success) {
      const issues = read.error.issues.slice(0, 5);
      throw new DataError(
        'INVALID_ARGUMENT',
        issues
          .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
          .join('; '),
      );
    }
    // The table of handlers has the input of each operation; what is read here is the one of this name.
    const output = await (HANDLERS[name] as Handler<N>)(context, read.data as never);
    audit(context, name, { ...read.data, ...foundTenant(output) }, 'ok');
    return output;
  } catch (error) {
    const fault = asDataError(context, name, error);
    if (fault.code === 'PERMISSION_DENIED') audit(context, name, given, 'denied');
    fault.correlationId = context.correlationId;
    throw fault;
  }
}

function asDataError({ services, correlationId }: DataContext, operation: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  if (error instanceof NotFoundError) return new DataError('NOT_FOUND', error.message);
  if (error instanceof ConflictError) return new DataError('ABORTED', error.message);
  if (error instanceof DomainError) return new DataError('INVALID_ARGUMENT', error.message);
  services.log.error('data.failed', { correlationId, operation, error: describeError(error) });
  return new DataError('UNAVAILABLE', 'not now: try again', { retryAfterSeconds: 5 });
}

/** Whose tenant was found out, where nobody named it. */
function foundTenant(output: unknown): { tenant?: string } {
  const { tenant } = (output ?? {}) as { tenant?: { id?: unknown } };
  return typeof tenant?.id === 'string' ? { tenant: tenant.id } : {};
}

/** What names the thing that an operation is about, in the order in which it is looked for. */
const SUBJECTS = ['id', 'submission', 'device', 'folder'] as const;

/** Who did what to whom, without content. */
function audit(
  { services, caller, correlationId }: DataContext,
  name: OperationName,
  given: unknown,
  outcome: 'ok' | 'denied',
): void {
  const input = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const text = (key: string) => {
    const value = input[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 128) : '';
  };
  const subject = SUBJECTS.map(text).find((value) => value !== '') ?? '';
  const address = name === 'login' || name === 'lookupUser' ? text('address') : '';
  const resource =
    text('user') === '' ? (subject === '' ? name : subject) : `user/${text('user')}/${subject}`;
  services.trail.record([
    {
      ...{
        tenantId: text('tenant') || null,
        actor: `data:${caller.name}`,
        action: `data.${name}`,
        resource,
        outcome,
      },
      ...{ protocol: 'data', address: text('clientAddress') || null, correlationId },
      details: address === '' ? {} : { address },
      // Who looks at the same thing again and again is noted once in a while.
      ...(OPERATIONS[name].method === 'GET' ? { once: 'minute' as const } : {}),
    },
  ]);
}
