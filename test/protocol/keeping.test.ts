import { keepingSuite } from './suites/keeping.ts';

keepingSuite('d1');
