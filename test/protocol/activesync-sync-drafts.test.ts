import { syncDraftsSuite } from './suites/sync-drafts.ts';

syncDraftsSuite('d1');
