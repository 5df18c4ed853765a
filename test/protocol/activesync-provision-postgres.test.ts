import { provisionSuite } from './suites/provision.ts';

provisionSuite('postgres');
