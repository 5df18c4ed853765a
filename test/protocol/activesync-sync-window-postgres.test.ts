import { syncWindowSuite } from './suites/sync-window.ts';

syncWindowSuite('postgres');
