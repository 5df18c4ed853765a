import { searchSuite } from './suites/search.ts';

searchSuite('d1');
