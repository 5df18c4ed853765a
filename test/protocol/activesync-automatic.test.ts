import { automaticSuite } from './suites/automatic.ts';

automaticSuite('d1');
