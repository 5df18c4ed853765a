import { syncPoisonSuite } from './suites/sync-poison.ts';

syncPoisonSuite('d1');
