import { syncWaitSuite } from './suites/sync-wait.ts';

syncWaitSuite('d1');
