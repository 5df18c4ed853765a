/**
 * The admin API as JSON, version 1: what workers/admin answers and what its callers may rely on.
 * Times are milliseconds since the epoch, sizes are bytes. A field is never dropped or renamed within a version.
 */
export * from './admin/accounts.ts';
export * from './admin/administrators.ts';
export * from './admin/arriving.ts';
export * from './admin/audit.ts';
export * from './admin/common.ts';
export * from './admin/devices.ts';
export * from './admin/keeping.ts';
export * from './admin/operations.ts';
export * from './admin/people.ts';
export * from './admin/sending.ts';
export * from './admin/transfer.ts';
