import { syncWaitSuite } from './suites/sync-wait.ts';

syncWaitSuite('postgres');
