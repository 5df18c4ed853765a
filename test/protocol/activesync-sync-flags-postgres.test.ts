import { syncFlagsSuite } from './suites/sync-flags.ts';

syncFlagsSuite('postgres');
