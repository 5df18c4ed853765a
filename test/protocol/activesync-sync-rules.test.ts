import { syncRulesSuite } from './suites/sync-rules.ts';

syncRulesSuite('d1');
