import { estimateSuite } from './suites/estimate.ts';

estimateSuite('d1');
