import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
import { newId } from '../../platform/ids.ts';
import type { Services } from '../../platform/services.ts';
import type { ByteAnswer } from '../../shared/data/common.ts';
import type { DataError } from '../../shared/data/errors.ts';
import { type DataMethods, OPERATIONS, type OperationName } from '../../shared/data/operations.ts';
import type { DataContext } from './context.ts';
import { run } from './run.ts';

/** What the configuration of a service binding may say of who uses it (`props`). */
interface BindingProps {
  /** As it stands in the audit; `binding` when it is not given. */
  name?: string;
  /** The only tenant that may be asked for. */
  tenant?: string;
}

type V1 = RpcTarget & DataMethods;

/**
 * The class of the entrypoint: the operations of the data service for other Workers of the account by service bindings,
 * `env.DATA.v1.getUser({ … })`. A binding is a right by itself and needs no token. What fails is an Error with the
 * members `code`, `status`, `correlationId` and perhaps `retryAfterSeconds`.
 */
export function createDataEntrypoint<Env>(
  build: (env: Env, context: Pick<ExecutionContext, 'waitUntil'>) => Services,
) {
  return class DataService extends WorkerEntrypoint<Env, BindingProps> {
    get v1(): V1 {
      const { name = 'binding', tenant = null } = this.ctx.props ?? {};
      const services = build(this.env, this.ctx);
      return new Methods({ services, caller: { name, tenantId: tenant } }) as unknown as V1;
    }
  };
}

class Methods extends RpcTarget {
  readonly #base: Omit<DataContext, 'correlationId'>;

  constructor(base: Omit<DataContext, 'correlationId'>) {
    super();
    this.#base = base;
  }

  static run(self: Methods, name: OperationName, input: unknown): Promise<unknown> {
    const context = { ...self.#base, correlationId: newId() };
    return run(context, name, input).then(portable, (error: DataError) => {
      const { code, status, correlationId, retryAfterSeconds, message } = error;
      const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      throw Object.assign(new Error(message), { code, status, correlationId, ...later });
    });
  }
}

// Methods of a class are what a binding may call: one for each operation.
for (const name of Object.keys(OPERATIONS) as OperationName[]) {
  Object.defineProperty(Methods.prototype, name, {
    value(this: Methods, input: unknown) {
      return Methods.run(this, name, input);
    },
  });
}

/** Only byte streams of the runtime's own go over a binding. */
function portable(output: unknown): unknown {
  if (typeof output !== 'object' || output === null || !('body' in output)) return output;
  const answer = output as ByteAnswer;
  const length = answer.end - answer.start;
  return { ...answer, body: answer.body.pipeThrough(new FixedLengthStream(length)) };
}
