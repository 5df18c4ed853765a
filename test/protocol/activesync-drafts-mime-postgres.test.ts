import { mimeDraftSuite } from './suites/drafts-mime.ts';

mimeDraftSuite('postgres');
