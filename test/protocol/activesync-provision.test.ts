import { provisionSuite } from './suites/provision.ts';

provisionSuite('d1');
