import { syncChangesSuite } from './suites/sync-changes.ts';

syncChangesSuite('d1');
