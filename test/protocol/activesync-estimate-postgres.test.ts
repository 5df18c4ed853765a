import { estimateSuite } from './suites/estimate.ts';

estimateSuite('postgres');
