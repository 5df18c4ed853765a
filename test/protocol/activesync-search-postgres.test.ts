import { searchSuite } from './suites/search.ts';

searchSuite('postgres');
