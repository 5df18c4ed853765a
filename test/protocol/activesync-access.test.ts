import { accessSuite } from './suites/access.ts';

accessSuite('d1');
