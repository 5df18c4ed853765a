import { peopleSuite } from './suites/people.ts';

peopleSuite('postgres');
