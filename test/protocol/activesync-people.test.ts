import { peopleSuite } from './suites/people.ts';

peopleSuite('d1');
