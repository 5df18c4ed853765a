import type { Operation } from '../context.ts';
import { convertId } from './convert-id.ts';

/** Operations by the name that Exchange gives them; one file each. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['ConvertId', convertId],
]);
