import { keepingSuite } from './suites/keeping.ts';

keepingSuite('postgres');
