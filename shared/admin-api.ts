/**
 * The admin API as JSON, version 1: what workers/admin answers and what its callers may rely on.
 * Times are milliseconds since the epoch, sizes are bytes. A field is never dropped or renamed within a version.
 */
export type * from './admin/accounts.ts';
export type * from './admin/administrators.ts';
export type * from './admin/arriving.ts';
export type * from './admin/audit.ts';
export * from './admin/common.ts';
export type * from './admin/devices.ts';
export type * from './admin/doctor.ts';
export type * from './admin/erasure.ts';
export type * from './admin/keeping.ts';
export * from './admin/keys.ts';
export * from './admin/limits.ts';
export * from './admin/moves.ts';
export type * from './admin/operations.ts';
export type * from './admin/people.ts';
export type * from './admin/quarantine.ts';
export type * from './admin/sending.ts';
export type * from './admin/stats.ts';
export type * from './admin/trace.ts';
export type * from './admin/transfer.ts';
export type * from './admin/user-import.ts';
export type * from './admin/webhooks.ts';
