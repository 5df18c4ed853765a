export { ICalError } from './errors.ts';
export { type ICalLimits, parseICal } from './parse.ts';
export { printICal } from './print.ts';
export type { ICalComponent, ICalProperty, ICalWarning, JCalComponent, JCalProperty } from './types.ts';
export { fixedZoneBlock, zoneBlock } from './zone-block.ts';
