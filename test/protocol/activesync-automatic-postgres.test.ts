import { automaticSuite } from './suites/automatic.ts';

automaticSuite('postgres');
