import type { Services } from '../../platform/services.ts';
import type { OperationName, OperationOutput, ReadInput } from '../../shared/data/operations.ts';
import type { Caller } from './tokens.ts';

export interface DataContext {
  services: Services;
  caller: Caller;
  correlationId: string;
}

/** Carries out one operation. Fails with DataError, or with an error of the domain. */
export type Handler<N extends OperationName> = (
  context: DataContext,
  input: ReadInput<N>,
) => Promise<OperationOutput<N>>;
